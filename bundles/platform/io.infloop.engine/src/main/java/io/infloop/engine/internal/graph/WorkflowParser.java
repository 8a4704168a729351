package io.infloop.engine.internal.graph;

import io.infloop.core.id.Ids;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a workflow document: everything that must hold for a graph to exist at all is an error here. What was readable is in the
 * model even then, so that a checker can say more about it.
 */
public final class WorkflowParser {
    private static final int MAX_NESTING = 32;
    private static final int MAX_NODES = 5_000;
    private static final int MAX_EDGES = 20_000;
    private static final int MAX_NODE_ID = 128;
    private static final int MAX_CONCURRENT = 1_000;
    /** Scope keys that a node's outputs would hide. */
    private static final Set<String> RESERVED = Set.of("inputs", "__inputs", "globals", "run");

    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> nodeIds = new HashSet<>();

    private WorkflowParser() {}

    /**
     * A document as far as it could be read.
     *
     * @param problems errors and warnings in document order; with an error among them the model must not run
     */
    public record Parsed(WorkflowModel model, List<Problem> problems) {
        /** What keeps the document from being a graph. */
        public Optional<Problem> firstError() {
            return problems.stream()
                    .filter(problem -> problem.severity() == Severity.ERROR)
                    .findFirst();
        }
    }

    public static Parsed parse(JsonObject document) {
        return new WorkflowParser().read(document);
    }

    private Parsed read(JsonObject document) {
        String id = document.string("id").orElse("");
        if (id.isEmpty()) {
            error("id", "id is required and must be a non-empty string");
        } else if (!Ids.isWorkflowId(id)) {
            error(
                    "id",
                    "id must be letters, digits, '.', '_' and '-', begin with a letter or digit, and be at most 128 long");
        }
        String name = document.string("name").orElse("");
        if (name.isEmpty()) {
            error("name", "name is required and must be a non-empty string");
        }
        List<Object> nodeElements = array(document, "nodes");
        List<Object> edgeElements = array(document, "edges");
        List<GraphNode> nodes = nodes(nodeElements, "nodes", Optional.empty(), 1);
        if (document.array("nodes").isPresent()
                && nodes.stream().noneMatch(node -> node.type().equals("start"))) {
            error("nodes", "workflow has no 'start' node");
        }
        List<GraphEdge> edges = edges(edgeElements);
        JsonObject globals = globals(document);
        List<InputDeclaration> inputs = InputParser.parse(document, problems::add);
        int maxConcurrent = maxConcurrent(document);
        return new Parsed(
                new WorkflowModel(id, name, nodes, edges, globals, inputs, maxConcurrent), List.copyOf(problems));
    }

    private List<Object> array(JsonObject document, String name) {
        return document.array(name).orElseGet(() -> {
            error(name, name + " is required and must be an array");
            return List.of();
        });
    }

