package io.infloop.workspace.internal.worktree;

import io.infloop.spi.process.CapturedOutput;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Runs programs with PATH, a HOME and what the specification says, as the server's own launcher does, unless the test refuses. */
final class PlainLauncher implements ProcessLauncher {
    final List<List<String>> commands = new CopyOnWriteArrayList<>();
    /** Commands that are not started, as when the server stops. */
    volatile Predicate<List<String>> refused = command -> false;

    private final Path home;

    PlainLauncher(Path home) {
        this.home = home;
    }

    @Override
    public SupervisedProcess start(ProcessSpec spec) {
        throw new UnsupportedOperationException("use run");
    }

    @Override
    public ProcessExit run(ProcessSpec spec) throws SpawnException, InterruptedException {
        commands.add(spec.command());
        if (refused.test(spec.command())) {
            throw new SpawnException("the server shuts down; nothing is started any more");
        }
        try {
            Path errors = Files.createTempFile(home, "stderr", "");
            Path input = Files.writeString(
                    Files.createTempFile(home, "stdin", ""), spec.stdin().orElse(""));
            ProcessBuilder builder = new ProcessBuilder(spec.command())
                    .directory(spec.workingDirectory().orElseThrow().toFile())
                    .redirectInput(input.toFile())
                    .redirectError(errors.toFile());
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
            builder.environment().put("HOME", home.toString());
            builder.environment().putAll(spec.environment());
            Process process = builder.start();
            StringBuilder output = new StringBuilder();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    spec.stdoutLines().accept(line + "\n");
                    output.append(line).append('\n');
                }
            }
            int code = process.waitFor();
            return new ProcessExit(
                    OptionalInt.of(code),
                    OptionalInt.empty(),
                    ProcessExit.Ending.EXITED,
                    new CapturedOutput(output.toString(), output.length(), false),
                    new CapturedOutput(Files.readString(errors), Files.size(errors), false),
                    Duration.ZERO);
        } catch (IOException failure) {
            throw new SpawnException("not started", failure);
        }
    }
}
