package io.infloop.node.agent.internal;

/** The node's configuration cannot be used. */
final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidConfigException(String reason) {
        super("invalid agent config: " + reason);
    }
}
