package io.infloop.bench;

import io.infloop.engine.template.Predicates;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Comparisons of branches and triggers, the pattern compiled at each call as they do it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PredicatesBenchmark {
    private String output;
    private String hostile;

    @Setup
    public void prepare() {
        output = "compiling module 7 of 12\n".repeat(160) + "ALL GREEN\n";
        hostile = "a".repeat(4_000) + "!";
    }

    @Benchmark
    public Predicates.Verdict equalTexts() {
        return Predicates.test("opened", "==", "opened");
    }

    @Benchmark
    public Predicates.Verdict containsIn4Kilobytes() {
        return Predicates.test(output, "contains", "ALL GREEN");
    }

    @Benchmark
    public Predicates.Verdict matchesShortText() {
        return Predicates.test("refs/heads/release-1.2", "matches", "^refs/heads/release-[0-9]+\\.[0-9]+$");
    }

    @Benchmark
    public Predicates.Verdict matchesIn4Kilobytes() {
        return Predicates.test(output, "matches", "ALL (GREEN|PASSED)");
    }

    /** A pattern and a text that take a backtracking engine for ever. */
    @Benchmark
    public Predicates.Verdict matchesHostileText() {
        return Predicates.test(hostile, "matches", "^(a+)+$");
    }
}
