package io.infloop.engine.internal.walk;

import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says in one line why a node took its error handle, from the outputs by which nodes say so. */
final class FailureText {
    private static final int MAX_STDERR = 500;
    private static final int MAX_TEXT = 2_000;

    private FailureText() {}

    static String of(JsonObject outputs) {
        List<String> parts = new ArrayList<>();
        Optional<String> message =
                text(outputs, "errorMessage").or(() -> text(outputs, "error")).or(() -> text(outputs, "detail"));
        message.ifPresent(parts::add);
        if (message.isEmpty()) {
            if (outputs.bool("timedOut").orElse(false)) {
                parts.add("timed out");
            }
            outputs.number("exitCode").ifPresent(code -> parts.add("exit code " + code));
            text(outputs, "stderr").map(FailureText::tail).ifPresent(parts::add);
        }
        return parts.isEmpty() ? "it took its error handle" : String.join(": ", parts);
    }

    private static Optional<String> text(JsonObject outputs, String name) {
        return outputs.string(name)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> text.length() > MAX_TEXT ? tail(text, MAX_TEXT) : text);
    }

    private static String tail(String text) {
        return text.length() > MAX_STDERR ? tail(text, MAX_STDERR) : text;
    }

    private static String tail(String text, int max) {
        int from = text.length() - max;
        return "…" + text.substring(Character.isLowSurrogate(text.charAt(from)) ? from + 1 : from);
    }
}
