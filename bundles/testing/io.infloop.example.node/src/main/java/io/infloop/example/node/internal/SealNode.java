package io.infloop.example.node.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.observe.ServerReady;
import io.infloop.spi.secret.SecretException;
import io.infloop.spi.secret.Secrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Example of a node type that needs a secret of the operator: seals a text with a key, and says whether the server is ready. */
@Component(service = NodeType.class)
public final class SealNode implements NodeType {
    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("example-seal", "Seal")
            .group("Examples")
            .description("Seals a text with the key that the operator stored as SEAL_KEY.")
            .icon("§")
            .configSchema(
                    """
                    {
                      "type": "object",
                      "properties": {"text": {"type": "string", "default": "", "title": "Text"}},
                      "additionalProperties": false
                    }
                    """)
            .templated("text")
            .output("seal", "string", "HMAC-SHA256 of the text, in hex.")
            .output("ready", "boolean", "Whether the server was ready.")
            .output("errorMessage", "string", "What is wrong with the configuration or the key; at error only.")
            .build();

    private final Secrets secrets;

    // A contribution never waits for the mark: the server waits for contributions before it is ready.
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile ServerReady ready;

    @Activate
    public SealNode(@Reference Secrets secrets) {
        this.secrets = secrets;
    }

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public NodeOutcome execute(NodeContext context) {
        Optional<String> text = context.config().string("text");
        if (text.isEmpty()) {
            return NodeOutcome.error("example-seal: text must be a text");
        }
        try {
            // Asked for when it is needed, and not kept: the operator may have replaced it.
            byte[] key = secrets.require("SEAL_KEY").utf8();
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            String seal = HexFormat.of().formatHex(mac.doFinal(text.get().getBytes(StandardCharsets.UTF_8)));
            return NodeOutcome.next(JsonObject.builder()
                    .put("seal", seal)
                    .put("ready", ready != null)
                    .build());
        } catch (SecretException missing) {
            return NodeOutcome.error("example-seal: " + missing.getMessage());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
