package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.state.Bounds;
import io.infloop.engine.internal.state.RunEvents;
import io.infloop.host.PluginRef;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor.ResultEvent;
import java.util.Optional;
import java.util.Set;

/** The events of one node execution. */
final class NodeEvents {
    /** Types by which readers of journals recognise what the engine itself says. */
    private static final Set<String> RESERVED = Set.of(
            "run_started",
            "run_finished",
            "node_started",
            "node_finished",
            "template_warning",
            "error",
            "truncated",
            "stdout_chunk",
            "stderr_chunk",
            "notice",
            "state_snapshot",
            "trigger_enqueued",
            "trigger_started",
            "trigger_dropped",
            "trigger_removed");

    private final WalkContext context;
    private final GraphNode node;
    private final RunEvents events;

    NodeEvents(WalkContext context, GraphNode node) {
        this.context = context;
        this.node = node;
        this.events = context.run().events();
    }

    private JsonObject.Builder fields() {
        return JsonObject.builder().put("nodeId", context.path(node));
    }

    private void emit(String type, JsonObject.Builder fields) {
        context.iteration().ifPresent(number -> fields.put("loopIteration", number));
        events.emit(type, fields.build());
    }

    void templateWarning(String field, String missingKey) {
        emit("template_warning", fields().put("field", field).put("missingKey", missingKey));
    }

    /** @param plugin whose code executes the node, in which version */
    void started(JsonObject config, Optional<PluginRef> plugin) {
        context.run().nodeStarted(context.path(node));
        emit(
                "node_started",
                fields().put("nodeType", node.type())
                        .put("resolvedConfig", Bounds.object(config, Bounds.CONFIG_TEXT))
                        .putIfPresent("plugin", plugin.map(ref -> JsonObject.builder()
                                .put("id", ref.id())
                                .put("version", ref.version())
                                .build())));
    }

    void error(String message) {
        emit("error", fields().put("message", message));
    }

    void finished(String branch, JsonObject outputs, long durationMs) {
        context.run().nodeFinished(context.path(node));
        emit(
                "node_finished",
                fields().put("nodeType", node.type())
                        .put("branch", branch)
                        .put("outputs", Bounds.object(outputs, Bounds.EVENT_TEXT))
                        .put("durationMs", durationMs));
    }

    void result(ResultEvent result, JsonObject outputs) {
        if (RESERVED.contains(result.type())) {
            return;
        }
        JsonObject.Builder fields = fields();
        for (String name : result.fields()) {
            if (outputs.has(name) && !name.equals("nodeId")) {
                fields.put(name, outputs.get(name));
            }
        }
        JsonObject bounded = Bounds.object(fields.build(), Bounds.EVENT_TEXT);
        emit(result.type(), bounded.toBuilder());
    }
}
