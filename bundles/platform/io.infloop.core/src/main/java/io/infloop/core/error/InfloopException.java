package io.infloop.core.error;

import java.util.Objects;

/** An error with a code. The message says what happened and what to do, and holds no secret. */
public class InfloopException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public InfloopException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public InfloopException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code is null");
    }

    public ErrorCode code() {
        return code;
    }
}
