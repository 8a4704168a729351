package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** An answer to a sender. The body's bytes must not be changed. */
@SuppressWarnings("ArrayRecordComponent")
record Reply(int status, Map<String, String> headers, String contentType, byte[] body) {
    private static final String JSON = "application/json";
    private static final byte[] NOTHING = {};
    /** A plugin or the store is usually back within seconds. */
    private static final Duration SOON = Duration.ofSeconds(5);
    /** As senders of the reference know it. */
    private static final Duration QUEUE_FULL = Duration.ofSeconds(30);

    /** The event is not wanted; senders take it for success. */
    static final Reply FILTERED = new Reply(204, Map.of(), JSON, NOTHING);

    static final Reply NOT_FOUND = error(ErrorCode.NOT_FOUND);

    static Reply json(int status, JsonObject body) {
        return new Reply(status, Map.of(), JSON, Json.write(body).getBytes(StandardCharsets.UTF_8));
    }

    static Reply error(ErrorCode code) {
        return error(code, JsonObject.EMPTY);
    }

    static Reply error(ErrorCode code, JsonObject details) {
        Reply reply = json(
                code.httpStatus(),
                JsonObject.builder().put("error", code.text()).putAll(details).build());
        if (code.httpStatus() != 503) {
            return reply;
        }
        return reply.retryAfter(code == ErrorCode.QUEUE_FULL ? QUEUE_FULL : SOON);
    }

    /** The body did not come in time. */
    static Reply tooSlow() {
        return json(
                408,
                JsonObject.builder()
                        .put("error", ErrorCode.BAD_BODY.text())
                        .put("reason", "the body came too slowly")
                        .build());
    }

    static Reply rateLimited(Duration wait) {
        return error(ErrorCode.RATE_LIMITED).retryAfter(wait);
    }

    Reply retryAfter(Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return with("retry-after", Long.toString(seconds));
    }

    Reply withCorrelation(String correlationId) {
        return with("x-correlation-id", correlationId);
    }

    Reply with(String name, String value) {
        if (headers.isEmpty()) {
            return new Reply(status, Map.of(name, value), contentType, body);
        }
        Map<String, String> more = new java.util.LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, contentType, body);
    }
}
