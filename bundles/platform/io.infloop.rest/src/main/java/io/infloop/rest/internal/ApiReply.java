package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An answer of the API: a status, headers, and a JSON object unless there is no content.
 *
 * @param file bytes to be saved as a file, in place of JSON
 */
@SuppressWarnings("ArrayRecordComponent")
record ApiReply(int status, Map<String, String> headers, Optional<JsonObject> body, Optional<byte[]> file) {
    private static final int SOON_SECONDS = 5;
    private static final int QUEUE_FULL_SECONDS = 30;

    private ApiReply(int status, Map<String, String> headers, Optional<JsonObject> body) {
        this(status, headers, body, Optional.empty());
    }

    /** Bytes of others: no browser is to make anything of them. */
    static ApiReply file(String name, byte[] bytes) {
        return new ApiReply(
                200,
                Map.of(
                        "content-disposition",
                        "attachment; filename=\"" + name + "\"",
                        "x-content-type-options",
                        "nosniff"),
                Optional.empty(),
                Optional.of(bytes));
    }

    static ApiReply ok(JsonObject body) {
        return json(200, body);
    }

    static ApiReply ok(String name, Object value) {
        return json(200, JsonObject.of(name, value));
    }

    static ApiReply json(int status, JsonObject body) {
        return new ApiReply(status, Map.of(), Optional.of(body));
    }

    static ApiReply noContent() {
        return new ApiReply(204, Map.of(), Optional.empty());
    }

    static ApiReply error(ErrorCode code) {
        return error(code, JsonObject.EMPTY);
    }

    static ApiReply error(ErrorCode code, String reason) {
        return error(code, JsonObject.of("reason", reason));
    }

    static ApiReply error(ErrorCode code, JsonObject details) {
        return error(code, code.text(), details);
    }

    /** For the few errors whose text carries a value, such as {@code workflow not found: <id>}. */
    static ApiReply error(ErrorCode code, String text, JsonObject details) {
        ApiReply reply = json(
                code.httpStatus(),
                JsonObject.builder().put("error", text).putAll(details).build());
        if (code.httpStatus() != 503) {
            return reply;
        }
        return reply.with(
                "retry-after", Integer.toString(code == ErrorCode.QUEUE_FULL ? QUEUE_FULL_SECONDS : SOON_SECONDS));
    }

    static ApiReply of(InfloopException failure) {
        return failure.getMessage() == null
                        || failure.getMessage().equals(failure.code().text())
                ? error(failure.code())
                : error(failure.code(), failure.getMessage());
    }

    static ApiReply workflowNotFound(String id) {
        return error(ErrorCode.WORKFLOW_NOT_FOUND, "workflow not found: " + id, JsonObject.EMPTY);
    }

    static ApiReply invalidQuery(String field) {
        return error(ErrorCode.INVALID_QUERY, JsonObject.of("field", field));
    }

    /** @param allowed the methods that the resource has, as in the header {@code Allow} */
    static ApiReply methodNotAllowed(String allowed) {
        return error(ErrorCode.METHOD_NOT_ALLOWED, "this resource answers " + allowed)
                .with("allow", allowed);
    }

    ApiReply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ApiReply(status, more, body, file);
    }
}
