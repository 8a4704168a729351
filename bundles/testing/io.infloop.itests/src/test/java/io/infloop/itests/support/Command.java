package io.infloop.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command of {@code bin/infloop} beside or without a server. */
public final class Command {
    private static final long LIMIT_SECONDS = 120;

    private Command() {}

    /** How it ended and all that it printed. */
    public record Result(int exit, String output) {}

    /** Blocks until it has ended. */
    public static Result run(Path data, String... arguments) {
        return run(Distribution.launchScript(), data, arguments);
    }

    /** @param script in place of the distribution's */
    static Result run(Path script, Path data, String... arguments) {
        try {
            Path output = Files.createTempFile(data.getParent(), "command-", ".log");
            ProcessBuilder builder = new ProcessBuilder(script.toString());
            builder.command().addAll(List.of(arguments));
            builder.environment().clear();
            builder.environment().put("PATH", System.getenv("PATH"));
            builder.environment().put("HOME", data.getParent().toString());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("INFLOOP_DATA_DIR", data.toString());
            builder.redirectErrorStream(true).redirectOutput(output.toFile());
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            Process process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the command still runs\n" + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
