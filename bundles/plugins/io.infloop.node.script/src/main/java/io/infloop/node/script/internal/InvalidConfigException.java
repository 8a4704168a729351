package io.infloop.node.script.internal;

/** The node's configuration cannot be used. */
final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidConfigException(String reason) {
        super("invalid script config: " + reason);
    }
}
