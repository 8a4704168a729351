package io.infloop.ingress.internal;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads on which deliveries wait for code that may take its time; I/O threads never do. Bounded. */
final class GateThreads implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int WAITING = 256;
    private static final long IDLE_SECONDS = 30;

    private record Task(Runnable task, Runnable aborted) implements Runnable {
        @Override
        public void run() {
            task.run();
        }
    }

    private final ThreadPoolExecutor executor;

    GateThreads() {
        AtomicInteger number = new AtomicInteger();
        executor = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "ingress-gate-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs the task soon.
     *
     * @param aborted run instead of the task when the server stops before its turn
     * @return false if there is no room, or no more work is taken on
     */
    boolean run(Runnable task, Runnable aborted) {
        try {
            executor.execute(new Task(task, aborted));
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    @Override
    public void close() {
        for (Runnable waiting : executor.shutdownNow()) {
            ((Task) waiting).aborted().run();
        }
    }
}
