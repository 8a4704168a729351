package io.infloop.engine.internal.graph;

import io.infloop.engine.Workflows.Problem;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.WorkflowStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Compiles each version of a stored workflow once. Thread-safe. */
public final class WorkflowCache {
    /**
     * A stored workflow, compiled.
     *
     * @param graph what could be read of it; must not run when there is an error
     * @param error why it must not run
     */
    public record Compiled(Graph graph, Optional<Problem> error) {}

    private record Cached(long generation, Compiled compiled) {}

    private final WorkflowStore store;
    private final Map<String, Cached> cache = new ConcurrentHashMap<>();

    public WorkflowCache(WorkflowStore store) {
        this.store = store;
    }

    /**
     * The newest version; empty if there is no such workflow.
     *
     * @throws io.infloop.core.error.InfloopException as {@link WorkflowStore#find}
     */
    public Optional<Compiled> find(String workflowId) {
        Optional<StoredWorkflow> stored = store.find(workflowId);
        if (stored.isEmpty()) {
            cache.remove(workflowId);
            return Optional.empty();
        }
        StoredWorkflow workflow = stored.get();
        Cached cached = cache.get(workflowId);
        if (cached == null || cached.generation() != workflow.generation()) {
            WorkflowParser.Parsed parsed = WorkflowParser.parse(workflow.document());
            cached = new Cached(
                    workflow.generation(),
                    new Compiled(new Graph(parsed.model(), workflow.version()), parsed.firstError()));
            cache.put(workflowId, cached);
        }
        return Optional.of(cached.compiled());
    }
}
