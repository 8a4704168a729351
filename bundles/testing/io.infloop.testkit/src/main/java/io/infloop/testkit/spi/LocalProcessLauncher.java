package io.infloop.testkit.spi;

import io.infloop.spi.process.CapturedOutput;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Really starts children, for tests of what they do. It keeps the shape of the server's launcher but none of its guarantees: no
 * session, no allow-list of variables beyond PATH and HOME, no caps.
 */
public final class LocalProcessLauncher implements ProcessLauncher {
    private final Path defaultDirectory;

    public LocalProcessLauncher(Path defaultDirectory) {
        this.defaultDirectory = defaultDirectory;
    }

    @Override
    public SupervisedProcess start(ProcessSpec spec) throws SpawnException {
        ProcessBuilder builder = new ProcessBuilder(spec.command())
                .directory(spec.workingDirectory().orElse(defaultDirectory).toFile());
        builder.environment().keySet().removeIf(name -> !name.equals("PATH") && !name.equals("HOME"));
        builder.environment().putAll(spec.environment());
        try {
            return new LocalProcess(builder.start(), spec);
        } catch (IOException e) {
            throw new SpawnException(e.getMessage(), e);
        }
    }

    private static final class LocalProcess implements SupervisedProcess {
        private final Process process;
        private final AtomicReference<Ending> ending = new AtomicReference<>(Ending.EXITED);
        private final CompletableFuture<ProcessExit> exit;

        LocalProcess(Process process, ProcessSpec spec) {
            this.process = process;
            long start = System.nanoTime();
            CompletableFuture<CapturedOutput> stdout = CompletableFuture.supplyAsync(
                    () -> read(process.getInputStream(), spec.stdoutLines()), this::spawn);
            CompletableFuture<CapturedOutput> stderr = CompletableFuture.supplyAsync(
                    () -> read(process.getErrorStream(), spec.stderrLines()), this::spawn);
            spawn(() -> write(process.getOutputStream(), spec.stdin().orElse("")));
            if (!spec.timeout().isZero()) {
                CompletableFuture.delayedExecutor(spec.timeout().toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> end(Ending.TIMED_OUT));
            }
            this.exit = process.onExit().thenCombine(stdout.thenCombine(stderr, Output::new), (ended, output) -> {
                int status = ended.exitValue();
                boolean signalled = status > 128 && ending.get() != Ending.EXITED;
                return new ProcessExit(
                        signalled ? OptionalInt.empty() : OptionalInt.of(status),
                        signalled ? OptionalInt.of(status - 128) : OptionalInt.empty(),
                        ending.get(),
                        output.stdout(),
                        output.stderr(),
                        Duration.ofNanos(System.nanoTime() - start));
            });
        }

        private record Output(CapturedOutput stdout, CapturedOutput stderr) {}

        private void spawn(Runnable task) {
            Thread thread = new Thread(task, "child-" + process.pid());
            thread.setDaemon(true);
            thread.start();
        }

        private static CapturedOutput read(InputStream in, Consumer<String> lines) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            try (in) {
                for (int b = in.read(); b >= 0; b = in.read()) {
                    all.write(b);
                    line.write(b);
                    if (b == '\n') {
                        lines.accept(line.toString(StandardCharsets.UTF_8));
                        line.reset();
                    }
                }
            } catch (IOException closed) {
                // A stopped child's pipe ends here.
            }
            if (line.size() > 0) {
                lines.accept(line.toString(StandardCharsets.UTF_8));
            }
            return new CapturedOutput(all.toString(StandardCharsets.UTF_8), all.size(), false);
        }

        private static void write(OutputStream out, String text) {
            try (out) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException closed) {
                // The child did not want its input.
            }
        }

        private void end(Ending how) {
            if (process.isAlive() && ending.compareAndSet(Ending.EXITED, how)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public CompletionStage<ProcessExit> exit() {
            return exit;
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
            end(Ending.STOPPED);
        }
    }
}
