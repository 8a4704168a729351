package io.infloop.ingress.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a trigger's templates can see of a request: {@code headers}, {@code query} and {@code body}. Each is built only when a
 * template looks at it; most of the time nobody needs the body's tree.
 */
final class WebhookScope {
    private WebhookScope() {}

    /** What a scope is made of. */
    interface Source {
        /** With the body as it is meant, see {@link ReadableBody}. */
        WebhookRequest request();

        /** Those that may be seen: what a template takes over ends up in the journal. */
        Map<String, String> headers();

        /** Without secrets. */
        Map<String, Object> query();

        /** The element of a batch. */
        Optional<Object> item();

        /** The document around the elements of a batch. */
        Object envelope();

        /** Whether the whole document is read anyway; else only the wanted places are. */
        boolean readsDocument();
    }

    /** @param wanted the places that templates look at; other members of the body are left out */
    static Map<String, Object> of(Source source, WantedPaths wanted) {
        Map<String, Object> scope = new LinkedHashMap<>();
        if (wanted.child("headers").isPresent()) {
            scope.put("headers", source.headers());
        }
        if (wanted.child("query").isPresent()) {
            scope.put("query", source.query());
        }
        wanted.child("body").ifPresent(members -> scope.put("body", body(source, members)));
        if (source.item().isPresent() && wanted.child("envelope").isPresent()) {
            scope.put("envelope", source.envelope());
        }
        // A template that is just {{headers}} prints JSON, which knows no plain maps.
        scope.replaceAll((name, value) -> Json.copy(value));
        return scope;
    }

    private static Object body(Source source, WantedPaths wanted) {
        if (source.item().isPresent()) {
            return asObject(source.item().get());
        }
        WebhookRequest request = source.request();
        if (source.readsDocument() && request.json().isPresent()) {
            return asObject(request.json().get());
        }
        byte[] bytes = ReadableBody.bytes(request);
        String type = request.contentType();
        if (type.equals("application/x-www-form-urlencoded")) {
            Map<String, Object> fields = FormBodies.parse(new String(bytes, StandardCharsets.UTF_8));
            // GitHub's form: one field that holds the whole event.
            return document(fields, request.intake().formPayloadParam().orElse("payload"), wanted);
        }
        if (type.equals("multipart/form-data")) {
            Map<String, Object> fields = new LinkedHashMap<>();
            request.form().all().forEach(field -> fields.put(field.name(), field.value()));
            return document(fields, request.intake().multipartJsonField().orElse("payload"), wanted);
        }
        return json(bytes, wanted).orElseGet(() -> JsonObject.of("raw", new String(bytes, StandardCharsets.UTF_8)));
    }

    private static Object document(Map<String, Object> fields, String name, WantedPaths wanted) {
        return fields.get(name) instanceof String document
                ? json(document.getBytes(StandardCharsets.UTF_8), wanted).orElse(fields)
                : fields;
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
        if (value instanceof Map<?, ?> || value instanceof JsonObject) {
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
}
