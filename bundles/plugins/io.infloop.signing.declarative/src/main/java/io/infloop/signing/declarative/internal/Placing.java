package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts values into a request, as the sender would: for test fires. */
final class Placing {
    private Placing() {}

    /** The request with a value in a place, in place of what stood there; empty if it has no such place. */
    static Optional<WebhookRequest> put(WebhookRequest request, ValueLocation location, Object value) {
        return switch (location.from()) {
            case HEADER -> Optional.of(request.withHeaders(headers(request, location.name(), value.toString())));
            case QUERY ->
                Optional.of(request.withRawQuery(query(request.rawQuery(), location.name(), value.toString())));
            case BODY ->
                request.json()
                        .filter(json -> json instanceof JsonObject
                                && request.form().all().isEmpty())
                        .map(json -> put((JsonObject) json, location.name(), 1, value))
                        .map(json -> request.withBody(Json.write(json).getBytes(StandardCharsets.UTF_8)));
            case FORM ->
                request.contentType().equals("application/x-www-form-urlencoded")
                        ? Optional.of(form(request, location.name(), value.toString()))
                        : Optional.empty();
            case ITEM -> Optional.empty();
        };
    }

    private static HttpHeaders headers(WebhookRequest request, String name, String value) {
        List<Header> headers = new ArrayList<>();
        for (Header header : request.headers().all()) {
            if (!header.name().equalsIgnoreCase(name)) {
                headers.add(header);
            }
        }
        headers.add(new Header(name, value));
        return HttpHeaders.of(headers);
    }

    private static WebhookRequest form(WebhookRequest request, String name, String value) {
        String body = StandardCharsets.UTF_8.decode(request.body()).toString();
        return request.withBody(query(body, name, value).getBytes(StandardCharsets.UTF_8));
    }

    private static String query(String query, String name, String value) {
        String encodedName = URLEncoder.encode(name, StandardCharsets.UTF_8);
        StringBuilder fields = new StringBuilder();
        for (String field : query.split("&", -1)) {
            if (!field.isEmpty() && !field.equals(encodedName) && !field.startsWith(encodedName + "=")) {
                fields.append(field).append('&');
            }
        }
        return fields.append(encodedName)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                .toString();
    }

    /** Null if something else than an object is in the way. */
    private static JsonObject put(JsonObject object, String pointer, int start, Object value) {
        int slash = pointer.indexOf('/', start);
        String name = pointer.substring(start, slash < 0 ? pointer.length() : slash)
                .replace("~1", "/")
                .replace("~0", "~");
        if (slash < 0) {
            return object.toBuilder().put(name, value).build();
        }
        Object inner = object.get(name);
        if (inner != null && !(inner instanceof JsonObject)) {
            return null;
        }
        JsonObject changed = put(inner == null ? JsonObject.EMPTY : (JsonObject) inner, pointer, slash + 1, value);
        return changed == null ? null : object.toBuilder().put(name, changed).build();
    }
}
