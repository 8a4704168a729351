package io.infloop.engine.internal.check;

import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.graph.WorkflowModel;
import io.infloop.engine.internal.graph.WorkflowParser;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.WorkflowStore;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Refuses workflows that would call themselves. References that cannot be read are tolerated; a run checks again. */
final class SubworkflowCycles {
    private final WorkflowStore store;
    private final Map<String, List<String>> references = new HashMap<>();
    private final Set<String> done = new LinkedHashSet<>();

    SubworkflowCycles(WorkflowStore store) {
        this.store = store;
    }

    void check(WorkflowModel model, Consumer<Problem> problems) {
        references.put(model.id(), referencesOf(model));
        visit(model.id(), new LinkedHashSet<>())
                .ifPresent(id -> problems.accept(
                        new Problem(Severity.ERROR, pathOfCall(model), "subworkflow cycle detected involving " + id)));
    }

    /** The workflow that is reached a second time on one path. */
    private Optional<String> visit(String id, Set<String> ancestors) {
        if (!ancestors.add(id)) {
            return Optional.of(id);
        }
        if (!done.contains(id)) {
            for (String reference : references.computeIfAbsent(id, this::stored)) {
                Optional<String> cycle = visit(reference, ancestors);
                if (cycle.isPresent()) {
                    return cycle;
                }
            }
            done.add(id);
        }
        ancestors.remove(id);
        return Optional.empty();
    }

    private List<String> stored(String id) {
        try {
            return (Ids.isWorkflowId(id) ? store.find(id) : Optional.<StoredWorkflow>empty())
                    .map(workflow -> referencesOf(
                            WorkflowParser.parse(workflow.document()).model()))
                    .orElse(List.of());
        } catch (InfloopException unreadable) {
            return List.of();
        }
    }

    private static List<String> referencesOf(WorkflowModel model) {
        return model.allNodes().stream()
                .flatMap(node -> reference(node).stream())
                .distinct()
                .toList();
    }

    private static String pathOfCall(WorkflowModel model) {
        return model.allNodes().stream()
                .filter(node -> reference(node).isPresent())
                .findFirst()
                .map(node -> node.path() + ".config.workflowId")
                .orElse("nodes");
    }

    private static Optional<String> reference(GraphNode node) {
        return node.type().equals("subworkflow") ? node.config().string("workflowId") : Optional.empty();
    }
}
