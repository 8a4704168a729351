package io.infloop.engine.internal.check;

import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.graph.WorkflowModel;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Holds configurations against the node type's JSON Schema: presence, type and enumeration of the top-level fields. */
final class ConfigWarnings {
    private ConfigWarnings() {}

    static void check(WorkflowModel model, NodeTypes types, Consumer<Problem> problems) {
        for (GraphNode node : model.allNodes()) {
            Optional<NodeDescriptor> descriptor = types.descriptor(node.type());
            descriptor.ifPresent(type -> check(node, type.configSchema(), problems));
        }
    }

    private static void check(GraphNode node, JsonObject schema, Consumer<Problem> problems) {
        for (String field : schema.strings("required")) {
            Object value = node.config().get(field);
            if (value == null || value.equals("")) {
                warn(node, field, "node \"" + node.id() + "\": " + field + " is required", problems);
            }
        }
        Map<String, Object> properties =
                schema.object("properties").orElse(JsonObject.EMPTY).asMap();
        properties.forEach((field, declared) -> {
            Object value = node.config().get(field);
            if (value != null && declared instanceof JsonObject property) {
                check(node, field, value, property, problems);
            }
        });
    }

    private static void check(
            GraphNode node, String field, Object value, JsonObject property, Consumer<Problem> problems) {
        List<String> allowed = property.string("type").map(List::of).orElse(property.strings("type"));
        if (!allowed.isEmpty() && allowed.stream().noneMatch(type -> isOfType(value, type))) {
            warn(
                    node,
                    field,
                    "node \"" + node.id() + "\": " + field + " should be of type " + String.join(" or ", allowed),
                    problems);
            return;
        }
        Optional<List<Object>> choices = property.array("enum");
        boolean isTemplate = value instanceof String text && text.contains("{{");
        if (choices.isPresent() && !isTemplate && !choices.get().contains(value)) {
            warn(
                    node,
                    field,
                    "node \"" + node.id() + "\": " + field + " should be one of "
                            + String.join(
                                    ", ",
                                    choices.get().stream().map(String::valueOf).toList()),
                    problems);
        }
    }

    private static boolean isOfType(Object value, String type) {
        return switch (type) {
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> isInteger(value);
            case "number" -> value instanceof Number;
            case "array" -> value instanceof List;
            case "object" -> value instanceof JsonObject;
            case "null" -> false;
            default -> true;
        };
    }

    private static boolean isInteger(Object value) {
        return value instanceof Long
                || value instanceof BigInteger
                || (value instanceof Double real && real == Math.rint(real))
                || value instanceof BigDecimal;
    }

    private static void warn(GraphNode node, String field, String message, Consumer<Problem> problems) {
        problems.accept(new Problem(Severity.WARNING, node.path() + ".config." + field, message));
    }
}
