package io.infloop.launcher.cli;

import io.infloop.launcher.boot.CommandRun;
import io.infloop.launcher.boot.LaunchPlan;
import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at the machine and the configuration. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the security posture that a server would start with, Java, the tools and ports it would use, and running servers.",
            "Opens no port and writes nothing to the data directory."
        })
final class DoctorCommand implements Callable<Integer> {
    private final Context context;

    @Mixin
    private OutputOption output;

    DoctorCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        context.requireLinux();
        System.setProperty("infloop.log.level", "ERROR");
        JsonObject found = CommandRun.run(this::plan, "doctor", List.of());
        Optional<CommandFailure> refused = refusal(found);
        if (refused.isPresent()) {
            throw refused.get();
        }
        JsonArrayBuilder servers = Json.createArrayBuilder();
        RunningServer.in(context.environment().dataDirectory()).forEach(server -> servers.add(server.toJson()));
        JsonObjectBuilder members = Json.createObjectBuilder(found)
                .add("servers", servers)
                .add("home", context.home().toString());
        problem(found)
                .ifPresent(refusal -> members.add("refusal", refusal.toJson().get("refusal")));
        JsonObject report = members.build();
        if (output.json()) {
            context.out().println(JsonText.pretty(report));
        } else {
            Readable.print(report, context.out());
        }
        return JsonText.text(found, "exit").map(Integer::valueOf).orElse(0);
    }

    /** The configuration cannot even be read: there is no report. */
    private static Optional<CommandFailure> refusal(JsonObject found) {
        return JsonText.text(found, "refusal")
                .map(reason -> CommandFailure.refusal(
                        reason, JsonText.text(found, "message").orElse("")));
    }

    /** There is a report, and a server would refuse to start. */
    private static Optional<CommandFailure> problem(JsonObject found) {
        return found.get("problems") instanceof JsonArray problems
                ? problems.getValuesAs(JsonString.class).stream()
                        .map(JsonString::getString)
                        .filter(CommandFailure::isRefusal)
                        .map(text -> CommandFailure.parse(CommandFailure.CONFIGURATION, text))
                        .findFirst()
                : Optional.empty();
    }

    private LaunchPlan plan(Path directory) {
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
