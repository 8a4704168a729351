package io.infloop.node.agent.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;

/** The node's configuration cannot be used; the message says what is wrong with it. */
final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidConfigException(String detail) {
        super(detail);
    }

    /** Workflows compare the error's message, so it never varies; what is wrong is beside it. */
    NodeOutcome outcome() {
        return NodeOutcome.error(JsonObject.builder()
                .put("errorMessage", "invalid agent config")
                .put("detail", getMessage())
                .build());
    }
}
