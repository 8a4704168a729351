package io.infloop.bench.load;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Several loads in turns, round by round in alternating order, so that each is compared with neighbours of the same moment. */
final class Rounds {
    private final LoadOptions options;
    private final PrintStream out;
    private final List<Load> loads = new ArrayList<>();

    Rounds(LoadOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** @param pid of the server, whose processor time is measured */
    Load add(String name, int port, long pid, Requests requests) {
        Load load = new Load(name, port, pid, requests);
        loads.add(load);
        return load;
    }

    /** @return false, with the reason printed, if a load is not answered as expected at all */
    boolean run() throws InterruptedException {
        out.printf(
                "%d connections, %d rounds of %d s each, Java %s, %d processors%n",
                options.connections(),
                options.rounds(),
                options.phase().toSeconds(),
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors());
        for (Load load : loads) {
            PhaseResult warmup = load.run(options.warmup());
            if (warmup.expected() == 0) {
                out.println(load.name + ": no answer as expected, but " + warmup.others());
                return false;
            }
        }
        for (int round = 0; round < options.rounds(); round++) {
            // Each round in the other direction, so that no side always follows the same neighbour.
            for (int i = 0; i < loads.size(); i++) {
                Load load = loads.get(round % 2 == 0 ? i : loads.size() - 1 - i);
                load.measurement.add(load.run(options.phase()));
            }
        }
        return true;
    }

    /** @return whether everything was answered as expected */
    boolean print() {
        out.printf("%n%-34s %9s %9s %9s %9s %9s %9s%n", "", "req/s", "min", "max", "p50 ms", "p99 ms", "CPU µs");
        loads.forEach(load -> out.println(load.measurement.row()));
        boolean clean = true;
        for (Load load : loads) {
            if (!load.measurement.others().isEmpty()) {
                clean = false;
                out.println(load.name + ": also answered (status=count, -1 broken) " + load.measurement.others());
            }
        }
        return clean;
    }

    /** One kind of request on one server. */
    final class Load {
        private final String name;
        private final long pid;
        private final Requests requests;
        private final LoadGenerator generator;
        private final Measurement measurement;
        private int answered;

        private Load(String name, int port, long pid, Requests requests) {
            this.name = name;
            this.pid = pid;
            this.requests = requests;
            this.generator = new LoadGenerator(port, options.connections());
            this.measurement = new Measurement(name);
        }

        private PhaseResult run(Duration length) throws InterruptedException {
            double before = ProcessorTime.micros(pid);
            PhaseResult result = generator.run(requests, length, options.maxRequests());
            answered += result.expected();
            return result.withServerCpu(ProcessorTime.micros(pid) - before);
        }

        /** With those while it warmed up. */
        int answeredAsExpected() {
            return answered;
        }

        /** The median over the rounds of this load's rate as a share of another's. */
        double medianShareOf(Load other) {
            return measurement.medianShareOf(other.measurement);
        }

        /** The median over the rounds of this load's processor time per request, on its server, as a multiple of another's. */
        double medianCpuMultipleOf(Load other) {
            return measurement.medianCpuMultipleOf(other.measurement);
        }

        /** The median over the rounds. */
        double percentileMillis(double fraction) {
            return measurement.percentileMillis(fraction);
        }

        /** By how many microseconds of the whole machine one request is dearer than one of the other load; median over the rounds. */
        double microsMoreThan(Load other) {
            return measurement.microsMoreThan(other.measurement);
        }
    }
}
