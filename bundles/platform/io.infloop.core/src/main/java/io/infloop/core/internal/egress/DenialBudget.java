package io.infloop.core.internal.egress;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How many audit lines a session may cause: a child that is refused in a loop must not push everybody's lines out of the log. */
final class DenialBudget {
    static final int BURST = 100;
    private static final long NANOS_PER_LINE = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    private long lines = BURST;
    private long counted;
    private long leftOut;

    DenialBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.counted = nanoTime.getAsLong();
    }

    /** Whether a line may be written now; if not it counts as left out. */
    synchronized boolean take() {
        long earned = (nanoTime.getAsLong() - counted) / NANOS_PER_LINE;
        counted += earned * NANOS_PER_LINE;
        lines = Math.min(BURST, lines + earned);
        if (lines == 0) {
            leftOut++;
            return false;
        }
        lines--;
        return true;
    }

    synchronized void leftOut() {
        leftOut++;
    }

    synchronized long takeLeftOut() {
        long taken = leftOut;
        leftOut = 0;
        return taken;
    }
}
