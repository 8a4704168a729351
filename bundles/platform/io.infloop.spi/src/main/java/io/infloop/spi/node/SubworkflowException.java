package io.infloop.spi.node;

/** A workflow cannot run as a step; the message says why. */
public final class SubworkflowException extends Exception {
    private static final long serialVersionUID = 1L;

    public SubworkflowException(String message) {
        super(message);
    }
}
