package io.infloop.launcher.cli;

import io.infloop.launcher.boot.Instance;
import io.infloop.launcher.boot.LaunchPlan;
import io.infloop.launcher.boot.Server;
import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.exit.CommandFailure;
import jakarta.json.Json;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Serves until a signal. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a server and serves until it gets an interrupt, termination or hang-up signal; a second signal ends it at once.",
            "Settings come from the environment: HOST, PORT, INFLOOP_DATA_DIR, INFLOOP_API_TOKEN and others; see docs/configuration.md."
        })
final class StartCommand implements Callable<Integer> {
    private final Context context;

    @Mixin
    private OutputOption output;

    StartCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        context.requireLinux();
        Path dataDirectory = context.environment().dataDirectory();
        Instance instance = Instance.create(dataDirectory, Clock.systemUTC());
        // Before anything makes a temporary file: /tmp may be shared, or forbid native code.
        System.setProperty("java.io.tmpdir", instance.temporaryDirectory().toString());
        LaunchPlan plan = new LaunchPlan(
                LaunchPlan.Mode.SERVER,
                context.home(),
                dataDirectory,
                instance.id(),
                instance.directory(),
                context.version(),
                context.environment());
        return new Server(instance, this::told, descriptor -> RunningServer.read(descriptor)
                        .isPresent())
                .run(plan, this::ready);
    }

    private void told(CommandFailure failure) {
        Failures.report(context.out(), context.err(), output.json(), failure);
    }

    private void ready(Instance instance) {
        RunningServer.read(instance.descriptor()).ifPresent(server -> {
            if (output.json()) {
                context.out()
                        .println(Json.createObjectBuilder(server.toJson())
                                .add("event", "ready")
                                .build());
            } else {
                context.out()
                        .println("Infinite Loop " + server.version() + " is ready at " + server.url() + " (data in "
                                + context.environment().dataDirectory() + ")");
            }
        });
    }
}
