package io.infloop.node.flow.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/** Compares two texts and goes one of two ways. */
@Component(service = NodeType.class)
public final class BranchNode implements NodeType {
    private static final Set<String> OPERATORS = Set.of("==", "!=", "contains", "matches");

    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("branch", "Branch")
            .group("Control")
            .description("Compares two texts and goes on at true or false. 'matches' searches with RE2 syntax"
                    + " (no look-around, no back-references).")
            .icon("◇")
            .configSchema(
                    """
                    {
                      "type": "object",
                      "properties": {
                        "lhs": {"type": "string", "default": "", "title": "Left side"},
                        "op": {
                          "type": "string",
                          "enum": ["==", "!=", "contains", "matches"],
                          "default": "==",
                          "title": "Comparison"
                        },
                        "rhs": {
                          "type": "string",
                          "default": "",
                          "title": "Right side",
                          "description": "A text; for 'matches' a regular expression that is searched for in the left side."
                        }
                      },
                      "required": ["op"],
                      "additionalProperties": false
                    }
                    """)
            .templated("lhs", "rhs")
            .output("result", "boolean", "Whether the comparison holds.")
            .output("lhs", "string", "The left side as compared.")
            .output("rhs", "string", "The right side as compared.")
            .output("op", "string", "The comparison.")
            .output("error", "string", "Why there is no result; at error only.")
            .output("errorMessage", "string", "The same as error.")
            .output("detail", "string", "What is wrong with the configuration; at error only.")
            .handles("true", "false", "error")
            .build();

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public NodeOutcome execute(NodeContext context) {
        JsonObject config = context.config();
        String lhs = config.string("lhs").orElse(null);
        String op = config.string("op").orElse(null);
        String rhs = config.string("rhs").orElse(null);
        if (lhs == null || rhs == null || op == null || !OPERATORS.contains(op)) {
            return error(
                    JsonObject.of("detail", "lhs and rhs must be texts, op one of == != contains matches"),
                    "invalid branch config");
        }
        JsonObject sides = JsonObject.builder()
                .put("lhs", lhs)
                .put("rhs", rhs)
                .put("op", op)
                .build();
        boolean result;
        try {
            result = switch (op) {
                case "==" -> lhs.equals(rhs);
                case "!=" -> !lhs.equals(rhs);
                case "contains" -> lhs.contains(rhs);
                default ->
                    RegexSearch.compile(rhs).find(lhs, context.cancellation()).isPresent();
            };
        } catch (IllegalArgumentException invalid) {
            return error(sides, "invalid regex: " + invalid.getMessage());
        } catch (IllegalStateException stopped) {
            return error(sides, stopped.getMessage());
        }
        JsonObject outputs =
                JsonObject.builder().put("result", result).putAll(sides).build();
        return NodeOutcome.follow(String.valueOf(result), outputs);
    }

    private static NodeOutcome error(JsonObject others, String message) {
        return NodeOutcome.error(JsonObject.builder()
                .put("error", message)
                .put("errorMessage", message)
                .putAll(others)
                .build());
    }
}
