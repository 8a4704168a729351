package io.infloop.engine.internal.check;

import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.internal.graph.Graph;
import io.infloop.engine.internal.graph.GraphEdge;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.graph.WorkflowModel;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.spi.node.NodeDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What a run may trip over in the shape of the graph: types, handles, reachability. */
final class GraphWarnings {
    private final WorkflowModel model;
    private final NodeTypes types;
    private final Consumer<Problem> problems;
    private final Map<String, GraphNode> nodes = new LinkedHashMap<>();

    private GraphWarnings(WorkflowModel model, NodeTypes types, Consumer<Problem> problems) {
        this.model = model;
        this.types = types;
        this.problems = problems;
        model.allNodes().forEach(node -> nodes.put(node.id(), node));
    }

    static void check(WorkflowModel model, NodeTypes types, Consumer<Problem> problems) {
        GraphWarnings warnings = new GraphWarnings(model, types, problems);
        warnings.unknownTypes();
        warnings.starts();
        warnings.edges();
        warnings.reachability();
    }

    private void unknownTypes() {
        for (GraphNode node : nodes.values()) {
            if (!node.type().isEmpty() && types.find(node.type()).isEmpty()) {
                warn(node.path() + ".type", "no plugin offers node type \"" + node.type() + "\" at this moment");
            }
        }
    }

    private void starts() {
        model.nodes().stream()
                .filter(node -> node.type().equals("start"))
                .skip(1)
                .forEach(node -> warn(
                        node.path(),
                        "several start nodes: runs begin at the first one, never at \"" + node.id() + "\""));
        nodes.values().stream()
                .filter(node -> node.type().equals("start") && node.parent().isPresent())
                .forEach(node -> warn(node.path(), "start node \"" + node.id() + "\" stands inside a container"));
    }

    private void edges() {
        Set<String> used = new HashSet<>();
        for (GraphEdge edge : model.edges()) {
            GraphNode source = nodes.get(edge.source());
            GraphNode target = nodes.get(edge.target());
            Optional<NodeDescriptor> from = types.descriptor(source.type());
            if (from.isPresent() && !from.get().handles().contains(edge.sourceHandle())) {
                warn(
                        edge.path() + ".sourceHandle",
                        "node \"" + source.id() + "\" (" + source.type() + ") has no handle \"" + edge.sourceHandle()
                                + "\"; the edge is never followed");
            }
            if (types.descriptor(target.type())
                    .map(type -> !type.acceptsInput())
                    .orElse(false)) {
                warn(edge.path() + ".target", "node \"" + target.id() + "\" (" + target.type() + ") takes no input");
            }
            if (!source.parent().equals(target.parent())) {
                warn(
                        edge.path(),
                        "edge \"" + edge.id() + "\" crosses the border of a container, from \"" + source.id()
                                + "\" to \"" + target.id() + "\"");
            }
            if (!used.add(edge.source() + "\n" + edge.sourceHandle())) {
                warn(
                        edge.path(),
                        "handle \"" + edge.sourceHandle() + "\" of node \"" + source.id()
                                + "\" has several edges; only the first is followed");
            }
        }
    }

    private void reachability() {
        Set<String> connected = new HashSet<>();
        Map<String, Set<String>> targets = new HashMap<>();
        for (GraphEdge edge : model.edges()) {
            connected.add(edge.source());
            connected.add(edge.target());
            targets.computeIfAbsent(edge.source(), id -> new HashSet<>()).add(edge.target());
        }
        Set<String> reached = reached(targets);
        if (reached.isEmpty()) {
            return;
        }
        for (GraphNode node : nodes.values()) {
            if (reached.contains(node.id())
                    || types.isAnnotation(node.type())
                    || node.type().equals("start")) {
                continue;
            }
            boolean orphan = !connected.contains(node.id());
            warn(
                    node.path(),
                    orphan
                            ? "node \"" + node.id() + "\" is connected to nothing"
                            : "node \"" + node.id() + "\" cannot be reached from the start");
        }
    }

    private Set<String> reached(Map<String, Set<String>> targets) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        model.nodes().stream()
                .filter(node -> node.type().equals("start"))
                .findFirst()
                .ifPresent(start -> open.add(start.id()));
        while (!open.isEmpty()) {
            GraphNode node = nodes.get(open.remove());
            if (reached.add(node.id())) {
                open.addAll(targets.getOrDefault(node.id(), Set.of()));
                List<GraphNode> entries = Graph.entries(node, model.edges(), types.bodySignals(node.type()));
                entries.forEach(entry -> open.add(entry.id()));
            }
        }
        return reached;
    }

    private void warn(String path, String message) {
        problems.accept(new Problem(Severity.WARNING, path, message));
    }
}
