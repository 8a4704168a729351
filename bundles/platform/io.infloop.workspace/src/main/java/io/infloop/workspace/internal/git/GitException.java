package io.infloop.workspace.internal.git;

import java.io.IOException;

/** Git could not do what it was asked; the message is its own first line. */
public final class GitException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean stopped;
    private final int exitCode;

    GitException(String message, boolean stopped, int exitCode) {
        super(message);
        this.stopped = stopped;
        this.exitCode = exitCode;
    }

    /** Whether the server ended it, because it stops or the run was cancelled: trying again later makes sense. */
    public boolean wasStopped() {
        return stopped;
    }

    /** -1 if it did not end by itself. */
    public int exitCode() {
        return exitCode;
    }
}
