package io.infloop.spi.process;

import java.io.IOException;

/** A child process could not be started or was refused; nothing runs. The message says why and what to do. */
public final class SpawnException extends IOException {
    private static final long serialVersionUID = 1L;

    public SpawnException(String message) {
        super(message);
    }

    public SpawnException(String message, Throwable cause) {
        super(message, cause);
    }
}
