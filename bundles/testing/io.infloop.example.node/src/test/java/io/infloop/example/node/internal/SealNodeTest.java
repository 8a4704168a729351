package io.infloop.example.node.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.FakeSecrets;
import io.infloop.testkit.spi.NodeTypeContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealNodeTest extends NodeTypeContract {
    private final FakeSecrets secrets = new FakeSecrets().put("SEAL_KEY", "Jefe");

    @Override
    protected NodeType nodeType() {
        return new SealNode(secrets);
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(FakeNodeContext.of("{\"text\":\"hello\"}"));
    }

    /** Test case 2 of RFC 4231. */
    @Test
    void sealsWithTheStoredKey() throws Exception {
        FakeNodeContext context = FakeNodeContext.of("{\"text\":\"what do ya want for nothing?\"}");
        NodeOutcome outcome = nodeType().execute(context);
        assertThat(outcome).isInstanceOfSatisfying(NodeOutcome.Follow.class, follow -> assertThat(
                        follow.outputs().string("seal"))
                .contains("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    }

    @Test
    void saysWhichKeyIsMissing() throws Exception {
        NodeOutcome outcome = new SealNode(new FakeSecrets()).execute(FakeNodeContext.of("{\"text\":\"x\"}"));
        assertThat(outcome.toString()).contains("SEAL_KEY");
    }
}
