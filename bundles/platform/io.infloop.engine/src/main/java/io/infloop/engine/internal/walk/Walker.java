package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.state.CancelReason;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor.Signal;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.WalkResult;
import java.util.Optional;

/** Follows a graph from node to node. Knows no node type; keeps nothing between walks, so any number may be under way. */
public final class Walker {
    private final NodeExecutor executor;

    public Walker(NodeExecutor executor) {
        this.executor = executor;
    }

    /** Walks a run's workflow from its start node to the end. */
    public WalkResult walk(LiveRun run) throws InterruptedException {
        Optional<GraphNode> start = run.graph().start();
        return start.isPresent()
                ? walk(WalkContext.of(run), start.get())
                : new WalkResult.Failed("", "workflow has no 'start' node");
    }

    WalkResult walk(WalkContext context, GraphNode entry) throws InterruptedException {
        GraphNode node = entry;
        Optional<JsonObject> previous = Optional.empty();
        while (true) {
            if (context.cancellation().isCancelled()) {
                return new WalkResult.Cancelled();
            }
            Optional<WalkResult> overBudget = step(context, context.path(node));
            if (overBudget.isPresent()) {
                return overBudget.get();
            }
            StepResult result = executor.execute(context, node, previous, this);
            if (result instanceof StepResult.Cancelled) {
                return new WalkResult.Cancelled();
            }
            if (result instanceof StepResult.Broken broken) {
                return new WalkResult.Failed(context.path(node), broken.message());
            }
            NodeOutcome outcome = ((StepResult.Done) result).outcome();
            if (outcome instanceof NodeOutcome.End end) {
                return new WalkResult.Ended(end.status());
            }
            if (outcome instanceof NodeOutcome.Escape escape) {
                return escape.result();
            }
            String handle = ((NodeOutcome.Follow) outcome).handle();
            Optional<Signal> signal = context.signal(node, handle);
            if (signal.isPresent()) {
                return signal.get() == Signal.BREAK ? new WalkResult.Break() : new WalkResult.Continue();
            }
            Optional<GraphNode> next = context.graph().follow(node.id(), handle);
            if (next.isEmpty()) {
                return handle.equals("error")
                        ? new WalkResult.Failed(context.path(node), FailureText.of(outcome.outputs()))
                        : new WalkResult.FellThrough();
            }
            previous = Optional.of(outcome.outputs());
            node = next.get();
        }
    }

    /** Counts a step against the budgets of the run; over one of them the whole run is cancelled for it. */
    static Optional<WalkResult> step(WalkContext context, String path) {
        return context.run().budget().step().map(message -> {
            context.run().cancel(new CancelReason.OverBudget(message));
            return new WalkResult.Failed(path, message);
        });
    }
}
