package io.infloop.node.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.EndStatus;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.NodeTypeContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndNodeTest extends NodeTypeContract {
    @Override
    protected NodeType nodeType() {
        return new EndNode();
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(FakeNodeContext.of("{}"), FakeNodeContext.of("{\"outcome\":\"failed\"}"));
    }

    @Test
    void succeedsUnlessToldOtherwise() {
        assertThat(execute("{}")).isEqualTo(new NodeOutcome.End(EndStatus.SUCCEEDED, JsonObject.EMPTY));
        assertThat(execute("{\"outcome\":\"succeeded\"}"))
                .isEqualTo(new NodeOutcome.End(EndStatus.SUCCEEDED, JsonObject.EMPTY));
        assertThat(execute("{\"outcome\":\"failed\"}"))
                .isEqualTo(new NodeOutcome.End(EndStatus.FAILED, JsonObject.EMPTY));
    }

    @Test
    void failsWhenNobodyCanTellTheOutcome() {
        NodeOutcome outcome = execute("{\"outcome\":\"succeded\"}");
        assertThat(((NodeOutcome.End) outcome).status()).isEqualTo(EndStatus.FAILED);
        assertThat(outcome.outputs().string("errorMessage"))
                .hasValueSatisfying(message -> assertThat(message).contains("succeeded or failed"));
    }

    private static NodeOutcome execute(String config) {
        return new EndNode().execute(FakeNodeContext.of(config));
    }
}
