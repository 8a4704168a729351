package io.infloop.spi.webhook;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where in a request a value is found.
 *
 * @param from which part
 * @param name header name, query parameter, or for the body a JSON Pointer (RFC 6901)
 */
public record ValueLocation(From from, String name) {
    /** The parts of a request. */
    public enum From {
        HEADER,
        BODY
    }

    public ValueLocation {
        Objects.requireNonNull(from, "from is null");
        Objects.requireNonNull(name, "name is null");
        if (from == From.BODY && !name.startsWith("/")) {
            throw new IllegalArgumentException("a place in the body is a JSON Pointer and begins with '/': " + name);
        }
    }

    public static ValueLocation header(String name) {
        return new ValueLocation(From.HEADER, name);
    }

    public static ValueLocation body(String pointer) {
        return new ValueLocation(From.BODY, pointer);
    }

    /** The value as text; empty when absent, when a header is repeated, or when the place in the body holds no scalar. */
    public Optional<String> read(WebhookRequest request) {
        return switch (from) {
            case HEADER -> {
                List<String> values = request.headers().all(name);
                yield values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
            }
            case BODY -> request.json().flatMap(this::inBody);
        };
    }

    private Optional<String> inBody(Object json) {
        Object value = json;
        for (String token : name.substring(1).split("/", -1)) {
            String key = token.replace("~1", "/").replace("~0", "~");
            if (value instanceof JsonObject object) {
                value = object.get(key);
            } else if (value instanceof List<?> elements && key.matches("0|[1-9][0-9]{0,8}")) {
                int index = Integer.parseInt(key);
                value = index < elements.size() ? elements.get(index) : null;
            } else {
                return Optional.empty();
            }
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        // Numbers as JSON writes them: 5, not 5.0.
        return value instanceof Number || value instanceof Boolean ? Optional.of(Json.write(value)) : Optional.empty();
    }
}
