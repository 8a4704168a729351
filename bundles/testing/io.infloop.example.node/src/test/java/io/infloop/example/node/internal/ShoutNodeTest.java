package io.infloop.example.node.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.NodeTypeContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShoutNodeTest extends NodeTypeContract {
    @Override
    protected NodeType nodeType() {
        return new ShoutNode();
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(FakeNodeContext.of("{\"text\":\"hello\"}"));
    }

    @Test
    void shouts() throws Exception {
        FakeNodeContext context = FakeNodeContext.of("{\"text\":\"Grüße\"}");
        assertThat(nodeType().execute(context)).isEqualTo(NodeOutcome.next(JsonObject.of("text", "GRÜSSE")));
        assertThat(context.journal().stdoutText()).isEqualTo("GRÜSSE\n");
    }
}
