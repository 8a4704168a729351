package io.infloop.launcher.cli;

import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
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
    private final OfflineQuestion question;

    @Mixin
    private OutputOption output;

    DoctorCommand(Context context, OfflineQuestion question) {
        this.context = context;
        this.question = question;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonObject found = question.ask("doctor", List.of());
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
        return OfflineQuestion.exitCode(found);
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
}
