package io.infloop.engine.internal.graph;

import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * A node of a workflow document.
 *
 * @param path where it stands in the document, e.g. {@code nodes[1].children[0]}
 * @param parent the container it is a direct child of
 */
public record GraphNode(
        String id, String type, JsonObject config, List<GraphNode> children, String path, Optional<String> parent) {
    public GraphNode {
        children = List.copyOf(children);
    }

    /** Whether the node stands directly in {@code container}; {@code null} is the top level. */
    public boolean isChildOf(String container) {
        return parent.map(id -> id.equals(container)).orElse(container == null);
    }
}
