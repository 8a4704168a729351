package io.infloop.example.node.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import java.util.Locale;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Example of a node type: writes a text in capitals. */
@Component(service = NodeType.class)
public final class ShoutNode implements NodeType {
    // The one description of the node: the palette, the form, the validation and the templating are made of it.
    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("example-shout", "Shout")
            .group("Examples")
            .description("Writes a text in capitals.")
            .icon("!")
            .configSchema(
                    """
                    {
                      "type": "object",
                      "properties": {"text": {"type": "string", "default": "", "title": "Text"}},
                      "additionalProperties": false
                    }
                    """)
            .templated("text")
            .output("text", "string", "The text in capitals.")
            .output("errorMessage", "string", "What is wrong with the configuration; at error only.")
            .build();

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    /** One instance executes many nodes at the same time: keep no state, take everything from the context. */
    @Override
    public NodeOutcome execute(NodeContext context) {
        Optional<String> text = context.config().string("text");
        if (text.isEmpty()) {
            // A failure the workflow can handle: it leaves at the handle error.
            return NodeOutcome.error("example-shout: text must be a text");
        }
        String capitals = text.get().toUpperCase(Locale.ROOT);
        context.journal().stdout(capitals + "\n");
        return NodeOutcome.next(JsonObject.of("text", capitals));
    }
}
