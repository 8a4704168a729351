package io.infloop.core.error;

/** Every error the server reports, with its stable name, category and HTTP status. The names are part of the API. */
public enum ErrorCode {
    INVALID_JSON("invalid JSON body", Category.USER, 400, false),
    INVALID_BODY("invalid body", Category.USER, 400, false),
    INVALID_QUERY("invalid-query", Category.USER, 400, false),
    INVALID_ID("invalid id", Category.USER, 400, false),
    INVALID_WORKFLOW("invalid-workflow", Category.USER, 400, false),
    INVALID_TRIGGER("invalid-trigger", Category.USER, 400, false),
    INVALID_INPUTS("invalid-inputs", Category.USER, 400, false),
    WORKFLOW_ID_REQUIRED("workflowId is required", Category.USER, 400, false),
    PATH_NOT_ABSOLUTE("path must be absolute", Category.USER, 400, false),
    BAD_BODY("bad-body", Category.USER, 400, false),
    BAD_PATH("bad-path", Category.USER, 400, false),
    BAD_REQUEST("bad-request", Category.USER, 400, false),
    UNAUTHORIZED("unauthorized", Category.POLICY, 401, false),
    INVALID_TOKEN("invalid-token", Category.USER, 401, false),
    BAD_SIGNATURE("bad-signature", Category.POLICY, 401, false),
    BAD_ORIGIN("bad-origin", Category.POLICY, 403, false),
    FORBIDDEN("forbidden", Category.POLICY, 403, false),
    NOT_FOUND("not-found", Category.USER, 404, false),
    NOT_IN_QUEUE("not-in-queue", Category.USER, 404, false),
    RUN_NOT_FOUND("run not found", Category.USER, 404, false),
    WORKFLOW_NOT_FOUND("workflow not found", Category.USER, 404, false),
    METHOD_NOT_ALLOWED("method-not-allowed", Category.USER, 405, false),
    REQUEST_TIMEOUT("request-timeout", Category.USER, 408, true),
    CONFLICT("conflict", Category.USER, 409, false),
    RUN_ACTIVE("a run is already active", Category.RESOURCE, 409, true),
    PAYLOAD_TOO_LARGE("payload-too-large", Category.USER, 413, false),
    URI_TOO_LONG("uri-too-long", Category.USER, 414, false),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", Category.USER, 415, false),
    RATE_LIMITED("rate-limited", Category.RESOURCE, 429, true),
    HEADERS_TOO_LARGE("headers-too-large", Category.USER, 431, false),
    TRIGGER_MISCONFIGURED("trigger-misconfigured", Category.POLICY, 500, false),
    INTERNAL("internal-error", Category.INTERNAL, 500, true),
    BUSY("busy", Category.RESOURCE, 503, true),
    QUEUE_FULL("queue-full", Category.RESOURCE, 503, true),
    STORE_UNAVAILABLE("store-unavailable", Category.RESOURCE, 503, true),
    PLUGIN_UNAVAILABLE("plugin-unavailable", Category.PLUGIN, 503, true),
    STARTING("starting", Category.RESOURCE, 503, true),
    SHUTTING_DOWN("shutting-down", Category.RESOURCE, 503, true),
    PLUGIN_GONE("plugin-gone", Category.PLUGIN, 503, true),
    COST_BUDGET_EXCEEDED("cost-budget-exceeded", Category.RESOURCE, 503, true);

    private final String text;
    private final Category category;
    private final int httpStatus;
    private final boolean retryable;

    ErrorCode(String text, Category category, int httpStatus, boolean retryable) {
        this.text = text;
        this.category = category;
        this.httpStatus = httpStatus;
        this.retryable = retryable;
    }

    /** The value of {@code error} in answers. */
    public String text() {
        return text;
    }

    public Category category() {
        return category;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same request may succeed later without being changed. */
    public boolean isRetryable() {
        return retryable;
    }
}
