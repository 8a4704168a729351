package io.infloop.engine.internal.walk;

import io.infloop.core.error.InfloopException;
import io.infloop.engine.input.RunInputs;
import io.infloop.engine.internal.graph.Graph;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.state.Scope;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.Body;
import io.infloop.spi.node.SubworkflowException;
import io.infloop.spi.node.Subworkflows;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Opens other workflows for one node execution. Thread-safe. */
final class WorkflowCalls implements Subworkflows, AutoCloseable {
    private static final int MAX_DEPTH = 16;

    private final WorkflowCache workflows;
    private final Walker walker;
    private final WalkContext context;
    private final GraphNode node;
    private final EngineServices services;
    private final ConcurrentLinkedQueue<GraphBody> opened = new ConcurrentLinkedQueue<>();

    /** @param context where the calling node executes */
    WorkflowCalls(EngineServices services, Walker walker, WalkContext context, GraphNode node) {
        this.services = services;
        this.workflows = services.workflows();
        this.walker = walker;
        this.context = context;
        this.node = node;
    }

    @Override
    public Body open(String workflowId, JsonObject inputs) throws SubworkflowException {
        if (context.workflows().contains(workflowId)) {
            throw new SubworkflowException("subworkflow cycle detected involving " + workflowId);
        }
        if (context.workflows().size() > MAX_DEPTH) {
            throw new SubworkflowException("subworkflows nest more than " + MAX_DEPTH + " deep");
        }
        Graph graph = load(workflowId);
        GraphNode start = graph.start()
                .orElseThrow(() -> new SubworkflowException("subworkflow \"" + workflowId + "\" has no start node"));
        Scope scope = Scope.seeded(graph.globals(), resolve(graph, inputs));
        GraphBody body = new GraphBody(
                walker,
                context.inWorkflow(node, graph, scope),
                context.path(node),
                List.of(start),
                true,
                services.forks());
        opened.add(body);
        return body;
    }

    private Graph load(String workflowId) throws SubworkflowException {
        Optional<WorkflowCache.Compiled> compiled;
        try {
            compiled = workflows.find(workflowId);
        } catch (InfloopException unreadable) {
            throw new SubworkflowException("subworkflow load failed: " + unreadable.getMessage());
        }
        if (compiled.isEmpty()) {
            throw new SubworkflowException("subworkflow load failed: workflow not found: " + workflowId);
        }
        if (compiled.get().graph().start().isPresent() && compiled.get().error().isPresent()) {
            throw new SubworkflowException("subworkflow load failed: invalid workflow: "
                    + compiled.get().error().get().message());
        }
        return compiled.get().graph();
    }

    /** Workflows from before there were declarations get what they are given. */
    private static JsonObject resolve(Graph graph, JsonObject inputs) throws SubworkflowException {
        if (graph.inputs().isEmpty()) {
            return inputs;
        }
        RunInputs.Resolution resolution = RunInputs.resolve(graph.inputs(), inputs.asMap());
        if (resolution instanceof RunInputs.Invalid invalid) {
            throw new SubworkflowException(
                    "subworkflow \"" + graph.workflowId() + "\": input \"" + invalid.field() + "\" "
                            + (invalid.reason().equals("required")
                                    ? "is required"
                                    : "must be a " + invalid.expected().orElse("value") + ", not a "
                                            + invalid.got().orElse("value")));
        }
        return JsonObject.of(((RunInputs.Resolved) resolution).values());
    }

    @Override
    public void close() {
        opened.forEach(GraphBody::close);
    }
}
