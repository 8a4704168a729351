package io.infloop.demo.plugin.common;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import java.util.Optional;

/** The node type {@code demo-stamp}: puts the plugin's version under a text. */
public abstract class Stamp implements NodeType {
    private static final String ID = "demo-stamp";

    private final String version;
    private final NodeDescriptor descriptor;

    protected Stamp(String version) {
        this.version = version;
        this.descriptor = NodeDescriptor.builder(ID, "Stamp")
                .description("Stamps a text with the version of the plugin that did it.")
                .configSchema("{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\",\"default\":\"\"}}}")
                .templated("text")
                .output("stamped", "string", "The text and the stamp.")
                .output("version", "string", "The version of the plugin.")
                .build();
    }

    @Override
    public NodeDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public NodeOutcome execute(NodeContext context) {
        Optional<String> text = context.config().string("text");
        if (text.isEmpty()) {
            return NodeOutcome.error("text is missing in the configuration of this stamp");
        }
        return NodeOutcome.next(JsonObject.builder()
                .put("stamped", text.get() + " [stamp " + version + "]")
                .put("version", version)
                .build());
    }
}
