package io.infloop.bench.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Measures what the door and the audit cost a whole server: a small authenticated answer, which passes the door, and a forged
 * webhook, which passes it, is refused and leaves a line in the audit; each beside a bare Jetty that gives the same answer.
 */
public final class DoorLoad {
    private DoorLoad() {}

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
        System.exit(run(options, System.out) ? 0 : 1);
    }

    private static boolean run(LoadOptions options, PrintStream out) throws IOException, InterruptedException {
        Path data = options.work().resolve("door-" + ProcessHandle.current().pid());
        try (HelperProgram bare = HelperProgram.start("bare Jetty", BareServer.class);
                MeasuredServer server = MeasuredServer.start(options, data)) {
            return measure(options, out, bare, server);
        } finally {
            if (options.keep()) {
                out.println("data of the server: " + data);
            } else {
                Directories.delete(data);
            }
        }
    }

    private static boolean measure(LoadOptions options, PrintStream out, HelperProgram bare, MeasuredServer server)
            throws InterruptedException {
        Rounds rounds = new Rounds(options, out);
        Rounds.Load barePlain = rounds.add("bare Jetty, GET", bare.port(), bare.pid(), new Repeated("/version", ""));
        Rounds.Load serverPlain = rounds.add(
                "server, GET with the token",
                server.port(),
                server.pid(),
                new Repeated("/api/version", MeasuredServer.AUTHORIZATION));
        Rounds.Load bareBad = rounds.add("bare Jetty, forged", bare.port(), bare.pid(), Deliveries.forged("/"));
        Rounds.Load serverBad = rounds.add(
                "server, forged and refused", server.port(), server.pid(), Deliveries.forged(server.webhookPath()));
        if (!rounds.run()) {
            return false;
        }
        boolean clean = rounds.print();
        compare(out, "GET with the token / bare Jetty", serverPlain, barePlain);
        compare(out, "forged and refused / bare Jetty", serverBad, bareBad);
        return clean;
    }

    private static void compare(PrintStream out, String name, Rounds.Load load, Rounds.Load bare) {
        out.printf(
                "%-34s %8.1f %%  (%.0f microseconds more of all processors per request)%n",
                name, load.medianShareOf(bare) * 100, load.microsMoreThan(bare));
    }
}
