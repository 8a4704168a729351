package io.infloop.node.flow.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeOutcome;
import java.util.Optional;
import java.util.OptionalInt;

/** Met when a text holds a sentinel. */
final class SentinelCheck {
    private SentinelCheck() {}

    static NodeOutcome check(NodeContext context) {
        Optional<JsonObject> sentinel = context.config().object("sentinel");
        Optional<String> pattern = sentinel.flatMap(settings -> settings.string("pattern"));
        Optional<Boolean> isRegex = sentinel.flatMap(settings -> settings.bool("isRegex"));
        if (pattern.isEmpty() || isRegex.isEmpty()) {
            return ConditionNode.checked(false, "invalid sentinel config");
        }
        String text = context.config()
                .string("against")
                .or(() -> context.previousOutputs().flatMap(outputs -> outputs.string("stdout")))
                .orElse("");
        OptionalInt index;
        try {
            index = isRegex.get()
                    ? RegexSearch.compile(pattern.get()).find(text, context.cancellation())
                    : literal(text, pattern.get());
        } catch (IllegalArgumentException invalid) {
            return ConditionNode.checked(false, "invalid regex: " + invalid.getMessage());
        } catch (IllegalStateException stopped) {
            return ConditionNode.cannotCheck(stopped.getMessage());
        }
        return index.isPresent()
                ? ConditionNode.checked(true, "matched at index " + index.getAsInt())
                : ConditionNode.checked(false, "pattern not found");
    }

    private static OptionalInt literal(String text, String sentinel) {
        int index = text.indexOf(sentinel);
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
