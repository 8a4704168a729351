package io.infloop.provider.cli.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.provider.Usage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A result frame.
 *
 * @param text the final answer, empty for failures
 * @param failure why the run failed
 * @param summary the annotation that ends the transcript
 */
record ClaudeResult(
        Optional<String> text,
        Optional<String> failure,
        Usage usage,
        List<JsonObject> permissionDenials,
        String summary) {

    static ClaudeResult of(JsonObject frame) {
        String subtype = frame.string("subtype").orElse("unknown");
        // API errors come as the subtype success with is_error, so that alone decides; the subtype only where it is
        // missing.
        boolean failed = frame.bool("is_error").orElse(!subtype.equals("success"));
        return new ClaudeResult(
                failed ? Optional.empty() : frame.string("result"),
                failed ? Optional.of(failureText(frame, subtype)) : Optional.empty(),
                usage(frame),
                denials(frame),
                summary(frame, subtype));
    }

    private static String failureText(JsonObject frame, String subtype) {
        String reason = frame.string("result")
                .filter(text -> !text.isBlank())
                .or(() -> errors(frame))
                .or(() -> frame.string("terminal_reason"))
                .orElse("no reason given");
        String status = frame.number("api_error_status")
                .map(number -> " (API status " + number + ")")
                .orElse("");
        return (subtype.equals("success") ? "" : subtype + ": ") + Inline.cut(reason, 2_000) + status;
    }

    private static Optional<String> errors(JsonObject frame) {
        String joined = frame.array("errors").orElse(List.of()).stream()
                .map(error -> error instanceof JsonObject object
                        ? object.string("message").orElse(object.toString())
                        : String.valueOf(error))
                .collect(Collectors.joining("; "));
        return joined.isBlank() ? Optional.empty() : Optional.of(joined);
    }

    private static Usage usage(JsonObject frame) {
        Optional<JsonObject> usage = frame.object("usage");
        OptionalLong input = usage.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(tokens(usage.get(), "input_tokens")
                        + tokens(usage.get(), "cache_creation_input_tokens")
                        + tokens(usage.get(), "cache_read_input_tokens"));
        OptionalLong output =
                usage.isEmpty() ? OptionalLong.empty() : OptionalLong.of(tokens(usage.get(), "output_tokens"));
        return new Usage(input, output, cost(frame));
    }

    private static OptionalDouble cost(JsonObject frame) {
        Optional<Number> cost = frame.number("total_cost_usd");
        return cost.isPresent() && cost.get().doubleValue() >= 0
                ? OptionalDouble.of(cost.get().doubleValue())
                : OptionalDouble.empty();
    }

    private static long tokens(JsonObject usage, String name) {
        return usage.number(name)
                .map(Number::longValue)
                .filter(count -> count >= 0)
                .orElse(0L);
    }

    private static List<JsonObject> denials(JsonObject frame) {
        return frame.array("permission_denials").orElse(List.of()).stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .toList();
    }

    private static String summary(JsonObject frame, String subtype) {
        StringBuilder line = new StringBuilder("[result: ").append(Inline.of(subtype));
        cost(frame).ifPresent(cost -> line.append(String.format(Locale.ROOT, " | $%.4f", cost)));
        frame.object("usage")
                .filter(usage -> usage.has("input_tokens") || usage.has("output_tokens"))
                .ifPresent(usage -> line.append(" | ")
                        .append(count(usage, "input_tokens"))
                        .append(" in + ")
                        .append(count(usage, "output_tokens"))
                        .append(" out"));
        frame.number("duration_ms")
                .ifPresent(millis -> line.append(String.format(Locale.ROOT, " | %.1fs", millis.doubleValue() / 1000)));
        return Annotations.block(line.append(']').toString());
    }

    private static String count(JsonObject usage, String name) {
        return usage.number(name)
                .map(Number::longValue)
                .map(tokens ->
                        tokens >= 1000 ? String.format(Locale.ROOT, "%.1fk", tokens / 1000.0) : Long.toString(tokens))
                .orElse("?");
    }
}
