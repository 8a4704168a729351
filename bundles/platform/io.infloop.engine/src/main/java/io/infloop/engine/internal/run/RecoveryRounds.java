package io.infloop.engine.internal.run;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for servers that died, again and again while it is this server's duty, on a thread of its own: ending children takes seconds.
 * Thread-safe.
 */
public final class RecoveryRounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryRounds.class);

    private final Recovery recovery;
    private final BooleanSupplier onDuty;
    private final Runnable afterwards;
    private final ScheduledThreadPoolExecutor scheduler;
    private final AtomicBoolean asked = new AtomicBoolean();

    /** @param afterwards runs after a round that somebody asked for */
    public RecoveryRounds(Recovery recovery, BooleanSupplier onDuty, Runnable afterwards) {
        this.recovery = recovery;
        this.onDuty = onDuty;
        this.afterwards = afterwards;
        this.scheduler = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "infloop-recovery");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    public void start(long periodMillis) {
        ScheduledFuture<?> unused = scheduler.scheduleWithFixedDelay(
                () -> {
                    if (onDuty.getAsBoolean()) {
                        round();
                    }
                },
                periodMillis,
                periodMillis,
                TimeUnit.MILLISECONDS);
    }

    /** Somebody has met a run of a dead server. Does not block. */
    void soon() {
        if (!asked.compareAndSet(false, true)) {
            return;
        }
        try {
            scheduler.execute(() -> {
                asked.set(false);
                round();
                afterwards.run();
            });
        } catch (RejectedExecutionException stopped) {
            LOG.debug("stopped; the next server does it");
        }
    }

    private void round() {
        try {
            recovery.recover(false);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            LOG.warn("runs of servers that died could not be looked for, trying on: {}", failure.toString());
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
