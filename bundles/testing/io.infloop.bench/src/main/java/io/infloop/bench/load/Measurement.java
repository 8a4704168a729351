package io.infloop.bench.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The same load on one server, over all rounds. */
final class Measurement {
    private final String name;
    private final List<PhaseResult> rounds = new ArrayList<>();

    Measurement(String name) {
        this.name = name;
    }

    void add(PhaseResult round) {
        rounds.add(round);
    }

    double perSecond(int round) {
        return rounds.get(round).perSecond();
    }

    /** Answers that were not expected, by status. */
    Map<Integer, Integer> others() {
        Map<Integer, Integer> all = new TreeMap<>();
        rounds.forEach(round -> round.others().forEach((status, count) -> all.merge(status, count, Integer::sum)));
        return all;
    }

    /** The median over the rounds of this measurement's rate as a share of another's in the same round. */
    double medianShareOf(Measurement other) {
        double[] shares = new double[rounds.size()];
        for (int round = 0; round < shares.length; round++) {
            shares[round] = perSecond(round) / other.perSecond(round);
        }
        return median(shares);
    }

    /** The median over the rounds of how many microseconds more of the whole machine one request takes. */
    double microsMoreThan(Measurement other) {
        double[] more = new double[rounds.size()];
        for (int round = 0; round < more.length; round++) {
            more[round] = 1e6 / perSecond(round) - 1e6 / other.perSecond(round);
        }
        return median(more);
    }

    /** The median over the rounds of this measurement's processor time per request as a multiple of another's. */
    double medianCpuMultipleOf(Measurement other) {
        double[] multiples = new double[rounds.size()];
        for (int round = 0; round < multiples.length; round++) {
            multiples[round] =
                    rounds.get(round).cpuMicros() / other.rounds.get(round).cpuMicros();
        }
        return median(multiples);
    }

    /** The median over the rounds, in milliseconds. */
    double percentileMillis(double fraction) {
        return median(rounds.stream()
                .mapToDouble(round -> round.percentileMillis(fraction))
                .toArray());
    }

    /** One row of the table. */
    String row() {
        return String.format(
                "%-34s %9.0f %9.0f %9.0f %9.2f %9.2f %9.0f",
                name,
                median(rounds.stream().mapToDouble(PhaseResult::perSecond).toArray()),
                rounds.stream().mapToDouble(PhaseResult::perSecond).min().orElse(Double.NaN),
                rounds.stream().mapToDouble(PhaseResult::perSecond).max().orElse(Double.NaN),
                percentileMillis(0.50),
                percentileMillis(0.99),
                median(rounds.stream().mapToDouble(PhaseResult::cpuMicros).toArray()));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
