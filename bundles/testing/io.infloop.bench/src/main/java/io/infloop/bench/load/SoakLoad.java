package io.infloop.bench.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sends many deliveries and watches the server's memory: what it has of the machine, and what is left of its heap after a collection.
 * Nothing that is measured may grow with the number of deliveries. The rate limit is off and the queue's bounds are raised, as the
 * deliveries wait behind one long run.
 */
public final class SoakLoad {
    private static final int DELIVERIES = 1_000_000;
    private static final int STEPS = 20;
    private static final Duration LONGEST_STEP = Duration.ofMinutes(5);
    private static final long MIB = 1024 * 1024;
    private static final double RESIDENT_TARGET_MIB = 300;
    private static final String COLLECTED = "jvm_memory_pool_collection_used_bytes{pool=\"Tenured Gen\"}";

    private final LoadOptions options;
    private final PrintStream out;

    private SoakLoad(LoadOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** The first option may be {@code --deliveries n}; the others are those of {@link LoadOptions}. */
    public static void main(String[] arguments) throws Exception {
        int deliveries = DELIVERIES;
        String[] others = arguments;
        if (arguments.length > 1 && arguments[0].equals("--deliveries")) {
            deliveries = Integer.parseInt(arguments[1]);
            others = Arrays.copyOfRange(arguments, 2, arguments.length);
        }
        LoadOptions options;
        try {
            options = LoadOptions.parse(others);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.err.print(LoadOptions.USAGE);
            System.exit(2);
            return;
        }
        System.exit(new SoakLoad(options, System.out).run(deliveries) ? 0 : 1);
    }

    private boolean run(int deliveries) throws IOException, InterruptedException {
        Path data = options.work().resolve("soak-" + ProcessHandle.current().pid());
        try (MeasuredServer server = MeasuredServer.start(options, data)) {
            return measure(server, deliveries);
        } finally {
            Directories.delete(data);
        }
    }

    private boolean measure(MeasuredServer server, int deliveries) throws IOException, InterruptedException {
        LoadGenerator generator = new LoadGenerator(server.port(), options.connections());
        Deliveries genuine = Deliveries.genuine(server.webhookPath());
        out.printf(
                "%d deliveries of %d bytes over %d connections%n%n%12s %10s %14s %18s%n",
                deliveries,
                genuine.bodyBytes(),
                options.connections(),
                "accepted",
                "req/s",
                "resident MiB",
                "heap after GC MiB");
        List<Double> resident = new ArrayList<>();
        int accepted = 0;
        for (int step = 0; step < STEPS; step++) {
            PhaseResult result = generator.run(genuine, LONGEST_STEP, deliveries / STEPS);
            accepted += result.expected();
            resident.add(residentMib(server.pid()));
            out.printf(
                    "%12d %10.0f %14.0f %18s%n",
                    accepted, result.perSecond(), resident.get(step), collectedMib(server));
            if (!result.others().isEmpty()) {
                out.println("also answered (status=count, -1 broken) " + result.others());
                return false;
            }
        }
        double most = resident.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        long waiting = server.waiting();
        out.printf(
                "%nmost resident %.0f MiB (target at most %.0f: %s); acknowledged %d, waiting %d and 1 running: %s%n",
                most,
                RESIDENT_TARGET_MIB,
                most <= RESIDENT_TARGET_MIB ? "reached" : "missed",
                accepted,
                waiting,
                waiting + 1 >= accepted ? "complete" : "LOST");
        return waiting + 1 >= accepted && (!options.check() || most <= RESIDENT_TARGET_MIB);
    }

    private static double residentMib(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024.0 / MIB;
            }
        }
        return Double.NaN;
    }

    private static String collectedMib(MeasuredServer server) throws IOException {
        try (KeepAliveConnection api = new KeepAliveConnection(server.port())) {
            byte[] head = ("GET /api/metrics HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n"
                            + MeasuredServer.AUTHORIZATION + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            for (String line : api.ask(head, new byte[0]).body().split("\n")) {
                if (line.startsWith(COLLECTED)) {
                    return String.format("%.0f", Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) / MIB);
                }
            }
        }
        return "?";
    }
}
