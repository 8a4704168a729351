package io.infloop.node.script.internal;

import io.infloop.spi.journal.NodeJournal;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.process.ProcessExit;
import java.util.Optional;
import java.util.Set;

/** Turns the end of a script into the outcome of the node. */
final class ScriptOutputs {
    private static final Set<String> BUILT_IN =
            Set.of("stdout", "stderr", "exitCode", "durationMs", "timedOut", "language", "errorMessage");

    private ScriptOutputs() {}

    static NodeOutcome notStarted(ScriptConfig config, String message) {
        return NodeOutcome.error(JsonObject.builder()
                .put("stdout", "")
                .put("stderr", "")
                .put("exitCode", null)
                .put("durationMs", 0)
                .put("timedOut", false)
                .put("language", config.language())
                .put("errorMessage", message)
                .build());
    }

    static NodeOutcome outcome(
            ScriptConfig config, ProcessExit exit, PythonHarness.Result result, NodeJournal journal) {
        JsonObject.Builder outputs = JsonObject.builder()
                .put("stdout", exit.stdout().text())
                .put("stderr", exit.stderr().text())
                .put("exitCode", exit.exitCode().isPresent() ? exit.exitCode().getAsInt() : null)
                .put("durationMs", exit.duration().toMillis())
                .put("timedOut", exit.timedOut())
                .put("language", config.language());
        Optional<String> failure = failure(config, exit, result);
        if (failure.isPresent()) {
            return NodeOutcome.error(outputs.put("errorMessage", failure.get()).build());
        }
        declared(config, result, outputs, journal);
        return NodeOutcome.next(outputs.build());
    }

    private static void declared(
            ScriptConfig config, PythonHarness.Result result, JsonObject.Builder outputs, NodeJournal journal) {
        if (result.value().isEmpty()) {
            return;
        }
        if (!(result.value().get() instanceof JsonObject returned)) {
            journal.notice("[script] run did not return an object (a dict); no declared output is set");
            return;
        }
        for (String name : config.outputs()) {
            if (BUILT_IN.contains(name)) {
                journal.notice("[script] the declared output " + name
                        + " has the name of a built-in one and is not set; choose another name");
                continue;
            }
            Object value = returned.get(name);
            outputs.put(name, value == null ? "" : value instanceof String text ? text : Json.write(value));
        }
    }

    private static Optional<String> failure(ScriptConfig config, ProcessExit exit, PythonHarness.Result result) {
        return switch (exit.ending()) {
            case TIMED_OUT -> Optional.of("script timed out after " + config.timeoutMs() + "ms");
            case STOPPED -> Optional.of("aborted");
            case EXITED -> {
                if (exit.isSuccess()) {
                    yield result.defect();
                }
                String end = exit.exitCode().isPresent()
                        ? "exit code " + exit.exitCode().getAsInt()
                        : "signal " + exit.signal().orElse(0);
                yield Optional.of("script ended with " + end
                        + lastLine(exit.stderr().text())
                        + exit.explanation().map(why -> " (" + why + ")").orElse(""));
            }
        };
    }

    /** The last line of a traceback names the exception. */
    private static String lastLine(String stderr) {
        String text = stderr.strip();
        String line = text.substring(text.lastIndexOf('\n') + 1).strip();
        return line.isEmpty() ? "" : ": " + (line.length() > 500 ? line.substring(0, 500) + "…" : line);
    }
}
