package io.infloop.launcher.cli;

import io.infloop.launcher.demo.Demo;
import io.infloop.launcher.demo.DemoAgent;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the product at work. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a real server at work: a signed webhook runs a workflow, a plugin comes and goes meanwhile.",
            "The server gets a free port of this machine and a fresh data directory, and stays up until Ctrl-C."
        })
final class DemoCommand implements Callable<Integer> {
    private final Context context;

    @Mixin
    private OutputOption output;

    @Option(names = "--once", description = "Stop at the end; exit code 0 only if everything really happened.")
    private boolean once;

    @Option(
            names = "--agent",
            paramLabel = "AGENT",
            defaultValue = "stand-in",
            description =
                    "Which agent reviews: ${COMPLETION-CANDIDATES}. The real ones may cost money. Default: stand-in.")
    private AgentChoice agent;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "An empty or new directory for the demonstration's data, workspace and log, which are kept. Default: a new one under /tmp.")
    private Path dataDirectory;

    /** The values of {@code --agent}. */
    enum AgentChoice {
        STAND_IN("stand-in"),
        CLAUDE("claude"),
        CODEX("codex");

        private final String text;

        AgentChoice(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    DemoCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        context.requireLinux();
        DemoAgent chosen =
                switch (agent) {
                    case STAND_IN -> DemoAgent.standIn(context.home());
                    case CLAUDE -> DemoAgent.real("claude");
                    case CODEX -> DemoAgent.real("codex");
                };
        Demo demo = new Demo(
                context.home(),
                context.environment(),
                Optional.ofNullable(dataDirectory),
                chosen,
                output.json() ? context.err() : context.out());
        return demo.run(!once, this::print);
    }

    private void print(JsonObject measured) {
        if (output.json()) {
            context.out().println(JsonText.pretty(measured));
        }
    }
}
