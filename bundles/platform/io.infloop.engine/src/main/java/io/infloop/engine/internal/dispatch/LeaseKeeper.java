package io.infloop.engine.internal.dispatch;

import io.infloop.store.RecordStore;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries to hold the lease by which one of the servers on a data directory drains the queue. Thread-safe. */
public final class LeaseKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final String LEASE = "dispatcher";

    /** What happens with the lease. */
    public interface Listener {
        /**
         * This server took the lease, possibly from one that died.
         *
         * @return false if it is not ready for its duty yet; it is asked again
         */
        boolean gained() throws InterruptedException;

        /** Called at every attempt, whoever holds the lease. */
        void tick();
    }

    private final RecordStore records;
    private final BooleanSupplier ready;
    private final Listener listener;
    private final long periodMillis;
    private final ScheduledExecutorService scheduler;
    private volatile boolean held;
    private boolean complained;

    /** @param ready false while this server could not start runs yet, so the lease is left to others */
    public LeaseKeeper(RecordStore records, BooleanSupplier ready, Listener listener, long periodMillis) {
        this.records = records;
        this.ready = ready;
        this.listener = listener;
        this.periodMillis = periodMillis;
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "infloop-lease");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.scheduler = executor;
    }

    public void start() {
        ScheduledFuture<?> unused =
                scheduler.scheduleWithFixedDelay(this::attempt, 0, periodMillis, TimeUnit.MILLISECONDS);
    }

    public boolean isHeld() {
        return held;
    }

    private void attempt() {
        try {
            if (!held && !ready.getAsBoolean()) {
                return;
            }
            boolean holds = records.holdLease(LEASE);
            if (holds && !held) {
                held = listener.gained();
                if (held) {
                    LOG.info("this server drains the queue");
                }
            } else {
                held = holds;
            }
            complained = false;
            listener.tick();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            held = false;
            if (!complained) {
                complained = true;
                LOG.warn("the lease for the queue cannot be had, trying on: {}", failure.toString());
            }
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        try {
            scheduler.awaitTermination(1, TimeUnit.SECONDS);
            if (held) {
                held = false;
                records.releaseLease(LEASE);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException notReleased) {
            LOG.warn("the lease for the queue was not given back: {}", notReleased.toString());
        }
    }
}
