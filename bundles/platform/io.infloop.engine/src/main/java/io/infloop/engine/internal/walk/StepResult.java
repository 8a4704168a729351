package io.infloop.engine.internal.walk;

import io.infloop.spi.node.NodeOutcome;

/** What the execution of a node means to the walk. */
sealed interface StepResult {
    /** The node came to an outcome. */
    record Done(NodeOutcome outcome) implements StepResult {}

    /** The run or this walk was cancelled meanwhile. */
    record Cancelled() implements StepResult {}

    /** No outcome the workflow could handle. */
    record Broken(String message) implements StepResult {}
}
