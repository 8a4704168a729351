package io.infloop.ingress.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a trigger's templates can see of a request: {@code headers}, {@code query} and {@code body}. Each is built only when a
 * template looks at it; most of the time nobody needs the body's tree.
 */
final class WebhookScope {
    private WebhookScope() {}

    /**
     * @param headers those that may be seen: what a template takes over ends up in the journal
     * @param wanted the places that templates look at; other members of the body are left out
     */
    static Map<String, Object> of(WebhookRequest request, Map<String, String> headers, WantedPaths wanted) {
        Map<String, Object> scope = new LinkedHashMap<>();
        if (wanted.child("headers").isPresent()) {
            scope.put("headers", headers);
        }
        if (wanted.child("query").isPresent()) {
            scope.put("query", FormBodies.parse(request.rawQuery()));
        }
        wanted.child("body").ifPresent(members -> scope.put("body", body(request, members)));
        // A template that is just {{headers}} prints JSON, which knows no plain maps.
        scope.replaceAll((name, value) -> Json.copy(value));
        return scope;
    }

    private static Object body(WebhookRequest request, WantedPaths wanted) {
        byte[] bytes = bytes(request.body());
        if (isForm(request)) {
            Map<String, Object> fields = FormBodies.parse(new String(bytes, StandardCharsets.UTF_8));
            // GitHub's form: one field that holds the whole event.
            return fields.get("payload") instanceof String payload
                    ? json(payload.getBytes(StandardCharsets.UTF_8), wanted).orElse(fields)
                    : fields;
        }
        return json(bytes, wanted).orElseGet(() -> JsonObject.of("raw", new String(bytes, StandardCharsets.UTF_8)));
    }

    private static boolean isForm(WebhookRequest request) {
        return request.headers()
                .first("content-type")
                .map(type -> type.strip().toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded"))
                .orElse(false);
    }

    private static Optional<Object> json(byte[] bytes, WantedPaths wanted) {
        if (bytes.length == 0) {
            return Optional.of(JsonObject.EMPTY);
        }
        try {
            return Optional.of(asObject(SelectiveJson.read(bytes, wanted)));
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    private static Object asObject(Object value) {
        if (value == null) {
            return JsonObject.EMPTY;
        }
        if (value instanceof Map<?, ?>) {
            return value;
        }
        if (value instanceof List<?> elements) {
            Map<String, Object> byIndex = new LinkedHashMap<>();
            for (int i = 0; i < elements.size(); i++) {
                byIndex.put(Integer.toString(i), elements.get(i));
            }
            return byIndex;
        }
        return JsonObject.of("value", value);
    }

    private static byte[] bytes(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return bytes;
    }
}
