package io.infloop.bench.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Measures what durable acceptance costs. Loads the assembled distribution and a bare Jetty that only verifies the same signature in
 * turns, with the same client on the same machine, and prints the ratios. Absolute figures say something about the machine; the
 * ratios say something about the server.
 */
public final class IngressLoad {
    private static final double ACCEPTED_TARGET = 0.30;
    private static final double UNWANTED_TARGET = 0.50;
    private static final double REJECTED_TARGET = 0.65;
    private static final double ACCEPTED_CPU_TARGET = 3;
    private static final double ACCEPTED_P99_TARGET_MILLIS = 30;

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
        try (HelperProgram bare = HelperProgram.start("bare Jetty", BareServer.class);
                MeasuredServer server = MeasuredServer.start(options, data)) {
            return measure(bare, server);
        } finally {
            if (options.keep()) {
                out.println("data of the server: " + data);
            } else {
                Directories.delete(data);
            }
        }
    }

    private boolean measure(HelperProgram bare, MeasuredServer server) throws IOException, InterruptedException {
        Rounds rounds = new Rounds(options, out);
        Deliveries genuine = Deliveries.genuine("/");
        Rounds.Load bareGood = rounds.add("bare Jetty, genuine", bare.port(), bare.pid(), genuine);
        Rounds.Load serverGood = rounds.add(
                "server, accepted and durable", server.port(), server.pid(), Deliveries.genuine(server.webhookPath()));
        Rounds.Load serverUnwanted = rounds.add(
                "server, genuine but not wanted",
                server.port(),
                server.pid(),
                Deliveries.unwanted(server.webhookPath(), 204));
        Rounds.Load bareBad = rounds.add("bare Jetty, forged", bare.port(), bare.pid(), Deliveries.forged("/"));
        Rounds.Load serverBad = rounds.add(
                "server, forged and refused", server.port(), server.pid(), Deliveries.forged(server.webhookPath()));
        out.println(genuine.bodyBytes() + "-byte deliveries");
        if (!rounds.run()) {
            return false;
        }
        int accepted = serverGood.answeredAsExpected();
        boolean clean = rounds.print();
        boolean reached =
                share("accepted and durable / bare Jetty", serverGood.medianShareOf(bareGood), ACCEPTED_TARGET);
        reached &= share("not wanted / bare Jetty", serverUnwanted.medianShareOf(bareGood), UNWANTED_TARGET);
        reached &= share("forged and refused / bare Jetty", serverBad.medianShareOf(bareBad), REJECTED_TARGET);
        reached &= atMost(
                "CPU per accepted / bare Jetty",
                serverGood.medianCpuMultipleOf(bareGood),
                "times",
                ACCEPTED_CPU_TARGET);
        reached &= atMost("accepted, p99", serverGood.percentileMillis(0.99), "ms", ACCEPTED_P99_TARGET_MILLIS);
        if (!options.drain()) {
            long waiting = server.waiting();
            // The first delivery has left the queue: its run holds the place the others wait for.
            boolean complete = waiting + 1 >= accepted;
            out.printf(
                    "acknowledged %d, waiting %d and 1 running: %s%n",
                    accepted, waiting, complete ? "complete" : "LOST");
            clean &= complete;
        }
        return clean && (!options.check() || reached);
    }

    private boolean share(String name, double share, double target) {
        boolean reached = share >= target;
        out.printf(
                "%-34s %8.1f %%  (target at least %.0f %%: %s)%n",
                name, share * 100, target * 100, reached ? "reached" : "missed");
        return reached;
    }

    private boolean atMost(String name, double value, String unit, double target) {
        boolean reached = value <= target;
        out.printf(
                "%-34s %8.1f %s  (target at most %.0f: %s)%n",
                name, value, unit, target, reached ? "reached" : "missed");
        return reached;
    }
}
