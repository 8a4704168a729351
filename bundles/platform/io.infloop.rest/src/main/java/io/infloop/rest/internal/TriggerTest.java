package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code POST /api/triggers/{id}/test}: a delivery made by hand. */
final class TriggerTest {
    /** As for deliveries, in bytes. */
    private static final int MAX_PAYLOAD_BYTES = 1_048_576;

    /** As much in Base64, and some. */
    private static final int MAX_REQUEST_BYTES = 2 * MAX_PAYLOAD_BYTES;

    private static final int MAX_HEADERS = 100;
    private static final long WAIT_SECONDS = 30;
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]{0,8192}");

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,16}");
    private static final Pattern QUERY = Pattern.compile("[\\x21-\\x7e&&[^?#]]{0,8192}");

    private final TestFire testFire;

    TriggerTest(TestFire testFire) {
        this.testFire = testFire;
    }

    ApiReply fire(ApiRequest request, String triggerId) {
        if (!(request.jsonOrEmpty(MAX_REQUEST_BYTES) instanceof JsonObject object)) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        Optional<Map<String, String>> headers = headers(object);
        if (headers.isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY, "headers must be an object of header names and texts");
        }
        // A slip of the pen must not fire what was to be tried.
        if (object.has("dryRun") && object.bool("dryRun").isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY, "dryRun must be true or false");
        }
        Optional<String> method = text(object, "method", "POST")
                .filter(name -> METHOD.matcher(name).matches());
        Optional<String> query =
                text(object, "query", "").filter(text -> QUERY.matcher(text).matches());
        if (method.isEmpty() || query.isEmpty()) {
            return ApiReply.error(
                    ErrorCode.INVALID_BODY,
                    "method must be the name of a method, query a text of at most 8192 characters without '?'");
        }
        if (Stream.of("payload", "body", "bodyBase64").filter(object::has).count() > 1) {
            return ApiReply.error(ErrorCode.INVALID_BODY, "give one of payload, body and bodyBase64");
        }
        Optional<byte[]> delivery = delivery(object);
        if (delivery.isEmpty()) {
            return ApiReply.error(
                    ErrorCode.INVALID_BODY,
                    "payload must be an object or an array, body a text, bodyBase64 a text in Base64");
        }
        if (delivery.get().length > MAX_PAYLOAD_BYTES) {
            return ApiReply.error(ErrorCode.PAYLOAD_TOO_LARGE);
        }
        return reply(wait(
                triggerId,
                new TestFire.Delivery(
                        method.get(),
                        query.get(),
                        headers.get(),
                        delivery.get(),
                        object.has("body") || object.has("bodyBase64"),
                        object.bool("dryRun").orElse(false),
                        request.actor())));
    }

    /** Empty if it is there and no text. */
    private static Optional<String> text(JsonObject object, String name, String absent) {
        return object.has(name) ? object.string(name) : Optional.of(absent);
    }

    /** The bytes to send; empty if there are none that could be. */
    private static Optional<byte[]> delivery(JsonObject object) {
        if (object.has("body")) {
            return object.string("body").map(text -> text.getBytes(StandardCharsets.UTF_8));
        }
        if (object.has("bodyBase64")) {
            try {
                return object.string("bodyBase64").map(Base64.getDecoder()::decode);
            } catch (IllegalArgumentException notBase64) {
                return Optional.empty();
            }
        }
        Object payload = object.has("payload") ? object.get("payload") : JsonObject.EMPTY;
        return payload instanceof JsonObject || payload instanceof List
                ? Optional.of(Json.write(payload).getBytes(StandardCharsets.UTF_8))
                : Optional.empty();
    }

    private Optional<TestFire.Result> wait(String triggerId, TestFire.Delivery delivery) {
        try {
            return Optional.of(testFire.fire(triggerId, delivery).get(WAIT_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException late) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException defect) {
            throw new IllegalStateException("a test delivery met a defect", defect);
        }
    }

    private static ApiReply reply(Optional<TestFire.Result> result) {
        if (result.isEmpty()) {
            return ApiReply.error(ErrorCode.STORE_UNAVAILABLE, "the delivery was not answered in time; try again");
        }
        return ApiReply.ok(JsonObject.builder()
                .put("status", result.get().status())
                .put("body", body(result.get().body()))
                .putIfPresent("unsigned", result.get().unsigned())
                .build());
    }

    /** JSON as JSON, other text as text, nothing as {@code null}. */
    private static Object body(byte[] bytes) {
        if (bytes.length == 0) {
            return null;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            return Json.parse(text);
        } catch (JsonParseException notJson) {
            return text;
        }
    }

    private static Optional<Map<String, String>> headers(JsonObject body) {
        if (!body.has("headers")) {
            return Optional.of(Map.of());
        }
        Optional<JsonObject> given = body.object("headers");
        if (given.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, Object> header : given.get().asMap().entrySet()) {
            boolean usable = HEADER_NAME.matcher(header.getKey()).matches()
                    && header.getValue() instanceof String value
                    && HEADER_VALUE.matcher(value).matches()
                    && headers.size() < MAX_HEADERS;
            if (!usable) {
                return Optional.empty();
            }
            headers.put(header.getKey(), (String) header.getValue());
        }
        return Optional.of(headers);
    }
}
