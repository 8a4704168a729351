package io.infloop.spi.node;

import io.infloop.spi.json.JsonObject;
import org.osgi.annotation.versioning.ProviderType;

/** Other workflows, run as a step of this one. */
@ProviderType
public interface Subworkflows {
    /**
     * Opens a workflow with a scope of its own, seeded with its globals and {@code inputs} resolved against its declarations. Its
     * nodes run in this run, their events carry the path of the calling node. The body has one entry, the start node.
     *
     * @throws SubworkflowException if there is no such workflow, the inputs do not fit, the workflow is already running further up,
     *     or the nesting is too deep
     */
    Body open(String workflowId, JsonObject inputs) throws SubworkflowException;
}
