package io.infloop.store.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings documents of earlier versions into today's form; the file itself changes at the next save only. */
final class WorkflowMigration {
    private WorkflowMigration() {}

    /** Without inline triggers, and with nodes of type {@code claude} as agents. */
    static JsonObject migrate(JsonObject document) {
        JsonObject.Builder migrated = document.toBuilder().remove("triggers");
        document.array("nodes").ifPresent(nodes -> migrated.put("nodes", nodes(nodes)));
        return migrated.build();
    }

    /** The inline triggers of a document as triggers of the generic plugin. */
    static List<Trigger> inlineTriggers(String workflowId, JsonObject document, long now) {
        List<Trigger> triggers = new ArrayList<>();
        for (Object element : document.array("triggers").orElse(List.of())) {
            if (element instanceof JsonObject inline && inline.string("id").isPresent()) {
                triggers.add(inlineTrigger(workflowId, inline, now));
            }
        }
        return triggers;
    }

    private static Trigger inlineTrigger(String workflowId, JsonObject inline, long now) {
        String id = inline.string("id").orElseThrow();
        List<Trigger.Predicate> match = new ArrayList<>();
        boolean understood = true;
        for (Object element : inline.array("match").orElse(List.of())) {
            Optional<Trigger.Predicate> predicate = TriggerDocument.predicate(element);
            predicate.ifPresent(match::add);
            understood &= predicate.isPresent();
        }
        Map<String, String> inputs = new LinkedHashMap<>();
        inline.object("inputs").orElse(JsonObject.EMPTY).asMap().forEach((name, value) -> {
            if (value instanceof String template) {
                inputs.put(name, template);
            }
        });
        return Trigger.builder(id, workflowId, "generic")
                .name(inline.string("name").filter(name -> !name.isEmpty()).orElse(id))
                // A condition that is not understood must not become "always".
                .enabled(inline.bool("enabled").orElse(true) && understood)
                .match(match)
                .inputs(inputs)
                .createdAt(now)
                .updatedAt(now)
                .build();
    }

    private static List<Object> nodes(List<Object> nodes) {
        return nodes.stream()
                .map(node -> node instanceof JsonObject object ? node(object) : node)
                .toList();
    }

    private static JsonObject node(JsonObject node) {
        JsonObject.Builder migrated = node.toBuilder();
        if ("claude".equals(node.get("type"))) {
            migrated.put("type", "agent")
                    .put(
                            "config",
                            JsonObject.builder()
                                    .put("providerId", "claude")
                                    .putAll(node.object("config").orElse(JsonObject.EMPTY))
                                    .build());
        }
        node.array("children").ifPresent(children -> migrated.put("children", nodes(children)));
        return migrated.build();
    }
}
