package io.infloop.provider.cli.internal;

/** A value cannot be given to the agent as an argument; the message says why and what to do. */
final class RefusedArgumentException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedArgumentException(String message) {
        super(message);
    }
}
