package io.infloop.launcher.cli;

import io.infloop.launcher.boot.CommandRun;
import io.infloop.launcher.boot.LaunchPlan;
import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
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
        JsonArrayBuilder servers = Json.createArrayBuilder();
        RunningServer.in(context.environment().dataDirectory()).forEach(server -> servers.add(server.toJson()));
        JsonObject report = Json.createObjectBuilder(found)
                .add("servers", servers)
                .add("home", context.home().toString())
                .build();
        if (output.json()) {
            context.out().println(JsonText.pretty(report));
        } else {
            Readable.print(report, context.out());
        }
        return JsonText.text(found, "exit").map(Integer::valueOf).orElse(0);
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
