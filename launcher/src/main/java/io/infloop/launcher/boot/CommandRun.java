package io.infloop.launcher.boot;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Answers one command without a server: the same bundles are started in a temporary directory, without a listener and without
 * touching the data directory, and the bundle that knows the command is asked.
 */
public final class CommandRun {
    private static final Duration SERVICE_LIMIT = Duration.ofSeconds(20);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private CommandRun() {}

    /**
     * Runs the command.
     *
     * @param plan builds the launch plan for a temporary directory
     * @return the answer: a JSON object with at least {@code exit}
     * @throws CommandFailure if no bundle knows the command, or the configuration forbids the start
     */
    public static JsonObject run(Function<Path, LaunchPlan> plan, String command, List<String> arguments)
            throws InterruptedException {
        Path directory = temporaryDirectory();
        try {
            AtomicReference<CommandFailure> refused = new AtomicReference<>();
            Platform platform = Platform.prepare(
                    plan.apply(directory),
                    (code, reason) -> refused.compareAndSet(null, CommandFailure.parse(code, reason)));
            try {
                platform.start();
                return ask(platform, refused, command, arguments);
            } finally {
                platform.stop(STOP_LIMIT);
            }
        } finally {
            remove(directory);
        }
    }

    @SuppressWarnings("unchecked") // the contract of the service property
    private static JsonObject ask(
            Platform platform, AtomicReference<CommandFailure> refused, String command, List<String> arguments)
            throws InterruptedException {
        Duration limit = refused.get() == null ? SERVICE_LIMIT : Duration.ZERO;
        Function<List<String>, String> function = platform.awaitService(
                        Function.class, "(infloop.command=" + command + ")", limit)
                .orElseThrow(() -> refused.get() != null ? refused.get() : unknown(platform, command));
        try {
            return JsonText.object(function.apply(arguments));
        } catch (IOException notJson) {
            throw new CommandFailure(
                    CommandFailure.FINDING,
                    "the command " + command + " gave no proper answer: " + notJson.getMessage());
        }
    }

    private static CommandFailure unknown(Platform platform, String command) {
        List<String> diagnosis = platform.diagnosis();
        return new CommandFailure(
                CommandFailure.FINDING,
                "no part of this distribution answers " + command
                        + (diagnosis.isEmpty() ? "" : "; " + String.join("; ", diagnosis)));
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("infloop-command-");
        } catch (IOException unwritable) {
            throw new CommandFailure(
                    CommandFailure.CONFIGURATION,
                    "the directory for temporary files " + System.getProperty("java.io.tmpdir") + " cannot be written");
        }
    }

    private static void remove(Path directory) {
        try {
            Instance.removeTree(directory);
        } catch (IOException stays) {
            directory.toFile().deleteOnExit();
        }
    }
}
