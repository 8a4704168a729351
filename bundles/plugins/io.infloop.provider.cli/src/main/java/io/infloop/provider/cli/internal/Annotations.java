package io.infloop.provider.cli.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The lines that tell a person what an agent does between its words. */
final class Annotations {
    private Annotations() {}

    /** Sets lines apart from the words around them. */
    static String block(String lines) {
        return "\n" + lines + "\n";
    }

    /** The content blocks of a frame, which has them itself or in its message. */
    static List<JsonObject> content(JsonObject frame) {
        return frame
                .array("content")
                .or(() -> frame.object("message").flatMap(message -> message.array("content")))
                .orElse(List.of())
                .stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .toList();
    }

    static String toolUse(JsonObject block) {
        String name = block.string("name").orElse("tool");
        JsonObject input = block.object("input").orElse(JsonObject.EMPTY);
        if (name.equals("Task")) {
            String agent = input.string("subagent_type")
                    .or(() -> input.string("agent"))
                    .orElse("agent");
            String task = input.string("description")
                    .or(() -> input.string("prompt"))
                    .map(text -> " " + Inline.of(text))
                    .orElse("");
            return "[subagent: " + Inline.of(agent) + "]" + task;
        }
        return "[tool: " + Inline.of(name) + "] "
                + Inline.of(salient(name, input).orElseGet(() -> Json.write(block.get("input"))));
    }

    private static Optional<String> salient(String tool, JsonObject input) {
        return switch (tool) {
            case "Bash" -> input.string("command");
            case "Read", "Write", "Edit", "NotebookEdit" -> input.string("file_path");
            case "Grep", "Glob" -> input.string("pattern");
            case "WebFetch", "WebSearch" -> input.string("url").or(() -> input.string("query"));
            default -> Optional.empty();
        };
    }

    static String toolResult(JsonObject block, String toolName) {
        String label = "Task".equals(toolName) ? "[subagent result] " : "[tool result] ";
        return label + Inline.of(body(block.get("content")));
    }

    private static String body(Object content) {
        if (content instanceof String text) {
            return text;
        }
        if (content instanceof List<?> blocks) {
            return blocks.stream()
                    .filter(JsonObject.class::isInstance)
                    .map(JsonObject.class::cast)
                    .flatMap(block -> block.string("text").stream())
                    .collect(Collectors.joining("\n"));
        }
        return content == null ? "" : Json.write(content);
    }

    static String retry(JsonObject frame) {
        StringBuilder line = new StringBuilder("[retry");
        frame.number("attempt").ifPresent(attempt -> line.append(' ').append(attempt));
        frame.number("max_retries").ifPresent(most -> line.append('/').append(most));
        frame.number("retry_delay_ms")
                .ifPresent(
                        delay -> line.append(" in ").append(delay.longValue()).append(" ms"));
        line.append("] the agent's service did not answer");
        frame.number("error_status")
                .ifPresent(status -> line.append(", status ").append(status));
        frame.string("error").ifPresent(error -> line.append(", ").append(Inline.of(error)));
        return line.toString();
    }

    static String denials(List<JsonObject> denials) {
        String tools = denials.stream()
                .map(denial -> Inline.of(denial.string("tool_name").orElse("tool")))
                .distinct()
                .limit(20)
                .collect(Collectors.joining(", "));
        return "[permissions] tool calls refused: " + denials.size() + " (" + tools + ")";
    }
}
