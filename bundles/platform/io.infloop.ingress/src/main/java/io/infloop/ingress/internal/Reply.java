package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
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

    /** Errors without details, made once: floods of refusals are to cost little. */
    private static final Map<ErrorCode, Reply> ERRORS = errors();

    private static final Reply TOO_SLOW = json(
            408,
            JsonObject.builder()
                    .put("error", ErrorCode.BAD_BODY.text())
                    .put("reason", "the body came too slowly")
                    .build());

    static final Reply NOT_FOUND = error(ErrorCode.NOT_FOUND);

    /** For when there may be no memory to make an answer with. */
    static final Reply INTERNAL = error(ErrorCode.INTERNAL);

    private static Map<ErrorCode, Reply> errors() {
        Map<ErrorCode, Reply> errors = new EnumMap<>(ErrorCode.class);
        for (ErrorCode code : ErrorCode.values()) {
            errors.put(code, error(code, JsonObject.EMPTY));
        }
        return errors;
    }

    static Reply json(int status, JsonObject body) {
        return new Reply(status, Map.of(), JSON, Json.write(body).getBytes(StandardCharsets.UTF_8));
    }

    static Reply error(ErrorCode code) {
        return ERRORS.get(code);
    }

    /** @param reason a sentence for the sender */
    static Reply error(ErrorCode code, String reason) {
        return error(code, JsonObject.of("reason", reason));
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
        return TOO_SLOW;
    }

    static Reply rateLimited(Duration wait) {
        return error(ErrorCode.RATE_LIMITED).retryAfter(wait);
    }

    /** A defect of the server; its cause is in the log, with the same id. */
    static Reply internal(String correlationId) {
        return error(ErrorCode.INTERNAL, JsonObject.of("correlationId", correlationId))
                .withCorrelation(correlationId);
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
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, contentType, body);
    }
}
