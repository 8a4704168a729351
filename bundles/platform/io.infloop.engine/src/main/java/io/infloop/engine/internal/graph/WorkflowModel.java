package io.infloop.engine.internal.graph;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * A workflow document, parsed.
 *
 * @param nodes the top level in document order
 * @param maxConcurrent how many runs of this workflow may be active at a time
 */
public record WorkflowModel(
        String id,
        String name,
        List<GraphNode> nodes,
        List<GraphEdge> edges,
        JsonObject globals,
        List<InputDeclaration> inputs,
        int maxConcurrent) {
    public WorkflowModel {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
        inputs = List.copyOf(inputs);
    }

    /** All nodes of the tree, each before its children. */
    public List<GraphNode> allNodes() {
        List<GraphNode> all = new ArrayList<>();
        collect(nodes, all);
        return all;
    }

    private static void collect(List<GraphNode> from, List<GraphNode> into) {
        for (GraphNode node : from) {
            into.add(node);
            collect(node.children(), into);
        }
    }
}
