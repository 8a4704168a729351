package io.infloop.store.internal;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one task again and again on a daemon thread of its own, half as often when it takes long. */
final class Poller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Poller.class);
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Runnable task;
    private final long periodMillis;
    private final ScheduledExecutorService executor;

    Poller(String name, long periodMillis, Runnable task) {
        this.task = task;
        this.periodMillis = periodMillis;
        executor = Executors.newSingleThreadScheduledExecutor(runnable -> {
            Thread thread = new Thread(runnable, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    void start() {
        schedule(periodMillis);
    }

    // run() catches what the task throws.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void schedule(long delayMillis) {
        if (!executor.isShutdown()) {
            executor.schedule(this::run, delayMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void run() {
        long started = System.nanoTime();
        try {
            task.run();
        } catch (RuntimeException failure) {
            LOG.warn("Looking for edited files failed; trying again", failure);
        }
        schedule(System.nanoTime() - started > SLOW_NANOS ? 2 * periodMillis : periodMillis);
    }

    /** Waits for a round that is under way. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("A round of looking for edited files does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
