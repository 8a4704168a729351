package io.infloop.bench.egress;

import io.infloop.bench.Numbers;
import io.infloop.bench.Samples;
import io.infloop.bench.load.HelperProgram;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.audit.KnownSecrets;
import io.infloop.core.internal.egress.EgressOwner;
import io.infloop.core.internal.egress.EgressPolicy;
import io.infloop.core.internal.egress.EgressSession;
import io.infloop.core.internal.egress.SelectorEgressGateway;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures what the egress proxy costs: the same plain client asks the same server, in turns directly and through a session of the
 * gateway. Prints the rates, and those through the proxy as a share of the direct ones.
 */
public final class EgressLoad {
    private static final Map<String, Integer> DEFAULTS = Map.of(
            "--rounds",
            7,
            "--megabytes",
            256,
            "--requests",
            4_000,
            "--connections",
            1_000,
            "--callers",
            8,
            "--warmup",
            1);

    private static final long MEGABYTE = 1024 * 1024;
    private static final long SMALL = 200;

    /** Something to be done on a way, by all callers together. */
    private interface Work {
        void run(Route route) throws IOException, InterruptedException, ExecutionException;
    }

    /** The same work on both ways. */
    private record Comparison(String name, double amount, Work work, Samples direct, Samples proxied) {
        static Comparison of(String name, String unit, double amount, Work work) {
            return new Comparison(
                    name,
                    amount,
                    work,
                    new Samples(name + ", direct, " + unit),
                    new Samples(name + ", proxy, " + unit));
        }
    }

    private final Numbers numbers;
    private final PrintStream out;
    private final ExecutorService callers;

    private EgressLoad(Numbers numbers, PrintStream out) {
        this.numbers = numbers;
        this.out = out;
        this.callers = Executors.newFixedThreadPool(numbers.get("--callers"));
    }

    public static void main(String[] arguments) throws Exception {
        EgressLoad load = new EgressLoad(Numbers.parse(arguments, DEFAULTS), System.out);
        try (HelperProgram origin = HelperProgram.start("the origin", Origin.class);
                SelectorEgressGateway gateway = new SelectorEgressGateway(new NoAudit(), new KnownSecrets());
                EgressSession session =
                        gateway.open(EgressPolicy.allowing(List.of("127.0.0.1")), EgressOwner.plugin("bench"))) {
            load.run(
                    new Route(origin.port(), Optional.empty()),
                    new Route(origin.port(), Optional.of(session.listenOnLoopback())));
        } finally {
            load.callers.shutdownNow();
        }
    }

    private void run(Route direct, Route proxied) throws IOException, InterruptedException, ExecutionException {
        int requests = numbers.get("--requests");
        int connections = numbers.get("--connections");
        int megabytes = numbers.get("--megabytes");
        List<Comparison> comparisons = List.of(
                Comparison.of("one large download", "MB/s", megabytes, route -> download(route, megabytes)),
                Comparison.of("requests in open tunnels", "per s", requests, this::onOpenConnections),
                Comparison.of("a tunnel for each request", "per s", connections, this::onNewTunnels),
                Comparison.of("plain HTTP, a connection each", "per s", connections, this::plain));
        out.printf(
                "%d rounds, %d MB, %d and %d requests of %d bytes by %d callers, Java %s, %d processors%n",
                numbers.get("--rounds"),
                megabytes,
                requests,
                connections,
                SMALL,
                numbers.get("--callers"),
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors());
        for (int round = 0; round < numbers.get("--warmup"); round++) {
            for (Comparison comparison : comparisons) {
                comparison.work().run(direct);
                comparison.work().run(proxied);
            }
        }
        for (int round = 0; round < numbers.get("--rounds"); round++) {
            for (Comparison comparison : comparisons) {
                // Each round in the other order, so that neither always follows the same neighbour.
                if (round % 2 == 0) {
                    comparison.direct().add(rate(comparison, direct));
                    comparison.proxied().add(rate(comparison, proxied));
                } else {
                    comparison.proxied().add(rate(comparison, proxied));
                    comparison.direct().add(rate(comparison, direct));
                }
            }
        }
        out.printf("%n%-44s %10s %10s %10s%n", "", "median", "min", "max");
        for (Comparison comparison : comparisons) {
            out.println(comparison.direct().row());
            out.println(comparison.proxied().row());
        }
        for (Comparison comparison : comparisons) {
            out.printf(
                    "%-44s %9.1f %%%n",
                    comparison.name() + ", proxy / direct",
                    comparison.proxied().medianShareOf(comparison.direct()) * 100);
        }
    }

    private static double rate(Comparison comparison, Route route)
            throws IOException, InterruptedException, ExecutionException {
        long began = System.nanoTime();
        comparison.work().run(route);
        return comparison.amount() / ((System.nanoTime() - began) / 1e9);
    }

    private static void download(Route route, int megabytes) throws IOException {
        try (Route.Connection connection = route.open()) {
            connection.fetch(route.request(megabytes * MEGABYTE), megabytes * MEGABYTE);
        }
    }

    private void onOpenConnections(Route route) throws InterruptedException, ExecutionException {
        byAll(numbers.get("--requests"), count -> {
            try (Route.Connection connection = route.open()) {
                String request = route.request(SMALL);
                for (int i = 0; i < count; i++) {
                    connection.fetch(request, SMALL);
                }
            }
        });
    }

    private void onNewTunnels(Route route) throws InterruptedException, ExecutionException {
        byAll(numbers.get("--connections"), count -> {
            String request = route.request(SMALL);
            for (int i = 0; i < count; i++) {
                try (Route.Connection connection = route.open()) {
                    connection.fetch(request, SMALL);
                }
            }
        });
    }

    private void plain(Route route) throws InterruptedException, ExecutionException {
        byAll(numbers.get("--connections"), count -> {
            for (int i = 0; i < count; i++) {
                route.fetchPlain(SMALL);
            }
        });
    }

    private interface Share {
        void run(int count) throws IOException;
    }

    private void byAll(int total, Share share) throws InterruptedException, ExecutionException {
        int each = Math.max(1, total / numbers.get("--callers"));
        List<Future<?>> running = new ArrayList<>();
        for (int caller = 0; caller < numbers.get("--callers"); caller++) {
            running.add(callers.submit(() -> {
                share.run(each);
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
    }

    /** Nothing is denied here, so nothing is audited. */
    private record NoAudit() implements AuditLog {
        @Override
        public void append(AuditEvent event) {
            throw new IllegalStateException("unexpected: " + event);
        }

        @Override
        public long writeErrors() {
            return 0;
        }

        @Override
        public Page read(Query query) {
            throw new UnsupportedOperationException("read");
        }
    }
}
