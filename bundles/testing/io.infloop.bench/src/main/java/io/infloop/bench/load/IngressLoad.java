package io.infloop.bench.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures what durable acceptance costs. Loads the assembled distribution and a bare Jetty that only verifies the same signature in
 * turns, with the same client on the same machine, and prints the ratios. Absolute figures say something about the machine; the
 * ratios say something about the server.
 */
public final class IngressLoad {
    private static final double ACCEPTED_TARGET = 0.15;
    private static final double REJECTED_TARGET = 0.50;

    private final LoadOptions options;
    private final PrintStream out;

    private IngressLoad(LoadOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        LoadOptions options;
        try {
            options = LoadOptions.parse(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.err.print(LoadOptions.USAGE);
            System.exit(2);
            return;
        }
        System.exit(new IngressLoad(options, System.out).run() ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        Path data = options.work().resolve("data-" + ProcessHandle.current().pid());
        try (BareProcess bare = BareProcess.start();
                MeasuredServer server = MeasuredServer.start(options, data)) {
            return measure(bare, server);
        } finally {
            if (options.keep()) {
                out.println("data of the server: " + data);
            } else {
                delete(data);
            }
        }
    }

    private boolean measure(BareProcess bare, MeasuredServer server) throws IOException, InterruptedException {
        Load bareGood = new Load("bare Jetty, genuine", bare.port(), Deliveries.genuine("/"));
        Load serverGood =
                new Load("server, accepted and durable", server.port(), Deliveries.genuine(server.webhookPath()));
        Load bareBad = new Load("bare Jetty, forged", bare.port(), Deliveries.forged("/"));
        Load serverBad = new Load("server, forged and refused", server.port(), Deliveries.forged(server.webhookPath()));
        List<Load> loads = List.of(bareGood, serverGood, bareBad, serverBad);

        out.printf(
                "%d connections, %d-byte deliveries, %d rounds of %d s each, Java %s, %d processors%n",
                options.connections(),
                bareGood.deliveries.bodyBytes(),
                options.rounds(),
                options.phase().toSeconds(),
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors());
        int accepted = 0;
        for (Load load : loads) {
            PhaseResult warmup = load.run(options.warmup());
            if (warmup.expected() == 0) {
                out.println(load.name + ": no answer as expected, but " + warmup.others());
                return false;
            }
            accepted += load == serverGood ? warmup.expected() : 0;
        }
        for (int round = 0; round < options.rounds(); round++) {
            // Each round in the other direction, so that no side always follows the same neighbour.
            for (int i = 0; i < loads.size(); i++) {
                Load load = loads.get(round % 2 == 0 ? i : loads.size() - 1 - i);
                load.measurement.add(load.run(options.phase()));
            }
        }
        accepted += serverGood.measurement.expected();

        out.printf("%n%-34s %9s %9s %9s %9s %9s%n", "", "req/s", "min", "max", "p50 ms", "p99 ms");
        loads.forEach(load -> out.println(load.measurement.row()));
        boolean clean = true;
        for (Load load : loads) {
            if (!load.measurement.others().isEmpty()) {
                clean = false;
                out.println(load.name + ": also answered (status=count, -1 broken) " + load.measurement.others());
            }
        }
        boolean acceptedFast = ratio(
                "accepted and durable / bare Jetty",
                serverGood.measurement.medianShareOf(bareGood.measurement),
                ACCEPTED_TARGET);
        boolean rejectedFast = ratio(
                "forged and refused / bare Jetty",
                serverBad.measurement.medianShareOf(bareBad.measurement),
                REJECTED_TARGET);
        if (!options.drain()) {
            long waiting = server.waiting();
            // The first delivery has left the queue: its run holds the place the others wait for.
            boolean complete = waiting + 1 >= accepted;
            out.printf(
                    "acknowledged %d, waiting %d and 1 running: %s%n",
                    accepted, waiting, complete ? "complete" : "LOST");
            clean &= complete;
        }
        return clean && (!options.check() || acceptedFast && rejectedFast);
    }

    private boolean ratio(String name, double ratio, double target) {
        boolean reached = ratio >= target;
        out.printf(
                "%-34s %8.1f %%  (target %.0f %%: %s)%n",
                name, ratio * 100, target * 100, reached ? "reached" : "missed");
        return reached;
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> below = Files.walk(directory)) {
                for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    /** One kind of request on one server. */
    private final class Load {
        private final String name;
        private final Deliveries deliveries;
        private final LoadGenerator generator;
        private final Measurement measurement;

        Load(String name, int port, Deliveries deliveries) {
            this.name = name;
            this.deliveries = deliveries;
            this.generator = new LoadGenerator(port, options.connections());
            this.measurement = new Measurement(name);
        }

        PhaseResult run(Duration length) throws InterruptedException {
            return generator.run(deliveries, length, options.maxRequests());
        }
    }
}
