package io.infloop.engine.internal.state;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * The ceilings of one run. Money is added up exactly, so that a run that costs what it may is not over its limit for a rounding error;
 * time is what has passed, whatever is done to the clock of the machine. Thread-safe.
 */
public final class RunBudget {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** @param nodeExecutions, duration, costUsd zero for no limit */
    public record Limits(long nodeExecutions, Duration duration, double costUsd) {}

    private final Limits limits;
    private final BigDecimal costLimit;
    private final CostMeter total;
    private final LongSupplier nanoTime;
    private final long startedAt;
    private long executions;
    private BigDecimal costUsd = BigDecimal.ZERO;
    private boolean costKnown;
    private long changes;

    /**
     * The run begins now.
     *
     * @param nanoTime as {@link System#nanoTime()}
     */
    public RunBudget(Limits limits, CostMeter total, LongSupplier nanoTime) {
        this.limits = limits;
        this.costLimit = BigDecimal.valueOf(limits.costUsd());
        this.total = total;
        this.nanoTime = nanoTime;
        this.startedAt = nanoTime.getAsLong();
    }

    /** Counts an execution that is about to begin. @return why it must not */
    public synchronized Optional<String> step() {
        executions++;
        changes++;
        if (limits.nodeExecutions() > 0 && executions > limits.nodeExecutions()) {
            return Optional.of("run budget exceeded: node executions > " + limits.nodeExecutions()
                    + " (INFLOOP_MAX_RUN_NODE_EXECUTIONS)");
        }
        Duration limit = limits.duration();
        if (!limit.isZero() && elapsedMillis() > limit.toMillis()) {
            return Optional.of(
                    "run budget exceeded: duration > " + limit.toMillis() + " ms (INFLOOP_MAX_RUN_DURATION_MS)");
        }
        return Optional.empty();
    }

    /** Since the run began. */
    public long elapsedMillis() {
        return (nanoTime.getAsLong() - startedAt) / NANOS_PER_MILLI;
    }

    /** Adds what an agent reported; nonsense is ignored. */
    public void addCost(double usd) {
        if (!Double.isFinite(usd) || usd < 0) {
            return;
        }
        BigDecimal exactly = BigDecimal.valueOf(usd);
        synchronized (this) {
            costUsd = costUsd.add(exactly);
            costKnown = true;
            changes++;
        }
        total.add(exactly);
    }

    /** To be asked after a node that reported a cost. @return why the run must not go on */
    public Optional<String> checkCost() {
        synchronized (this) {
            if (limits.costUsd() > 0 && costUsd.compareTo(costLimit) > 0) {
                return Optional.of("run budget exceeded: cost > " + usd(costLimit) + " USD (INFLOOP_MAX_RUN_COST_USD)");
            }
        }
        return total.isExhausted() ? Optional.of(total.message()) : Optional.empty();
    }

    public synchronized long executions() {
        return executions;
    }

    /** Grows with executions and costs. */
    synchronized long changes() {
        return changes;
    }

    /** Empty while no agent has reported any. */
    public synchronized OptionalDouble costUsd() {
        return costKnown ? OptionalDouble.of(costUsd.doubleValue()) : OptionalDouble.empty();
    }

    static String usd(BigDecimal amount) {
        return amount.stripTrailingZeros().toPlainString();
    }
}
