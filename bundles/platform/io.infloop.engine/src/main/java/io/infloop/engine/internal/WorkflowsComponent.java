package io.infloop.engine.internal;

import io.infloop.engine.Workflows;
import io.infloop.engine.internal.check.WorkflowChecker;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.host.Contributions;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.WorkflowStore;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Offers {@link Workflows}; apart from the engine, since commands check workflows on servers without one. */
@Component
public final class WorkflowsComponent implements Workflows {
    private final WorkflowChecker checker;

    @Activate
    public WorkflowsComponent(@Reference WorkflowStore store, @Reference Contributions contributions) {
        this.checker = new WorkflowChecker(store, new WorkflowCache(store), new NodeTypes(contributions));
    }

    @Override
    public List<Problem> check(JsonObject document) {
        return checker.check(document);
    }

    @Override
    public Optional<List<InputDeclaration>> inputs(String workflowId) {
        return checker.inputs(workflowId);
    }
}
