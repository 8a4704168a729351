package io.infloop.launcher.demo;

import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.handover.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The server of the demonstration: a process of its own, started with {@code bin/infloop start} like any other. */
final class DemoServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final long STOP_SECONDS = 15;
    private static final int SHOWN_LOG_LINES = 15;
    /** Of the product's own variables only these reach the demonstration's server: it must not touch real data. */
    private static final List<String> KEPT = List.of(
            "INFLOOP_JAVA_OPTS",
            "INFLOOP_CHILD_ENV_PASSTHROUGH",
            "INFLOOP_PROVIDER_BIN_CLAUDE",
            "INFLOOP_PROVIDER_BIN_CODEX",
            "INFLOOP_CLAUDE_BIN");

    private final Process process;
    private final Path log;
    private final RunningServer server;

    private DemoServer(Process process, Path log, RunningServer server) {
        this.process = process;
        this.log = log;
        this.server = server;
    }

    static DemoServer start(Path home, Environment environment, DemoDirectory directory) throws InterruptedException {
        Path dataDirectory = directory.data();
        Path log = directory.log();
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/infloop").toString(), "start");
        builder.environment().clear();
        builder.environment().putAll(variables(environment, dataDirectory));
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        Process process;
        try {
            process = builder.start();
        } catch (IOException failure) {
            throw new CommandFailure(
                    CommandFailure.CONFIGURATION, "the server cannot be started: " + failure.getMessage(), failure);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process), "infloop-demo-stop"));
        try {
            RunningServer server = Waiting.until(
                    START_LIMIT,
                    "the start of the server (log: " + log + ")",
                    () -> running(process, log, dataDirectory));
            return new DemoServer(process, log, server);
        } catch (CommandFailure failure) {
            stop(process);
            throw failure;
        }
    }

    RunningServer server() {
        return server;
    }

    Path log() {
        return log;
    }

    /** Waits until the server ends by itself. */
    void await() throws InterruptedException {
        process.waitFor();
    }

    @Override
    public void close() {
        stop(process);
    }

    private static Optional<RunningServer> running(Process process, Path log, Path dataDirectory) {
        if (!process.isAlive()) {
            throw new CommandFailure(
                    CommandFailure.FINDING,
                    "the server ended with exit code " + process.exitValue() + ":\n" + lastLines(log));
        }
        return RunningServer.in(dataDirectory).stream().findFirst();
    }

    private static Map<String, String> variables(Environment environment, Path dataDirectory) {
        Map<String, String> variables = new HashMap<>();
        environment.variables().forEach((name, value) -> {
            if (KEPT.contains(name) || !name.startsWith("INFLOOP_")) {
                variables.put(name, value);
            }
        });
        variables.remove("WORKSPACE_ROOTS");
        variables.put("HOST", "127.0.0.1");
        variables.put("PORT", "0");
        variables.put(Environment.DATA_DIRECTORY, dataDirectory.toString());
        // The demonstration is its own only sender, and it wants to look at every run afterwards.
        variables.put("INFLOOP_WEBHOOK_RATE_LIMIT", "0");
        variables.put("INFLOOP_RUN_HISTORY_LIMIT", "5000");
        return variables;
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException hurry) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static String lastLines(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LOG_LINES), lines.size()));
        } catch (IOException unreadable) {
            return "(no log)";
        }
    }
}
