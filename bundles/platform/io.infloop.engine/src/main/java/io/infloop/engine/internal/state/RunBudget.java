package io.infloop.engine.internal.state;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** The ceilings of one run. Thread-safe. */
public final class RunBudget {
    /** @param nodeExecutions, duration, costUsd zero for no limit */
    public record Limits(long nodeExecutions, Duration duration, double costUsd) {}

    private final Limits limits;
    private final CostMeter total;
    private final Clock clock;
    private final long startedAt;
    private long executions;
    private double costUsd;
    private boolean costKnown;
    private long changes;

    public RunBudget(Limits limits, CostMeter total, Clock clock, long startedAt) {
        this.limits = limits;
        this.total = total;
        this.clock = clock;
        this.startedAt = startedAt;
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
        if (!limit.isZero() && clock.millis() - startedAt > limit.toMillis()) {
            return Optional.of(
                    "run budget exceeded: duration > " + limit.toMillis() + " ms (INFLOOP_MAX_RUN_DURATION_MS)");
        }
        return Optional.empty();
    }

    /** Adds what an agent reported; nonsense is ignored. */
    public void addCost(double usd) {
        if (!Double.isFinite(usd) || usd < 0) {
            return;
        }
        synchronized (this) {
            costUsd += usd;
            costKnown = true;
            changes++;
        }
        total.add(usd);
    }

    /** To be asked after a node that reported a cost. @return why the run must not go on */
    public Optional<String> checkCost() {
        synchronized (this) {
            if (limits.costUsd() > 0 && costUsd > limits.costUsd()) {
                return Optional.of(
                        "run budget exceeded: cost > " + usd(limits.costUsd()) + " USD (INFLOOP_MAX_RUN_COST_USD)");
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
        return costKnown ? OptionalDouble.of(costUsd) : OptionalDouble.empty();
    }

    static String usd(double amount) {
        return BigDecimal.valueOf(amount).stripTrailingZeros().toPlainString();
    }
}
