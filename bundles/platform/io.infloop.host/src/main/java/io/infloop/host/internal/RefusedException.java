package io.infloop.host.internal;

/** A file or a bundle cannot become a plugin; the message is one sentence that says why and what to do. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
