package io.infloop.bench.spawn;

import io.infloop.bench.Numbers;
import io.infloop.bench.Samples;
import io.infloop.bench.load.Directories;
import io.infloop.spi.process.SandboxLevel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures what supervision costs: a child that ends at once, started one after the other by the supervisor at each level of
 * isolation, and by a shell that starts the very same wrappers and reads their output. For information also by a shell that does not
 * care for the output, and without any wrapper by a {@link ProcessBuilder}.
 */
public final class SpawnLoad {
    private static final double TARGET = 1.2;
    private static final Map<String, Integer> DEFAULTS = Map.of("--rounds", 9, "--spawns", 25, "--warmup", 3);
    private static final List<String> COMMAND = List.of("/bin/true");

    /** Starts that many children, one after the other. */
    private interface Starter {
        void run(int count) throws IOException, InterruptedException;
    }

    private record Measured(Starter starter, Samples millis) {
        void run(int count, boolean counts) throws IOException, InterruptedException {
            long began = System.nanoTime();
            starter.run(count);
            if (counts) {
                millis.add((System.nanoTime() - began) / 1e6 / count);
            }
        }
    }

    /**
     * One level.
     *
     * @param shell reads the output, too
     * @param careless does not
     */
    private record Level(SandboxLevel level, Measured supervised, Measured shell, Measured careless) {}

    private final Numbers numbers;
    private final PrintStream out;
    private final Path root;
    private final Path work;
    /** To be closed, the last one first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private SpawnLoad(Numbers numbers, PrintStream out, Path root) throws IOException {
        this.numbers = numbers;
        this.out = out;
        this.root = root;
        this.work = Files.createDirectory(root.resolve("work"));
        // Another user's children work there as well.
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    public static void main(String[] arguments) throws Exception {
        Numbers numbers = Numbers.parse(arguments, DEFAULTS);
        Path root = Files.createTempDirectory("infloop-spawn").toRealPath();
        SpawnLoad load = new SpawnLoad(numbers, System.out, root);
        try {
            load.run();
        } finally {
            for (AutoCloseable part : load.open) {
                part.close();
            }
            Directories.delete(root);
        }
    }

    private void run() throws IOException, InterruptedException {
        List<Level> levels = new ArrayList<>();
        for (SandboxLevel level : SandboxLevel.values()) {
            prepare(level).ifPresent(levels::add);
        }
        Measured bare = new Measured(SpawnLoad::startBare, new Samples("bare ProcessBuilder"));
        List<Measured> all = new ArrayList<>();
        all.add(bare);
        levels.forEach(level -> all.addAll(List.of(level.supervised(), level.shell(), level.careless())));
        int count = numbers.get("--spawns");
        out.printf(
                "%d rounds of %d children each, Java %s, %d processors%n",
                numbers.get("--rounds"),
                count,
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors());
        for (int round = 0; round < numbers.get("--warmup") + numbers.get("--rounds"); round++) {
            // Each round in the other direction, so that nobody always follows the same neighbour.
            for (Measured measured : all) {
                measured.run(count, round >= numbers.get("--warmup"));
            }
            Collections.reverse(all);
        }
        print(bare, levels);
    }

    private Optional<Level> prepare(SandboxLevel level) throws IOException, InterruptedException {
        SupervisedLevel supervised =
                new SupervisedLevel(level, root.resolve(level.id()), work, SupervisedLevel.wrappers());
        open.push(supervised);
        Optional<String> obstacle = supervised.obstacle();
        if (obstacle.isPresent()) {
            out.println("level " + level.id() + " is not available here: " + obstacle.get());
            return Optional.empty();
        }
        Chain chain = Chain.of(level, root.resolve(level.id() + "-noted"), work, COMMAND);
        open.push(chain);
        ShellLoop shell = new ShellLoop(chain, true, root.resolve(level.id() + ".sh"), work);
        open.push(shell);
        ShellLoop careless = new ShellLoop(chain, false, root.resolve(level.id() + "-careless.sh"), work);
        open.push(careless);
        return Optional.of(new Level(
                level,
                new Measured(count -> repeat(count, supervised), new Samples("supervised, " + level.id())),
                new Measured(shell::run, new Samples("same wrappers by a shell, " + level.id())),
                new Measured(careless::run, new Samples("- that reads no output, " + level.id()))));
    }

    private static void repeat(int count, SupervisedLevel supervised) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            supervised.run(COMMAND);
        }
    }

    private static void startBare(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Process process = new ProcessBuilder(COMMAND).start();
            process.getOutputStream().close();
            process.getInputStream().readAllBytes();
            process.getErrorStream().readAllBytes();
            if (process.waitFor() != 0) {
                throw new IOException(COMMAND + " ended with " + process.exitValue());
            }
        }
    }

    private void print(Measured bare, List<Level> levels) {
        out.printf("%n%-44s %10s %10s %10s%n", "milliseconds from start to end", "median", "min", "max");
        out.println(bare.millis().row());
        for (Level level : levels) {
            out.println(level.supervised().millis().row());
            out.println(level.shell().millis().row());
            out.println(level.careless().millis().row());
        }
        for (Level level : levels) {
            double ratio =
                    level.supervised().millis().medianShareOf(level.shell().millis());
            out.printf(
                    "%-44s %10.2f  (goal at most %.1f: %s; %.2f without reading output, %.2f of a bare ProcessBuilder)%n",
                    "supervised / same wrappers, " + level.level().id(),
                    ratio,
                    TARGET,
                    ratio <= TARGET ? "reached" : "missed",
                    level.supervised().millis().medianShareOf(level.careless().millis()),
                    level.supervised().millis().medianShareOf(bare.millis()));
        }
    }
}
