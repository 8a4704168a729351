package io.infloop.ingress.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Watches the bodies that are on their way. One thread for all, one set entry per body: nothing per packet. */
final class BodyDeadlines implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 500;

    /** Something that takes too long at some point. */
    interface Watched {
        /** Called every now and then by another thread. */
        void check(long nowNanos);

        /** Whether there is nothing to watch any more. */
        boolean isEnded();
    }

    private final Set<Watched> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer;
    private final ScheduledFuture<?> checks;

    BodyDeadlines() {
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "ingress-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        checks = timer.scheduleWithFixedDelay(
                () -> check(System.nanoTime()), INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    void watch(Watched watched) {
        open.add(watched);
    }

    /** For what has ended: nothing is kept until the next check. */
    void forget(Watched watched) {
        open.remove(watched);
    }

    int count() {
        return open.size();
    }

    void check(long nowNanos) {
        for (Watched watched : open) {
            watched.check(nowNanos);
            if (watched.isEnded()) {
                open.remove(watched);
            }
        }
    }

    @Override
    public void close() {
        checks.cancel(true);
        timer.shutdownNow();
    }
}
