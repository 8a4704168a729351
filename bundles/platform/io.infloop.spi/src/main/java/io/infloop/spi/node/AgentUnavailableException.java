package io.infloop.spi.node;

/** An agent cannot be run; the message says why and what to do. */
public final class AgentUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public AgentUnavailableException(String message) {
        super(message);
    }
}
