package io.infloop.spi.http;

import java.io.IOException;
import java.util.Objects;

/** A call brought no answer, or not all of it. The message says what happened in one sentence and holds no secret. */
public final class HttpCallException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure. */
    public enum Reason {
        /** A rule of the server forbids it; trying again does not help. */
        REFUSED,
        /** The host is unknown or nobody answers there. */
        UNREACHABLE,
        /** The call's timeout has passed. */
        TIMED_OUT,
        /** The call's cancellation came. */
        CANCELLED,
        /** The answer is longer than the call allows. */
        TOO_LARGE,
        /** Anything else: an untrusted certificate, a broken connection, an answer that is not HTTP. */
        FAILED
    }

    private final Reason reason;

    public HttpCallException(Reason reason, String message) {
        this(reason, message, null);
    }

    public HttpCallException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason is null");
    }

    public Reason reason() {
        return reason;
    }
}
