package io.infloop.provider.cli.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.OutputParser.Parsed;
import io.infloop.spi.provider.OutputParser.Session;
import io.infloop.spi.provider.Usage;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One run of claude. The model's words are taken from the deltas, where they arrive first; the complete messages that repeat them are
 * used for what the deltas lack. The result frame has the last word on text, cost and success.
 */
final class ClaudeSession implements Session {
    /** What is remembered of tool calls and messages, in entries; a run beyond that loses names, nothing else. */
    private static final int REMEMBERED_MAX = 10_000;
    /** What is shown of a line that is not in the format. */
    private static final int FOREIGN_LINE_MAX = 64 * 1024;

    private final AgentSink sink;
    private final Map<String, String> toolNames = new LinkedHashMap<>();
    private final Set<String> streamedMessages = new HashSet<>();
    private Optional<String> streamingMessage = Optional.empty();
    private Optional<String> sessionId = Optional.empty();
    private Optional<ClaudeResult> result = Optional.empty();

    ClaudeSession(AgentSink sink) {
        this.sink = sink;
    }

    @Override
    public void line(String line) {
        if (line.isBlank()) {
            return;
        }
        JsonObject frame;
        try {
            frame = Json.parseObject(line);
        } catch (JsonParseException notOfThisFormat) {
            sink.transcript(line.length() <= FOREIGN_LINE_MAX ? line : Inline.cut(line, FOREIGN_LINE_MAX) + "…\n");
            return;
        }
        frame.string("session_id").ifPresent(id -> sessionId = Optional.of(id));
        frame(frame);
    }

    private void frame(JsonObject frame) {
        switch (frame.string("type").orElse("")) {
            case "stream_event" ->
                frame.object("event").ifPresent(event -> event(event, frame.get("parent_tool_use_id") != null));
            case "content_block_delta" -> event(frame, false);
            case "assistant" -> assistant(frame);
            case "user" -> user(frame);
            case "result" -> result(frame);
            case "system" -> system(frame);
            default -> {
                // Frames of later versions are no reason to fail.
            }
        }
    }

    private void event(JsonObject event, boolean ofSubagent) {
        switch (event.string("type").orElse("")) {
            case "message_start" -> streamingMessage = event.object("message").flatMap(message -> message.string("id"));
            case "content_block_delta" ->
                event.object("delta")
                        .filter(delta -> delta.string("type").orElse("").equals("text_delta"))
                        .flatMap(delta -> delta.string("text"))
                        .filter(text -> !text.isEmpty())
                        .ifPresent(text -> delta(text, ofSubagent));
            default -> {
                // Begin and end of blocks, token counts.
            }
        }
    }

    private void delta(String text, boolean ofSubagent) {
        if (ofSubagent) {
            sink.transcript(text);
            return;
        }
        if (streamedMessages.size() < REMEMBERED_MAX) {
            streamingMessage.ifPresent(streamedMessages::add);
        }
        sink.text(text);
    }

    private void assistant(JsonObject frame) {
        JsonObject message = frame.object("message").orElse(JsonObject.EMPTY);
        boolean synthetic = message.string("model").orElse("").equals("<synthetic>");
        boolean repeated =
                message.string("id").filter(streamedMessages::contains).isPresent();
        boolean ofSubagent = frame.get("parent_tool_use_id") != null;
        for (JsonObject block : Annotations.content(frame)) {
            switch (block.string("type").orElse("")) {
                case "tool_use" -> {
                    Optional<String> id = block.string("id");
                    if (id.isPresent() && toolNames.size() < REMEMBERED_MAX) {
                        toolNames.put(id.get(), block.string("name").orElse("tool"));
                    }
                    sink.transcript(Annotations.block(Annotations.toolUse(block)));
                }
                case "text" -> {
                    String text = block.string("text").orElse("");
                    if (synthetic) {
                        // An error of the API, dressed as an answer.
                        String kind = frame.string("error").orElse("unknown");
                        sink.transcript(Annotations.block("[error: " + kind + "] " + Inline.of(text)));
                    } else if (!repeated && !ofSubagent && !text.isBlank()) {
                        // After a broken stream the answer comes again, whole, under another id. It is shown; the
                        // answer
                        // itself is taken from the result.
                        sink.transcript(Annotations.block(text));
                    }
                }
                default -> {
                    // Thinking stays with the model.
                }
            }
        }
    }

    private void user(JsonObject frame) {
        List<String> lines = Annotations.content(frame).stream()
                .filter(block -> block.string("type").orElse("").equals("tool_result"))
                .map(block -> Annotations.toolResult(
                        block, block.string("tool_use_id").map(toolNames::get).orElse("")))
                .toList();
        if (!lines.isEmpty()) {
            sink.transcript(Annotations.block(String.join("\n", lines)));
        }
    }

    private void system(JsonObject frame) {
        if (frame.string("subtype").orElse("").equals("api_retry")) {
            sink.notice(Annotations.retry(frame));
        }
    }

    private void result(JsonObject frame) {
        toolNames.clear();
        ClaudeResult latest = ClaudeResult.of(frame);
        result = Optional.of(latest);
        sink.transcript(latest.summary());
        if (!latest.permissionDenials().isEmpty()) {
            sink.notice(Annotations.denials(latest.permissionDenials()));
        }
    }

    @Override
    public Parsed finish() {
        return new Parsed(
                result.flatMap(ClaudeResult::text),
                result.flatMap(ClaudeResult::failure),
                true,
                result.isPresent(),
                result.map(ClaudeResult::usage).orElse(Usage.UNKNOWN),
                sessionId,
                result.map(ClaudeResult::permissionDenials).orElse(List.of()));
    }
}
