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

    private final Set<BodyReader> open = ConcurrentHashMap.newKeySet();
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

    void watch(BodyReader reader) {
        open.add(reader);
        reader.whenEnded(() -> open.remove(reader));
    }

    int count() {
        return open.size();
    }

    void check(long nowNanos) {
        open.forEach(reader -> reader.checkRate(nowNanos));
    }

    @Override
    public void close() {
        checks.cancel(true);
        timer.shutdownNow();
    }
}
