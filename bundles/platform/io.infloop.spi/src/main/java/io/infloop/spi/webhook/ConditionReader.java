package io.infloop.spi.webhook;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonPointer;
import io.infloop.spi.json.Members;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads conditions as manifests write them. */
final class ConditionReader {
    private static final Set<String> KNOWN = Set.of(
            "method",
            "headerPresent",
            "headerAbsent",
            "headerEquals",
            "queryPresent",
            "queryAbsent",
            "queryEquals",
            "bodyPresent",
            "bodyAbsent",
            "bodyEquals");
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "OPTIONS", "POST", "PUT");

    private final JsonObject condition;
    private final String path;

    private ConditionReader(JsonObject condition, String path) {
        this.condition = condition;
        this.path = path;
    }

    static RequestCondition read(JsonObject condition, String path) {
        Members.onlyKnown(condition, path, KNOWN);
        if (condition.isEmpty()) {
            throw new IllegalArgumentException(path + "method: a condition has at least one part");
        }
        ConditionReader reader = new ConditionReader(condition, path);
        RequestCondition.Builder builder = RequestCondition.builder()
                .headerPresent(reader.names("headerPresent", false))
                .headerAbsent(reader.names("headerAbsent", false))
                .queryPresent(reader.names("queryPresent", false))
                .queryAbsent(reader.names("queryAbsent", false))
                .bodyPresent(reader.names("bodyPresent", true))
                .bodyAbsent(reader.names("bodyAbsent", true));
        if (condition.has("method")) {
            builder.method(condition
                    .string("method")
                    .filter(METHODS::contains)
                    .orElseThrow(() -> reader.wrong("method", "expected GET, HEAD, OPTIONS, POST or PUT")));
        }
        reader.each(
                "headerEquals",
                (name, value) ->
                        builder.headerEquals(name.toLowerCase(Locale.ROOT), reader.text("headerEquals", value)));
        reader.each("queryEquals", (name, value) -> builder.queryEquals(name, reader.text("queryEquals", value)));
        reader.each("bodyEquals", (pointer, value) -> {
            reader.pointer("bodyEquals", pointer);
            builder.bodyEquals(
                    pointer,
                    value instanceof Number || value instanceof Boolean ? value : reader.text("bodyEquals", value));
        });
        try {
            return builder.build();
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(
                    path.substring(0, path.length() - 1) + ": " + invalid.getMessage(), invalid);
        }
    }

    private Set<String> names(String member, boolean pointers) {
        Object value = condition.get(member);
        if (value == null && !condition.has(member)) {
            return Set.of();
        }
        List<?> elements = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
        if (elements.isEmpty()
                || !elements.stream().allMatch(element -> element instanceof String text && !text.isEmpty())) {
            throw wrong(member, "expected a name or a list of names");
        }
        Set<String> names = new LinkedHashSet<>();
        for (Object element : elements) {
            if (pointers) {
                pointer(member, (String) element);
            }
            names.add((String) element);
        }
        return names;
    }

    private void each(String member, BiConsumer<String, Object> action) {
        if (condition.has(member)) {
            JsonObject object = condition
                    .object(member)
                    .filter(found -> !found.isEmpty())
                    .orElseThrow(() -> wrong(member, "expected an object of names and values"));
            object.asMap().forEach(action);
        }
    }

    private RequestTemplate text(String member, Object value) {
        if (!(value instanceof String text)) {
            throw wrong(member, "expected texts to compare with");
        }
        try {
            return RequestTemplate.compile(text);
        } catch (IllegalArgumentException invalid) {
            throw wrong(member, invalid.getMessage());
        }
    }

    private void pointer(String member, String pointer) {
        try {
            JsonPointer.check(pointer);
        } catch (IllegalArgumentException invalid) {
            throw wrong(member, invalid.getMessage());
        }
    }

    private IllegalArgumentException wrong(String member, String reason) {
        return new IllegalArgumentException(path + member + ": " + reason);
    }
}
