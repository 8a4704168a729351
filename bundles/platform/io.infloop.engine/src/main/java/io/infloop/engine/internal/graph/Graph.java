package io.infloop.engine.internal.graph;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** A workflow version, compiled for walking: every question a walk asks is one look-up. Immutable but for its cache; thread-safe. */
public final class Graph {
    /** Templates belong to the generation of the node type that named the fields. */
    private record CachedTemplates(long generation, ConfigTemplates templates) {}

    private final WorkflowModel model;
    private final long version;
    private final Map<String, GraphNode> nodes = new LinkedHashMap<>();
    private final Map<String, Map<String, GraphNode>> targets = new HashMap<>();
    private final Optional<GraphNode> start;
    private final Map<String, CachedTemplates> templates = new ConcurrentHashMap<>();

    public Graph(WorkflowModel model, long version) {
        this.model = model;
        this.version = version;
        model.allNodes().forEach(node -> nodes.put(node.id(), node));
        for (GraphEdge edge : model.edges()) {
            // The first edge of a handle counts; there is no implicit fan-out.
            targets.computeIfAbsent(edge.source(), id -> new HashMap<>())
                    .putIfAbsent(edge.sourceHandle(), nodes.get(edge.target()));
        }
        this.start = model.nodes().stream()
                .filter(node -> node.type().equals("start"))
                .findFirst();
    }

    /**
     * The children of a container that no other child leads to, in document order.
     *
     * @param signals handles of the children at which edges are not followed, because they mean something to the container
     */
    public static List<GraphNode> entries(GraphNode container, List<GraphEdge> edges, Set<String> signals) {
        Set<String> siblings = container.children().stream().map(GraphNode::id).collect(Collectors.toSet());
        Set<String> reached = edges.stream()
                .filter(edge -> siblings.contains(edge.source())
                        && !edge.source().equals(edge.target())
                        && !signals.contains(edge.sourceHandle()))
                .map(GraphEdge::target)
                .collect(Collectors.toSet());
        return container.children().stream()
                .filter(child -> !reached.contains(child.id()))
                .toList();
    }

    public String workflowId() {
        return model.id();
    }

    public String name() {
        return model.name();
    }

    public long version() {
        return version;
    }

    public JsonObject globals() {
        return model.globals();
    }

    public List<InputDeclaration> inputs() {
        return model.inputs();
    }

    public int maxConcurrent() {
        return model.maxConcurrent();
    }

    public Optional<GraphNode> start() {
        return start;
    }

    public Optional<GraphNode> node(String id) {
        return Optional.ofNullable(nodes.get(id));
    }

    /** As {@link #entries(GraphNode, List, Set)} for a container of this graph. */
    public List<GraphNode> entries(GraphNode container, Set<String> signals) {
        return container.children().isEmpty() ? List.of() : entries(container, model.edges(), signals);
    }

    /** Where the first edge at that handle leads. */
    public Optional<GraphNode> follow(String nodeId, String handle) {
        Map<String, GraphNode> handles = targets.get(nodeId);
        return handles == null ? Optional.empty() : Optional.ofNullable(handles.get(handle));
    }

    /** The compiled templates of a node's configuration for this generation of its type. */
    public ConfigTemplates templates(GraphNode node, NodeDescriptor descriptor, long generation) {
        return templates
                .compute(
                        node.id(),
                        (id, cached) -> cached != null && cached.generation() == generation
                                ? cached
                                : new CachedTemplates(
                                        generation,
                                        ConfigTemplates.compile(node.config(), descriptor.templatedFields())))
                .templates();
    }
}
