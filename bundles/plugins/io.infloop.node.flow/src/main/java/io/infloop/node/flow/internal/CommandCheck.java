package io.infloop.node.flow.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Met when a shell command exits with 0. */
final class CommandCheck {
    private static final int TIMEOUT_DEFAULT_MS = 30_000;
    /** What is kept of each output stream; a check is not the place for large results. */
    private static final int CAPTURE_BYTES = 1024 * 1024;

    private CommandCheck() {}

    static NodeOutcome check(NodeContext context) throws InterruptedException {
        JsonObject config = context.config();
        Optional<JsonObject> command = config.object("command");
        Optional<String> line = command.flatMap(settings -> settings.string("cmd"));
        if (line.isEmpty() || line.get().isBlank()) {
            return ConditionNode.checked(false, "invalid command config");
        }
        long timeoutMs = TIMEOUT_DEFAULT_MS;
        if (config.get("timeoutMs") != null) {
            Optional<Number> limit = config.number("timeoutMs").filter(number -> number.longValue() > 0);
            if (limit.isEmpty()) {
                return ConditionNode.cannotCheck("timeoutMs must be a positive number of milliseconds");
            }
            timeoutMs = limit.get().longValue();
        }
        if (context.cancellation().isCancelled()) {
            return ConditionNode.cannotCheck("aborted");
        }
        ProcessExit exit;
        try {
            ProcessSpec.Builder spec = ProcessSpec.builder(List.of("/bin/sh", "-c", line.get()))
                    .timeout(Duration.ofMillis(timeoutMs))
                    .captureBytes(CAPTURE_BYTES)
                    .notices(context.journal()::notice)
                    .stdoutLines(context.journal()::stdout)
                    .stderrLines(context.journal()::stderr);
            Object directory = config.get("cwd");
            if (directory != null && !directory.equals("")) {
                if (!(directory instanceof String path)) {
                    return ConditionNode.cannotCheck("cwd must be a path");
                }
                spec.workingDirectory(context.workspaceRoots().directory(path));
            }
            for (Map.Entry<String, Object> variable :
                    command.get().object("env").orElse(JsonObject.EMPTY).asMap().entrySet()) {
                if (!(variable.getValue() instanceof String value)) {
                    return ConditionNode.cannotCheck("command.env." + variable.getKey() + " must be a text");
                }
                spec.environment(variable.getKey(), value);
            }
            exit = context.processes().run(spec.build());
        } catch (SpawnException notStarted) {
            return ConditionNode.cannotCheck(notStarted.getMessage());
        } catch (IOException directoryRefused) {
            return ConditionNode.cannotCheck(directoryRefused.getMessage());
        }
        return outcome(exit, timeoutMs);
    }

    private static NodeOutcome outcome(ProcessExit exit, long timeoutMs) {
        OptionalInt code = exit.exitCode();
        JsonObject outputs = JsonObject.builder()
                .put("stdout", exit.stdout().text())
                .put("stderr", exit.stderr().text())
                .put("exitCode", code.isPresent() ? code.getAsInt() : null)
                .build();
        String detail =
                switch (exit.ending()) {
                    case TIMED_OUT -> "command timed out after " + timeoutMs + "ms";
                    case STOPPED -> "command stopped";
                    case EXITED ->
                        code.isPresent()
                                ? "exit " + code.getAsInt()
                                : "killed by signal " + exit.signal().orElse(0);
                };
        return ConditionNode.checked(
                exit.isSuccess(),
                detail + exit.explanation().map(why -> " (" + why + ")").orElse(""),
                outputs);
    }
}
