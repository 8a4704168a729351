package io.infloop.launcher.cli;

import io.infloop.launcher.boot.CommandRun;
import io.infloop.launcher.boot.LaunchPlan;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.List;

/** Asks the bundles of this distribution without a server: they read the data directory and write nothing to it. */
@FunctionalInterface
interface OfflineQuestion {
    /**
     * Blocks until they have started and answered.
     *
     * @return a JSON object with at least {@code exit}
     * @throws CommandFailure if the question makes no sense or the configuration cannot be read
     */
    JsonObject ask(String command, List<String> arguments) throws InterruptedException;

    /** What really asks. */
    static OfflineQuestion of(Context context) {
        return (command, arguments) -> {
            context.requireLinux();
            System.setProperty("infloop.log.level", "ERROR");
            return checked(CommandRun.run(directory -> plan(context, directory), command, arguments));
        };
    }

    /** The answer, unless it says that there is none. */
    static JsonObject checked(JsonObject answer) {
        JsonText.text(answer, "refusal").ifPresent(reason -> {
            throw CommandFailure.refusal(
                    reason, JsonText.text(answer, "message").orElse(""));
        });
        if (exitCode(answer) == CommandFailure.USAGE || exitCode(answer) == CommandFailure.CONFIGURATION) {
            JsonText.text(answer, "message").ifPresent(message -> {
                throw new CommandFailure(exitCode(answer), message);
            });
        }
        return answer;
    }

    static int exitCode(JsonObject answer) {
        return JsonText.text(answer, "exit").map(Integer::valueOf).orElse(0);
    }

    private static LaunchPlan plan(Context context, Path directory) {
        return new LaunchPlan(
                LaunchPlan.Mode.COMMAND,
                context.home(),
                context.environment().dataDirectory(),
                directory.getFileName().toString(),
                directory,
                context.version(),
                context.environment());
    }
}
