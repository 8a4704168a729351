package io.infloop.testkit.spi;

import io.infloop.spi.process.CapturedOutput;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;

/** Starts nothing: plays a script for each process and remembers what was asked for. */
public final class FakeProcessLauncher implements ProcessLauncher {
    /** What a process does. */
    @FunctionalInterface
    public interface Script {
        /** Plays on the starting thread: feed the spec's line consumers, then say how it ended. */
        ProcessExit play(ProcessSpec spec) throws SpawnException;
    }

    private final Script script;
    private final List<ProcessSpec> specs = new CopyOnWriteArrayList<>();
    private final List<FakeProcess> hanging = new CopyOnWriteArrayList<>();

    private FakeProcessLauncher(Script script) {
        this.script = script;
    }

    public static FakeProcessLauncher playing(Script script) {
        return new FakeProcessLauncher(script);
    }

    /** Every process writes these texts, line by line, and exits with {@code exitCode}. */
    public static FakeProcessLauncher exiting(int exitCode, String stdout, String stderr) {
        return new FakeProcessLauncher(spec -> {
            lines(stdout).forEach(spec.stdoutLines());
            lines(stderr).forEach(spec.stderrLines());
            return exit(OptionalInt.of(exitCode), Ending.EXITED, stdout, stderr);
        });
    }

    /** Every process writes these texts and is then stopped because its time is up. */
    public static FakeProcessLauncher timingOut(String stdout, String stderr) {
        return new FakeProcessLauncher(spec -> {
            lines(stdout).forEach(spec.stdoutLines());
            lines(stderr).forEach(spec.stderrLines());
            return exit(OptionalInt.empty(), Ending.TIMED_OUT, stdout, stderr);
        });
    }

    public static FakeProcessLauncher refusing(String message) {
        return new FakeProcessLauncher(spec -> {
            throw new SpawnException(message);
        });
    }

    /** Every process runs until it is stopped. */
    public static FakeProcessLauncher hanging() {
        return new FakeProcessLauncher(null);
    }

    public static ProcessExit exit(OptionalInt exitCode, Ending ending, String stdout, String stderr) {
        OptionalInt signal = exitCode.isPresent() ? OptionalInt.empty() : OptionalInt.of(15);
        return new ProcessExit(exitCode, signal, ending, captured(stdout), captured(stderr), Duration.ofMillis(5));
    }

    /** The lines of a text as a line consumer gets them, newlines included. */
    public static List<String> lines(String text) {
        return text.isEmpty()
                ? List.of()
                : List.of(text.split("(?<=\n)", -1)).stream()
                        .filter(line -> !line.isEmpty())
                        .toList();
    }

    @Override
    public SupervisedProcess start(ProcessSpec spec) throws SpawnException {
        specs.add(spec);
        FakeProcess process = new FakeProcess();
        if (script == null) {
            hanging.add(process);
        } else {
            process.exit.complete(script.play(spec));
        }
        return process;
    }

    /** What was asked for, in order. */
    public List<ProcessSpec> specs() {
        return List.copyOf(specs);
    }

    /** The only specification asked for. */
    public ProcessSpec spec() {
        if (specs.size() != 1) {
            throw new AssertionError("expected one process, there were " + specs.size());
        }
        return specs.get(0);
    }

    /** Stops the processes that hang, as the server does when a run is cancelled. */
    public void stopAll() {
        hanging.forEach(FakeProcess::stop);
    }

    private static CapturedOutput captured(String text) {
        return new CapturedOutput(text, text.getBytes(StandardCharsets.UTF_8).length, false);
    }

    private static final class FakeProcess implements SupervisedProcess {
        private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();

        @Override
        public long pid() {
            return 4242;
        }

        @Override
        public CompletionStage<ProcessExit> exit() {
            return exit.minimalCompletionStage();
        }

        @Override
        public ProcessExit await() throws InterruptedException {
            try {
                return exit.get();
            } catch (ExecutionException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                stop();
                throw e;
            }
        }

        @Override
        public void stop() {
            exit.complete(FakeProcessLauncher.exit(OptionalInt.empty(), Ending.STOPPED, "", ""));
        }
    }
}
