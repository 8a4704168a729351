package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.json.JsonObject;
import java.util.Optional;

/** A trigger that cannot be saved as it was sent, or not be enabled as it is. */
final class InvalidTriggerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String reason;
    private final transient Optional<String> detail;

    private InvalidTriggerException(String field, String reason, Optional<String> detail) {
        super(reason);
        this.field = field;
        this.reason = reason;
        this.detail = detail;
    }

    /** @param problem what is wrong, and what would be right; names the field */
    static InvalidTriggerException of(String field, String problem) {
        return new InvalidTriggerException(field, "invalid trigger: " + problem, Optional.empty());
    }

    /** For reasons that programs look at. */
    static InvalidTriggerException coded(String field, String reason, String detail) {
        return new InvalidTriggerException(field, reason, Optional.of(detail));
    }

    ApiReply reply() {
        return ApiReply.error(
                ErrorCode.INVALID_TRIGGER,
                JsonObject.builder()
                        .put("reason", reason)
                        .put("field", field)
                        .putIfPresent("detail", detail)
                        .build());
    }
}
