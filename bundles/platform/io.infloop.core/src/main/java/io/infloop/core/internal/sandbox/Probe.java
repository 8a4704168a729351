package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a script confined, to see what the confinement does on this machine. */
final class Probe {
    private static final Logger LOGGER = LoggerFactory.getLogger(Probe.class);
    /** Usual are some ten milliseconds. */
    private static final long LIMIT_MILLIS = 500;

    /** A machine that is busy when the server starts must not end up with less isolation, so it is tried again with more time. */
    private static final long SECOND_LIMIT_MILLIS = 5000;

    private static final long GONE_MILLIS = 3000;
    private static final int OUTPUT_BYTES = 16 * 1024;

    private final ChildStarter starter;
    private final List<String> prefix;
    private final Path sh;
    private final long limitMillis;
    private final long secondLimitMillis;

    /**
     * @param prefix the command that every level has in front
     * @param sh the shell for the scripts
     */
    Probe(ChildStarter starter, List<String> prefix, Path sh) {
        this(starter, prefix, sh, LIMIT_MILLIS, SECOND_LIMIT_MILLIS);
    }

    Probe(ChildStarter starter, List<String> prefix, Path sh, long limitMillis, long secondLimitMillis) {
        this.starter = starter;
        this.prefix = List.copyOf(prefix);
        this.sh = sh;
        this.limitMillis = limitMillis;
        this.secondLimitMillis = secondLimitMillis;
    }

    /** A script did not end in time, twice: nothing is known of the confinement. */
    static final class TooSlowException extends IOException {
        private static final long serialVersionUID = 1L;

        TooSlowException(long millis) {
            super("its test did not end within " + millis + " ms, at the second try: the machine is too slow or too"
                    + " busy to tell");
        }

        Obstacles obstacles() {
            return new Obstacles(getMessage(), "start the server again when the machine has less to do");
        }
    }

    /**
     * How a script ended.
     *
     * @param facts what it printed as lines {@code name=value}
     * @param error what it wrote to its error output
     */
    record Outcome(int exitCode, Map<String, String> facts, String error) {
        String reason() {
            return error.isEmpty() ? "the test ended with exit code " + exitCode + " and facts " + facts : error;
        }

        boolean is(String name, String value) {
            return value.equals(facts.get(name));
        }
    }

    /**
     * Runs it, and once more with more time if it is slow.
     *
     * @throws TooSlowException if it did not end in time
     * @throws IOException if it could not be started; the message is a sentence
     */
    Outcome run(Confinement confinement, String script, Path directory, Optional<Launch.Jail> jail)
            throws IOException, InterruptedException {
        Optional<Outcome> first = run(confinement, script, directory, jail, limitMillis);
        if (first.isPresent()) {
            return first.get();
        }
        LOGGER.info(
                "the test of the sandbox level {} did not end within {} ms and is repeated",
                confinement.level().id(),
                limitMillis);
        return run(confinement, script, directory, jail, secondLimitMillis)
                .orElseThrow(() -> new TooSlowException(secondLimitMillis));
    }

    /** @return empty if it did not end in time */
    private Optional<Outcome> run(
            Confinement confinement, String script, Path directory, Optional<Launch.Jail> jail, long millis)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        try {
            command.addAll(confinement.command(Launch.of(sh, List.of("-c", script), directory, jail)));
        } catch (SpawnException impossible) {
            throw new IOException(impossible.getMessage(), impossible);
        }
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("HOME", JailConfinement.HOME.toString());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        Process process = starter.start(builder);
        try {
            if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
                return Optional.empty();
            }
            return Optional.of(new Outcome(
                    process.exitValue(),
                    facts(text(process.getInputStream())),
                    text(process.getErrorStream()).strip()));
        } finally {
            process.toHandle().destroyForcibly();
        }
    }

    /** Whether everything in that process namespace ends soon. */
    static boolean isGoneSoon(String namespace) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GONE_MILLIS);
        while (PidNamespaces.isInhabited(namespace)) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }

    /** Scripts write a few lines, which fit the pipe. */
    private static String text(InputStream stream) throws IOException {
        byte[] buffer = new byte[OUTPUT_BYTES];
        int length = 0;
        while (length < buffer.length && stream.available() > 0) {
            length += stream.read(buffer, length, Math.min(stream.available(), buffer.length - length));
        }
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    private static Map<String, String> facts(String output) {
        Map<String, String> facts = new HashMap<>();
        output.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                facts.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return facts;
    }
}
