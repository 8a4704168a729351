package io.infloop.spi.webhook;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonPointer;
import io.infloop.spi.json.Members;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Where in a request a value is found.
 *
 * @param from which part
 * @param name header name, query parameter or form field; for the body and for an item a JSON Pointer (RFC 6901)
 */
public record ValueLocation(From from, String name) {
    /** The parts of a request. */
    public enum From {
        HEADER,
        /** A parameter of the URL. */
        QUERY,
        /** A place in the body's JSON document, see {@link WebhookRequest#json()}. */
        BODY,
        /** A place in one element of a batch. */
        ITEM,
        /** A field of a form or multipart body. */
        FORM
    }

    public ValueLocation {
        Objects.requireNonNull(from, "from is null");
        Objects.requireNonNull(name, "name is null");
        if (from == From.BODY || from == From.ITEM) {
            JsonPointer.check(name);
        } else if (name.isEmpty()) {
            throw new IllegalArgumentException("a place in a request has a name");
        }
    }

    /**
     * Reads a place as manifests write it: {@code {"from":"header","name":"x-id"}}, {@code {"from":"body","path":"/id"}}. Names
     * of headers become lower case.
     *
     * @param path of the object in messages, with a dot at its end
     * @throws IllegalArgumentException naming the member that is wrong
     */
    public static ValueLocation of(JsonObject place, String path) {
        From from = from(place, path);
        boolean pointer = from == From.BODY || from == From.ITEM;
        String member = pointer ? "path" : "name";
        Members.onlyKnown(place, path, Set.of("from", member));
        String name = place.string(member)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new IllegalArgumentException(path + member + ": expected "
                        + (pointer ? "a JSON Pointer such as \"/event/id\"" : "the name of a " + kind(from))));
        if (pointer) {
            try {
                JsonPointer.check(name);
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException(path + member + ": " + invalid.getMessage(), invalid);
            }
        }
        if (from == From.HEADER && !isHeaderName(name)) {
            throw new IllegalArgumentException(path + "name: expected the name of a header");
        }
        return new ValueLocation(from, from == From.HEADER ? name.toLowerCase(Locale.ROOT) : name);
    }

    private static From from(JsonObject place, String path) {
        String name = place.string("from").orElse("");
        for (From from : From.values()) {
            if (from.name().toLowerCase(Locale.ROOT).equals(name)) {
                return from;
            }
        }
        throw new IllegalArgumentException(path + "from: expected header, query, body, item or form");
    }

    private static String kind(From from) {
        return from == From.HEADER ? "header" : from == From.QUERY ? "query parameter" : "form field";
    }

    private static boolean isHeaderName(String name) {
        return name.chars()
                .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0));
    }

    public static ValueLocation header(String name) {
        return new ValueLocation(From.HEADER, name);
    }

    public static ValueLocation query(String name) {
        return new ValueLocation(From.QUERY, name);
    }

    public static ValueLocation body(String pointer) {
        return new ValueLocation(From.BODY, pointer);
    }

    public static ValueLocation item(String pointer) {
        return new ValueLocation(From.ITEM, pointer);
    }

    public static ValueLocation form(String name) {
        return new ValueLocation(From.FORM, name);
    }

    /** As {@link #read(WebhookRequest, Optional)} for a request that is no batch. */
    public Optional<String> read(WebhookRequest request) {
        return read(request, Optional.empty());
    }

    /**
     * The value as text; empty when absent, when a header, parameter or field is repeated, or when the place in the JSON holds no
     * scalar. Numbers are written as JSON writes them: {@code 5}, not {@code 5.0}.
     *
     * @param item the element, when the request is a batch that was split
     */
    public Optional<String> read(WebhookRequest request, Optional<Object> item) {
        return switch (from) {
            case HEADER -> only(request.headers().all(name));
            case QUERY -> only(request.query().all(name));
            case FORM -> only(request.form().all(name));
            case BODY -> request.json().flatMap(this::scalar);
            case ITEM -> item.flatMap(this::scalar);
        };
    }

    /**
     * Whether the request has nothing there, not even something that cannot be read as text. False also when it cannot be said,
     * because the body is not JSON or no form, or because there are more parameters than are read.
     *
     * @param item the element, when the request is a batch that was split
     */
    public boolean isAbsent(WebhookRequest request, Optional<Object> item) {
        return switch (from) {
            case HEADER -> request.headers().all(name).isEmpty();
            case QUERY ->
                request.query().all(name).isEmpty()
                        && (!request.query().all().isEmpty()
                                || request.rawQuery().isEmpty());
            case FORM ->
                request.form().all(name).isEmpty() && (!request.form().all().isEmpty() || request.bodyLength() == 0);
            case BODY ->
                request.json()
                        .filter(json -> JsonPointer.find(json, name) == null)
                        .isPresent();
            case ITEM ->
                item.filter(json -> JsonPointer.find(json, name) == null).isPresent();
        };
    }

    private static Optional<String> only(List<String> values) {
        return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
    }

    private Optional<String> scalar(Object json) {
        Object value = JsonPointer.find(json, name);
        if (value instanceof String text) {
            return Optional.of(text);
        }
        return value instanceof Number || value instanceof Boolean ? Optional.of(Json.write(value)) : Optional.empty();
    }
}
