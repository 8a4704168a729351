package io.infloop.node.flow.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.EndStatus;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import org.osgi.service.component.annotations.Component;

/** Ends the run, wherever the walk is. */
@Component(service = NodeType.class)
public final class EndNode implements NodeType {
    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("end", "End")
            .group("Control")
            .description("Ends the run with the outcome chosen here, even from within a loop or a branch.")
            .icon("■")
            .configSchema(
                    """
                    {
                      "type": "object",
                      "properties": {
                        "outcome": {
                          "type": "string",
                          "enum": ["succeeded", "failed"],
                          "default": "succeeded",
                          "title": "Outcome",
                          "description": "How the run ends."
                        }
                      },
                      "additionalProperties": false
                    }
                    """)
            .handles()
            .build();

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public NodeOutcome execute(NodeContext context) {
        Object outcome = context.config().get("outcome");
        if (outcome == null || outcome.equals("succeeded")) {
            return new NodeOutcome.End(EndStatus.SUCCEEDED, JsonObject.EMPTY);
        }
        if (outcome.equals("failed")) {
            return new NodeOutcome.End(EndStatus.FAILED, JsonObject.EMPTY);
        }
        // There is no error handle to follow; a run whose outcome nobody can read must not count as succeeded.
        String message = "invalid end config: outcome must be succeeded or failed";
        return new NodeOutcome.End(EndStatus.FAILED, JsonObject.of("errorMessage", message));
    }
}
