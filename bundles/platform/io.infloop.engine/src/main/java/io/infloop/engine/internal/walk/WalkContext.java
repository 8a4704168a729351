package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.graph.Graph;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.state.CancellationSource;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.engine.internal.state.Scope;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor.Signal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a walk takes place.
 *
 * @param prefix ids of the subworkflow nodes around it, each followed by {@code /}
 * @param container the container whose body this is; empty at the top level of a workflow
 * @param signals what handles of the container's direct children mean to it
 * @param workflows ids of the workflows around it, the innermost last
 */
record WalkContext(
        LiveRun run,
        Graph graph,
        String prefix,
        Scope scope,
        OptionalInt iteration,
        CancellationSource cancellation,
        Optional<String> container,
        Map<String, Signal> signals,
        List<String> workflows) {

    static WalkContext of(LiveRun run) {
        return new WalkContext(
                run,
                run.graph(),
                "",
                run.scope(),
                OptionalInt.empty(),
                run.cancellation(),
                Optional.empty(),
                Map.of(),
                List.of(run.graph().workflowId()));
    }

    /** The body of a container of this graph. */
    WalkContext inside(GraphNode node, Map<String, Signal> bodySignals) {
        return new WalkContext(
                run, graph, prefix, scope, iteration, cancellation, Optional.of(node.id()), bodySignals, workflows);
    }

    /** Another workflow, called from {@code node}. */
    WalkContext inWorkflow(GraphNode node, Graph child, Scope childScope) {
        List<String> stack = new java.util.ArrayList<>(workflows);
        stack.add(child.workflowId());
        return new WalkContext(
                run,
                child,
                path(node) + "/",
                childScope,
                iteration,
                cancellation,
                Optional.empty(),
                Map.of(),
                List.copyOf(stack));
    }

    WalkContext withIteration(OptionalInt number) {
        return new WalkContext(run, graph, prefix, scope, number, cancellation, container, signals, workflows);
    }

    WalkContext withCancellation(CancellationSource source) {
        return new WalkContext(run, graph, prefix, scope, iteration, source, container, signals, workflows);
    }

    WalkContext withScope(Scope other) {
        return new WalkContext(run, graph, prefix, other, iteration, cancellation, container, signals, workflows);
    }

    String path(GraphNode node) {
        return prefix + node.id();
    }

    /** What a node's handle means to the container around this walk, if the node is a direct child of it. */
    Optional<Signal> signal(GraphNode node, String handle) {
        return container.isPresent() && node.parent().equals(container)
                ? Optional.ofNullable(signals.get(handle))
                : Optional.empty();
    }

    /** The scope as nodes of this walk see it. */
    JsonObject view() {
        JsonObject.Builder info = JsonObject.builder()
                .put("id", run.header().runId())
                .put("startedAt", run.header().startedAt())
                .put("correlationId", run.header().correlationId());
        iteration.ifPresent(number -> info.put("iteration", number));
        return scope.view(info.build());
    }
}
