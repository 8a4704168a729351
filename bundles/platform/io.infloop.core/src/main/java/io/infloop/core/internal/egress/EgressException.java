package io.infloop.core.internal.egress;

import java.io.IOException;

/** A session could not be opened or could not listen. The message says why; nothing may run without it. */
public final class EgressException extends IOException {
    private static final long serialVersionUID = 1L;

    public EgressException(String message) {
        super(message);
    }

    public EgressException(String message, Throwable cause) {
        super(message, cause);
    }
}