    private List<GraphNode> nodes(List<Object> elements, String path, Optional<String> parent, int depth) {
        if (depth > MAX_NESTING) {
            error(path, "containers nest at most " + MAX_NESTING + " deep");
            return List.of();
        }
        List<GraphNode> nodes = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            if (nodeIds.size() > MAX_NODES) {
                error(path, "a workflow has at most " + MAX_NODES + " nodes");
                break;
            }
            node(elements.get(i), path + "[" + i + "]", parent, depth).ifPresent(nodes::add);
        }
        return nodes;
    }

    private Optional<GraphNode> node(Object element, String path, Optional<String> parent, int depth) {
        if (!(element instanceof JsonObject object)) {
            error(path, "a node must be an object");
            return Optional.empty();
        }
        String id = object.string("id").orElse("");
        if (!isNodeId(id)) {
            error(
                    path + ".id",
                    "a node needs an id: a string of at most " + MAX_NODE_ID
                            + " characters without '/' and control characters");
            return Optional.empty();
        }
        if (!nodeIds.add(id)) {
            error(path + ".id", "duplicate node id \"" + id + "\"");
            return Optional.empty();
        }
        if (RESERVED.contains(id)) {
            error(path + ".id", "node id \"" + id + "\" is taken: templates find something else under this name");
        } else if (!isReferable(id)) {
            warning(path + ".id", "templates cannot refer to \"" + id + "\"; use letters, digits, '_' and '-'");
        }
        String type = object.string("type").orElse("");
        if (type.isEmpty()) {
            error(path + ".type", "node \"" + id + "\" needs a type");
        }
        JsonObject config = object.object("config").orElse(JsonObject.EMPTY);
        if (object.get("config") != null && object.object("config").isEmpty()) {
            error(path + ".config", "the config of node \"" + id + "\" must be an object");
        }
        if (object.get("children") != null && object.array("children").isEmpty()) {
            error(path + ".children", "the children of node \"" + id + "\" must be an array");
        }
        List<GraphNode> children =
                nodes(object.array("children").orElse(List.of()), path + ".children", Optional.of(id), depth + 1);
        return Optional.of(new GraphNode(id, type, config, children, path, parent));
    }

    private static boolean isNodeId(String id) {
        return !id.isEmpty()
                && id.length() <= MAX_NODE_ID
                && id.indexOf('/') < 0
                && id.chars().noneMatch(Character::isISOControl);
    }

    private static boolean isReferable(String id) {
        return id.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '_'
                        || c == '-');
    }

    private List<GraphEdge> edges(List<Object> elements) {
        if (elements.size() > MAX_EDGES) {
            error("edges", "a workflow has at most " + MAX_EDGES + " edges");
            return List.of();
        }
        List<GraphEdge> edges = new ArrayList<>();
        Set<String> edgeIds = new HashSet<>();
        for (int i = 0; i < elements.size(); i++) {
            String path = "edges[" + i + "]";
            if (!(elements.get(i) instanceof JsonObject object)) {
                error(path, "an edge must be an object");
                continue;
            }
            String id = object.string("id").orElse(path);
            if (!edgeIds.add(id)) {
                warning(path + ".id", "edge id \"" + id + "\" is used twice");
            }
            if (object.get("sourceHandle") != null
                    && object.string("sourceHandle").isEmpty()) {
                error(path + ".sourceHandle", "edge \"" + id + "\": sourceHandle must be a string");
            }
            GraphEdge edge = new GraphEdge(
                    id,
                    object.string("source").orElse(""),
                    object.string("sourceHandle").orElse("next"),
                    object.string("target").orElse(""),
                    path);
            boolean fromNode = isEndpoint(edge, "source", edge.source());
            boolean toNode = isEndpoint(edge, "target", edge.target());
            if (fromNode && toNode) {
                edges.add(edge);
            }
        }
        return edges;
    }

    private boolean isEndpoint(GraphEdge edge, String end, String nodeId) {
        boolean exists = nodeIds.contains(nodeId);
        if (!exists) {
            error(edge.path() + "." + end, "edge \"" + edge.id() + "\": " + end + " \"" + nodeId + "\" does not exist");
        }
        return exists;
    }

    private JsonObject globals(JsonObject document) {
        if (document.get("globals") == null) {
            return JsonObject.EMPTY;
        }
        Optional<JsonObject> globals = document.object("globals");
        if (globals.isEmpty()) {
            error("globals", "globals must be an object of strings");
            return JsonObject.EMPTY;
        }
        globals.get().asMap().forEach((name, value) -> {
            if (!(value instanceof String)) {
                error("globals." + name, "global \"" + name + "\" must be a string; put its value in quotes");
            }
        });
        return globals.get();
    }

    private int maxConcurrent(JsonObject document) {
        if (document.get("concurrency") == null) {
            return 1;
        }
        Object max =
                document.object("concurrency").map(object -> object.get("max")).orElse(null);
        if (max instanceof Long value && value >= 1 && value <= MAX_CONCURRENT) {
            return value.intValue();
        }
        error("concurrency", "concurrency must be {\"max\": n} with n from 1 to " + MAX_CONCURRENT);
        return 1;
    }

    private void error(String path, String message) {
        problems.add(new Problem(Severity.ERROR, path, message));
    }

    private void warning(String path, String message) {
        problems.add(new Problem(Severity.WARNING, path, message));
    }
}
