package io.infloop.spi.node;

import io.infloop.spi.Contribution;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A kind of step in a workflow. {@link #id()} is the {@code type} of the nodes in workflow documents.
 *
 * <p>A node type keeps no state between executions: the same instance executes many nodes of many runs at the same time.
 */
@ConsumerType
public interface NodeType extends Contribution {
    /**
     * What the server, the editor and the documentation need to know; read once when the node type appears, must not block.
     * {@code descriptor().id()} equals {@link #id()}.
     */
    NodeDescriptor descriptor();

    @Override
    default String id() {
        return descriptor().id();
    }

    /**
     * Executes one node. Called on a thread of the run; may block for as long as the work takes, but must return soon after
     * {@link NodeContext#cancellation()} is cancelled. What it returns then is ignored.
     *
     * @return what happened and where to go; {@link NodeOutcome#error} for failures a workflow can handle
     * @throws Exception anything else; the node then takes its {@code error} handle with the exception's message
     */
    NodeOutcome execute(NodeContext context) throws Exception;
}
