package io.infloop.node.flow.internal;

import io.infloop.spi.node.NodeType;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.NodeTypeContract;
import java.util.List;

class StartNodeTest extends NodeTypeContract {
    @Override
    protected NodeType nodeType() {
        return new StartNode();
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(FakeNodeContext.of("{}"));
    }
}
