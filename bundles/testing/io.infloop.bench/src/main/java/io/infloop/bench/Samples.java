package io.infloop.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One figure of each round. */
public final class Samples {
    private final String name;
    private final List<Double> rounds = new ArrayList<>();

    public Samples(String name) {
        this.name = name;
    }

    public void add(double value) {
        rounds.add(value);
    }

    public double median() {
        return median(rounds.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The median over the rounds of this figure as a share of another one of the same round. */
    public double medianShareOf(Samples other) {
        double[] shares = new double[rounds.size()];
        for (int round = 0; round < shares.length; round++) {
            shares[round] = rounds.get(round) / other.rounds.get(round);
        }
        return median(shares);
    }

    /** One row of a table: median, least and most. */
    public String row() {
        return String.format(
                "%-44s %10.2f %10.2f %10.2f",
                name,
                median(),
                rounds.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN),
                rounds.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
