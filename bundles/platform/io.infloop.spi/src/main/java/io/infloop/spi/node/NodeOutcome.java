package io.infloop.spi.node;

import io.infloop.spi.json.JsonObject;
import java.util.Objects;

/** How the execution of a node ended. */
public sealed interface NodeOutcome permits NodeOutcome.Follow, NodeOutcome.End, NodeOutcome.Escape {
    /** The outputs: stored in the run's scope under the node's id, replacing those of an earlier execution. */
    JsonObject outputs();

    /** The walk goes on along the first edge at {@code handle}; without one it fails for {@code error} and falls through for others. */
    record Follow(String handle, JsonObject outputs) implements NodeOutcome {
        public Follow {
            Objects.requireNonNull(handle, "handle is null");
            Objects.requireNonNull(outputs, "outputs is null");
        }
    }

    /** The whole run ends here with {@code status}. */
    record End(EndStatus status, JsonObject outputs) implements NodeOutcome {
        public End {
            Objects.requireNonNull(status, "status is null");
            Objects.requireNonNull(outputs, "outputs is null");
        }
    }

    /**
     * The walk around this container ends the way a walk of its body did: for results a container passes on rather than handles,
     * such as an end node inside a loop.
     */
    record Escape(WalkResult result, JsonObject outputs) implements NodeOutcome {
        public Escape {
            Objects.requireNonNull(result, "result is null");
            Objects.requireNonNull(outputs, "outputs is null");
        }
    }

    static NodeOutcome next(JsonObject outputs) {
        return new Follow("next", outputs);
    }

    static NodeOutcome follow(String handle, JsonObject outputs) {
        return new Follow(handle, outputs);
    }

    /** The {@code error} handle with the single output {@code errorMessage}. */
    static NodeOutcome error(String message) {
        return new Follow("error", JsonObject.of("errorMessage", message));
    }

    /** The {@code error} handle; put the reason into the output {@code errorMessage}. */
    static NodeOutcome error(JsonObject outputs) {
        return new Follow("error", outputs);
    }
}
