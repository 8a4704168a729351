package io.infloop.store.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The document in a trigger's file. What is not understood makes the file unusable, never the trigger more permissive.
 *
 * @param raw everything in the file, members unknown to this version included
 */
record TriggerDocument(JsonObject raw, Trigger trigger) {
    private static final Set<String> OPERATORS = Set.of("==", "!=", "contains", "matches");
    private static final Set<String> KNOWN = Set.of(
            "id",
            "name",
            "enabled",
            "workflowId",
            "pluginId",
            "eventType",
            "match",
            "inputs",
            "secret",
            "verifyOptional",
            "publicUrl",
            "lastFiredAt",
            "createdAt",
            "updatedAt");

    static TriggerDocument parse(String id, JsonObject raw, long modifiedAt) throws RefusedFileException {
        if (!id.equals(raw.get("id"))) {
            throw new RefusedFileException("its \"id\" is not the name of the file");
        }
        return new TriggerDocument(
                raw,
                new Trigger(
                        id,
                        text(raw, "name").orElse("unnamed"),
                        flag(raw, "enabled", true),
                        required(raw, "workflowId"),
                        required(raw, "pluginId"),
                        text(raw, "eventType"),
                        match(raw),
                        inputs(raw),
                        text(raw, "secret").filter(secret -> !secret.isEmpty()),
                        Boolean.TRUE.equals(raw.get("verifyOptional")),
                        text(raw, "publicUrl"),
                        time(raw, "lastFiredAt"),
                        time(raw, "createdAt").orElse(modifiedAt),
                        time(raw, "updatedAt").orElse(modifiedAt)));
    }

    /** The document to write for {@code trigger} where {@code raw} was: unknown members stay. */
    static JsonObject merge(JsonObject raw, Trigger trigger) {
        JsonObject.Builder merged = JsonObject.builder().putAll(trigger.toJson(true));
        raw.asMap().forEach((name, value) -> {
            if (!KNOWN.contains(name)) {
                merged.put(name, value);
            }
        });
        return merged.build();
    }

    static Optional<Trigger.Predicate> predicate(Object element) {
        if (element instanceof JsonObject object
                && object.get("lhs") instanceof String lhs
                && object.get("op") instanceof String op
                && OPERATORS.contains(op)
                && object.get("rhs") instanceof String rhs) {
            return Optional.of(new Trigger.Predicate(lhs, op, rhs));
        }
        return Optional.empty();
    }

    private static List<Trigger.Predicate> match(JsonObject raw) throws RefusedFileException {
        if (raw.get("match") == null) {
            return List.of();
        }
        List<Object> elements =
                raw.array("match").orElseThrow(() -> new RefusedFileException("its \"match\" is not an array"));
        List<Trigger.Predicate> predicates = new ArrayList<>();
        for (Object element : elements) {
            predicates.add(predicate(element)
                    .orElseThrow(() -> new RefusedFileException(
                            "an element of \"match\" is not {lhs, op, rhs} with op ==, !=, contains or matches")));
        }
        return predicates;
    }

    private static Map<String, String> inputs(JsonObject raw) throws RefusedFileException {
        Map<String, String> inputs = new LinkedHashMap<>();
        if (raw.get("inputs") == null) {
            return inputs;
        }
        JsonObject object =
                raw.object("inputs").orElseThrow(() -> new RefusedFileException("its \"inputs\" is not an object"));
        for (Map.Entry<String, Object> input : object.asMap().entrySet()) {
            if (!(input.getValue() instanceof String template)) {
                throw new RefusedFileException("an element of \"inputs\" is not a string");
            }
            inputs.put(input.getKey(), template);
        }
        return inputs;
    }

    private static String required(JsonObject raw, String name) throws RefusedFileException {
        return text(raw, name)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new RefusedFileException("it has no \"" + name + "\""));
    }

    private static Optional<String> text(JsonObject raw, String name) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw new RefusedFileException("its \"" + name + "\" is not a string");
    }

    private static boolean flag(JsonObject raw, String name, boolean absent) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new RefusedFileException("its \"" + name + "\" is neither true nor false");
    }

    private static OptionalLong time(JsonObject raw, String name) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof Number number) {
            return OptionalLong.of(number.longValue());
        }
        throw new RefusedFileException("its \"" + name + "\" is not a number");
    }
}
