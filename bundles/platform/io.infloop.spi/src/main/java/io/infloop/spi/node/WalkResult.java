package io.infloop.spi.node;

/** How a walk through a graph ended. */
public sealed interface WalkResult
        permits WalkResult.FellThrough,
                WalkResult.Break,
                WalkResult.Continue,
                WalkResult.Ended,
                WalkResult.Failed,
                WalkResult.Cancelled {
    /** The last node's handle had no edge. */
    record FellThrough() implements WalkResult {}

    /** A direct child asked the container to stop iterating. */
    record Break() implements WalkResult {}

    /** A direct child asked the container for the next iteration. */
    record Continue() implements WalkResult {}

    /** An end node was reached. */
    record Ended(EndStatus status) implements WalkResult {}

    /**
     * A node took its {@code error} handle and no edge handled it, or a limit of the run was hit.
     *
     * @param nodePath the node, qualified by the subworkflow nodes around it
     * @param message why, for people
     */
    record Failed(String nodePath, String message) implements WalkResult {}

    /** The run or this walk was cancelled. */
    record Cancelled() implements WalkResult {}
}
