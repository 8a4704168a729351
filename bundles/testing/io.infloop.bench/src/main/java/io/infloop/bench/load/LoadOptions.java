package io.infloop.bench.load;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What to measure, and for how long.
 *
 * @param distribution the unpacked distribution
 * @param work directory for the data of the server; on the disk whose syncs are to be measured
 * @param connections open at the same time, each with one request in flight
 * @param rounds how often all four measurements are repeated
 * @param phase length of one measurement
 * @param warmup length of the measurements that are thrown away
 * @param maxRequests most requests of one measurement
 * @param drain whether accepted deliveries also run during the measurement
 * @param keep whether the data of the server stays
 * @param check whether a missed target is a failure
 * @param javaOptions for the server's virtual machine, e.g. to record a profile
 */
record LoadOptions(
        Path distribution,
        Path work,
        int connections,
        int rounds,
        Duration phase,
        Duration warmup,
        int maxRequests,
        boolean drain,
        boolean keep,
        boolean check,
        String javaOptions) {
    static final String USAGE =
            """
            options: --distribution <dir>   default launcher/target/infloop, found from the working directory upwards
                     --work <dir>           default target/load
                     --connections <n>      default 64
                     --rounds <n>           default 5
                     --seconds <n>          length of one measurement, default 4
                     --warmup <n>           seconds, default 6
                     --max-requests <n>     per measurement, default 40000
                     --drain                let accepted deliveries run meanwhile (default: they wait behind one long run)
                     --keep                 keep the server's data directory
                     --check                exit 1 when a target is missed
                     --java-options <text>  for the server's virtual machine
            """;

    static LoadOptions parse(String[] arguments) {
        Optional<Path> distribution = Optional.empty();
        Path work = Path.of("target", "load");
        int connections = 64;
        int rounds = 5;
        int seconds = 4;
        int warmup = 6;
        int maxRequests = 40_000;
        boolean drain = false;
        boolean keep = false;
        boolean check = false;
        String javaOptions = "";
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--distribution" -> distribution = Optional.of(Path.of(value(arguments, ++i)));
                case "--work" -> work = Path.of(value(arguments, ++i));
                case "--connections" -> connections = number(arguments, ++i, 1, 1_000);
                case "--rounds" -> rounds = number(arguments, ++i, 1, 100);
                case "--seconds" -> seconds = number(arguments, ++i, 1, 120);
                case "--warmup" -> warmup = number(arguments, ++i, 1, 120);
                case "--max-requests" -> maxRequests = number(arguments, ++i, 1, 1_000_000);
                case "--drain" -> drain = true;
                case "--keep" -> keep = true;
                case "--check" -> check = true;
                case "--java-options" -> javaOptions = value(arguments, ++i);
                default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
            }
        }
        return new LoadOptions(
                distribution
                        .orElseGet(LoadOptions::findDistribution)
                        .toAbsolutePath()
                        .normalize(),
                work.toAbsolutePath().normalize(),
                connections,
                rounds,
                Duration.ofSeconds(seconds),
                Duration.ofSeconds(warmup),
                maxRequests,
                drain,
                keep,
                check,
                javaOptions);
    }

    private static Path findDistribution() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolve("launcher/target/infloop");
            if (Files.isExecutable(candidate.resolve("bin/infloop"))) {
                return candidate;
            }
        }
        throw new IllegalArgumentException(
                "there is no launcher/target/infloop here or above; build it with mvn -DskipTests package or name it with --distribution");
    }

    private static String value(String[] arguments, int index) {
        if (index >= arguments.length) {
            throw new IllegalArgumentException(arguments[index - 1] + " needs a value");
        }
        return arguments[index];
    }

    private static int number(String[] arguments, int index, int least, int most) {
        int value;
        try {
            value = Integer.parseInt(value(arguments, index));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(arguments[index - 1] + " needs a number", notANumber);
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(arguments[index - 1] + " must be " + least + ".." + most);
        }
        return value;
    }
}
