package io.infloop.spi.process;

import java.io.IOException;

/** A child process could not be started or was refused; nothing runs. The message says why and what to do. */
public final class SpawnException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean refusal;

    public SpawnException(String message) {
        this(message, false);
    }

    private SpawnException(String message, boolean refusal) {
        super(message);
        this.refusal = refusal;
    }

    /** A rule of the operator keeps the child from being started; the message is complete as it is. */
    public static SpawnException refused(String message) {
        return new SpawnException(message, true);
    }

    /** Whether a rule refused the child, as opposed to a program that cannot be run. */
    public boolean isRefusal() {
        return refusal;
    }

    public SpawnException(String message, Throwable cause) {
        super(message, cause);
        this.refusal = false;
    }
}
