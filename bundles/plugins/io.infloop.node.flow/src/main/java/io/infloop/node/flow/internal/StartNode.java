package io.infloop.node.flow.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import org.osgi.service.component.annotations.Component;

/** Where a workflow begins. It does nothing: the run's inputs are declared by the workflow, not by this node. */
@Component(service = NodeType.class)
public final class StartNode implements NodeType {
    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("start", "Start")
            .group("Control")
            .description("Where the workflow begins. Its inputs are those the workflow declares.")
            .icon("▶")
            .configSchema("{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}")
            .handles("next")
            .withoutInput()
            .build();

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public NodeOutcome execute(NodeContext context) {
        return NodeOutcome.next(JsonObject.EMPTY);
    }
}
