package io.infloop.core.internal.process;

import io.infloop.core.internal.sandbox.Confinement;
import io.infloop.spi.process.CapturedOutput;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SupervisedProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A child from its start until it, its descendants and its output are done with. */
final class Child implements SupervisedProcess {
    private static final Logger LOGGER = LoggerFactory.getLogger(Child.class);
    /** How long the output may stay open after the child has ended. */
    private static final long DRAIN_MILLIS = 2000;

    /** How long it may be silent once everything that was found is dead. */
    private static final long QUIET_MILLIS = 300;

    private static final long MAX_DRAIN_MILLIS = 30_000;
    private static final long STOP_MILLIS = 10_000;

    private final Process process;
    private final ProcessSpec spec;
    private final Confinement confinement;
    private final KillLadder ladder;
    private final Descendants descendants;
    private final Executor executor;
    private final OutputPump stdout;
    private final OutputPump stderr;
    private final long started = System.nanoTime();
    private final AtomicReference<Ending> ending = new AtomicReference<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final CompletableFuture<ProcessExit> exit = new CompletableFuture<>();

    Child(
            Process process,
            ProcessSpec spec,
            Confinement confinement,
            CaptureBudget budget,
            KillLadder ladder,
            Descendants descendants,
            Executor executor) {
        this.process = process;
        this.spec = spec;
        this.confinement = confinement;
        this.ladder = ladder;
        this.descendants = descendants;
        this.executor = executor;
        this.stdout = new OutputPump(
                process.getInputStream(), new OutputCapture(spec.captureBytes(), budget), spec.stdoutLines());
        this.stderr = new OutputPump(
                process.getErrorStream(), new OutputCapture(spec.captureBytes(), budget), spec.stderrLines());
    }

    /** @param whenGone runs before {@link #exit()} completes */
    void supervise(Runnable whenGone) {
        spec.stdin().ifPresent(text -> execute("stdin", () -> writeInput(text)));
        execute("stdout", stdout);
        execute("stderr", stderr);
        // Not by onExit(), which starts a thread of its own where there are few processors.
        execute("end", () -> awaitEnd(whenGone));
    }

    private void awaitEnd(Runnable whenGone) {
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        finish(whenGone);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public CompletionStage<ProcessExit> exit() {
        return exit.copy();
    }

    @Override
    public ProcessExit await() throws InterruptedException {
        try {
            return exit.get();
        } catch (InterruptedException interrupted) {
            stop();
            awaitQuietly(STOP_MILLIS);
            throw interrupted;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void stop() {
        stop(Ending.STOPPED);
    }

    /** Begins the kill ladder unless the child has ended or is being stopped already. */
    void stop(Ending why) {
        if (ending.compareAndSet(null, why)) {
            executor.execute(() -> {
                try {
                    ladder.stop(process, descendants, spec.interruptFirst(), confinement);
                } catch (InterruptedException shutDown) {
                    process.toHandle().destroyForcibly();
                    Thread.currentThread().interrupt();
                } catch (RuntimeException failed) {
                    LOGGER.error("stopping child {} failed", pid(), failed);
                    process.toHandle().destroyForcibly();
                } finally {
                    stopped.complete(null);
                }
            });
        }
    }

    /** For the end of the server: no grace. */
    void killNow() {
        ending.compareAndSet(null, Ending.STOPPED);
        process.toHandle().destroyForcibly();
    }

    boolean awaitQuietly(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    exit.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException again) {
                    interrupted = true;
                } catch (TimeoutException notYet) {
                    return false;
                } catch (ExecutionException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void finish(Runnable whenGone) {
        try {
            if (ending.compareAndSet(null, Ending.EXITED)) {
                if (KillLadder.leftNothing(process, confinement)) {
                    return;
                }
                // What it left behind may still write for a moment; then it has to go.
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
                stdout.awaitEnd(DRAIN_MILLIS, TimeUnit.MILLISECONDS);
                stderr.awaitEnd(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                ladder.killLeft(process.toHandle(), descendants);
            } else if (!stopped.isDone() && ending.get() != null) {
                stopped.get(STOP_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException shutDown) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException unexpected) {
            LOGGER.warn("cleaning up after child {} failed", pid(), unexpected);
        } finally {
            drainAll();
            ProcessExit result = result();
            try {
                whenGone.run();
            } finally {
                exit.complete(result);
            }
        }
    }

    private void drainAll() {
        try {
            drain(stdout);
            drain(stderr);
        } catch (InterruptedException shutDown) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain(OutputPump pump) throws InterruptedException {
        if (!pump.awaitEndOrQuiet(QUIET_MILLIS, MAX_DRAIN_MILLIS)) {
            pump.abandon();
            LOGGER.warn(
                    "something that child {} started still holds its output; what it writes from now on is lost",
                    pid());
        }
    }

    /**
     * The JVM reports the end by signal n as 128 + n, as shells do, and cannot tell it from an exit with that number; so these numbers
     * are always taken for signals.
     */
    private ProcessExit result() {
        int code = process.exitValue();
        boolean signalled = code > 128 && code < 128 + 65;
        CapturedOutput error = stderr.captured();
        return new ProcessExit(
                signalled ? OptionalInt.empty() : OptionalInt.of(code),
                signalled ? OptionalInt.of(code - 128) : OptionalInt.empty(),
                ending.get(),
                stdout.captured(),
                error,
                Duration.ofNanos(System.nanoTime() - started),
                ending.get() == Ending.EXITED && code != 0 ? confinement.explain(error.text()) : Optional.empty());
    }

    private void writeInput(String text) {
        try (OutputStream stream = process.getOutputStream()) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException closedByChild) {
            LOGGER.debug("child {} did not read all of its input", pid());
        }
    }

    /** Named so for whoever looks at the threads. */
    private void execute(String what, Runnable task) {
        executor.execute(() -> {
            Thread thread = Thread.currentThread();
            String name = thread.getName();
            thread.setName("infloop child " + pid() + " " + what);
            try {
                task.run();
            } finally {
                thread.setName(name);
            }
        });
    }
}
