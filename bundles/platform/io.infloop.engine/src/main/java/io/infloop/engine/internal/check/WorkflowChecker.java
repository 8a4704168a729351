package io.infloop.engine.internal.check;

import io.infloop.engine.Workflows;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.graph.WorkflowParser;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.WorkflowStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The workflow checks in their order, as a service. */
public final class WorkflowChecker implements Workflows {
    private static final int MAX_PROBLEMS = 500;

    private final WorkflowStore store;
    private final WorkflowCache cache;
    private final NodeTypes types;

    public WorkflowChecker(WorkflowStore store, WorkflowCache cache, NodeTypes types) {
        this.store = store;
        this.cache = cache;
        this.types = types;
    }

    @Override
    public List<Problem> check(JsonObject document) {
        WorkflowParser.Parsed parsed = WorkflowParser.parse(document);
        List<Problem> problems = new ArrayList<>(parsed.problems());
        ContainerRules.check(parsed.model(), types, problems::add);
        KnownTypeRules.check(parsed.model(), problems::add);
        new SubworkflowCycles(store).check(parsed.model(), problems::add);
        GraphWarnings.check(parsed.model(), types, problems::add);
        ConfigWarnings.check(parsed.model(), types, problems::add);
        TemplateWarnings.check(parsed.model(), types, problems::add);
        return List.copyOf(problems.subList(0, Math.min(problems.size(), MAX_PROBLEMS)));
    }

    @Override
    public Optional<List<InputDeclaration>> inputs(String workflowId) {
        return cache.find(workflowId).map(compiled -> compiled.graph().inputs());
    }
}
