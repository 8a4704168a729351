package io.infloop.host.internal.registry;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.Bundle;

/**
 * The few threads on which the code of one plugin runs. A thread that does not come back cannot be ended: it is abandoned, counted
 * and replaced by another, up to a bound.
 */
final class PluginThreads implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int WAITING_CALLS = 256;
    private static final int MAX_STUCK = 12;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Bundle plugin;
    private final ScheduledExecutorService watchdog;
    private final ThreadPoolExecutor pool;
    private final AtomicInteger stuck = new AtomicInteger();

    PluginThreads(Bundle plugin, String name, ScheduledExecutorService watchdog) {
        this.plugin = plugin;
        this.watchdog = watchdog;
        AtomicInteger numbers = new AtomicInteger();
        this.pool = new ThreadPoolExecutor(
                THREADS,
                THREADS + MAX_STUCK,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new ArrayBlockingQueue<>(WAITING_CALLS),
                task -> {
                    Thread thread = new Thread(task, "plugin " + name + " " + numbers.incrementAndGet());
                    thread.setDaemon(true);
                    thread.setContextClassLoader(null);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Starts a call and gives up on it after {@code deadline}.
     *
     * @param watcher is told when the thread of this call is abandoned and when it comes back after all
     */
    <R> CompletableFuture<GuardedCall.End<R>> start(Duration deadline, Callable<R> work, GuardedCall.Watcher watcher) {
        GuardedCall<R> call = new GuardedCall<>(work, plugin, counting(watcher));
        try {
            pool.execute(call);
        } catch (RejectedExecutionException full) {
            call.expire();
            return call.end();
        }
        ScheduledFuture<?> alarm = watchdog.schedule(call::expire, deadline.toMillis(), TimeUnit.MILLISECONDS);
        return call.end().whenComplete((end, error) -> alarm.cancel(false));
    }

    int stuck() {
        return stuck.get();
    }

    private GuardedCall.Watcher counting(GuardedCall.Watcher watcher) {
        return new GuardedCall.Watcher() {
            @Override
            public void abandoned() {
                resize(stuck.incrementAndGet());
                watcher.abandoned();
            }

            @Override
            public void cameBack() {
                resize(stuck.decrementAndGet());
                watcher.cameBack();
            }
        };
    }

    private void resize(int lost) {
        pool.setCorePoolSize(THREADS + Math.max(0, Math.min(lost, MAX_STUCK)));
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
