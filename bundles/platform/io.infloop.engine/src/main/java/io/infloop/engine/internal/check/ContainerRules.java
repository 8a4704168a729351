package io.infloop.engine.internal.check;

import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.internal.graph.Graph;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.graph.WorkflowModel;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.spi.node.NodeDescriptor;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where the walk of a container's body begins must be clear. */
final class ContainerRules {
    private ContainerRules() {}

    static void check(WorkflowModel model, NodeTypes types, Consumer<Problem> problems) {
        for (GraphNode node : model.allNodes()) {
            if (node.children().isEmpty()) {
                continue;
            }
            Optional<NodeDescriptor> descriptor = types.descriptor(node.type());
            if (descriptor.isPresent() && descriptor.get().container().isEmpty()) {
                problems.accept(new Problem(
                        Severity.WARNING,
                        node.path() + ".children",
                        "\"" + node.type() + "\" is no container; the children of node \"" + node.id()
                                + "\" are never executed"));
                continue;
            }
            List<GraphNode> entries = Graph.entries(node, model.edges(), types.bodySignals(node.type())).stream()
                    .filter(child -> !types.isAnnotation(child.type()))
                    .toList();
            boolean iterates = descriptor
                    .flatMap(NodeDescriptor::container)
                    .map(container -> !container.bodySignals().isEmpty())
                    .orElse(node.type().equals("loop"));
            if (iterates && entries.size() > 1) {
                problems.accept(new Problem(
                        Severity.ERROR,
                        node.path() + ".children",
                        "the body of \"" + node.id() + "\" has several beginnings ("
                                + String.join(
                                        ", ",
                                        entries.stream().map(GraphNode::id).toList())
                                + "); connect them so that one child leads to all others"));
            } else if (entries.isEmpty()
                    && node.children().stream().anyMatch(child -> !types.isAnnotation(child.type()))) {
                problems.accept(new Problem(
                        Severity.WARNING,
                        node.path() + ".children",
                        "the body of \"" + node.id() + "\" has no beginning: each child is the target of another one"));
            }
        }
    }
}
