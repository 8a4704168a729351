package io.infloop.core.internal.egress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that serves all sockets of the gateway; nothing on it blocks. */
final class EgressLoop implements AutoCloseable {
    /** Something with sockets; all methods are called by the loop. */
    interface Handler {
        void ready(SelectionKey key) throws IOException;

        /** Called about twice a second for each key. */
        void tick(long nanoTime);

        /** Lets go of all its sockets. Idempotent. */
        void abort();
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(EgressLoop.class);
    private static final long TICK_MILLIS = 500;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long PATIENCE_SECONDS = 10;

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private volatile boolean closed;

    EgressLoop() throws IOException {
        this.selector = Selector.open();
        this.thread = new Thread(this::run, "infloop egress");
        thread.setDaemon(true);
        thread.start();
    }

    boolean isAlive() {
        return !closed && thread.isAlive();
    }

    /** For the duration of one callback, on the loop only: what one handler leaves in it the next one overwrites. */
    ByteBuffer buffer() {
        return buffer.clear();
    }

    /** On the loop only. */
    SelectionKey register(SelectableChannel channel, int operations, Handler handler) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, operations, handler);
    }

    /** Runs soon on the loop, in the order given; dropped once the loop is closed. */
    void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /** Runs on the loop and waits until it has, with the sockets it closed really closed. */
    void executeAndWait(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        execute(() -> {
            try {
                task.run();
                // A closed channel keeps its descriptor until its key has left the selector.
                selector.selectNow(this::serve);
            } catch (IOException broken) {
                LOGGER.debug("selecting failed", broken);
            } finally {
                done.countDown();
            }
        });
        boolean interrupted = false;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (thread.isAlive() && done.getCount() > 0 && System.nanoTime() < end) {
            try {
                done.await(TICK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException wait) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            long nextTick = System.nanoTime();
            while (!closed) {
                if (selector.keys().isEmpty()) {
                    selector.select(this::serve);
                } else {
                    selector.select(this::serve, TICK_MILLIS);
                }
                runTasks();
                long now = System.nanoTime();
                if (now - nextTick >= 0) {
                    nextTick = now + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
                    List.copyOf(selector.keys()).forEach(key -> tick(key, now));
                }
            }
        } catch (IOException | ClosedSelectorException broken) {
            LOGGER.error(
                    "the egress proxy has stopped; what used it has no network any more, new runs get a new one",
                    broken);
        } finally {
            closed = true;
            shutDown();
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException defect) {
                LOGGER.error("a step of the egress proxy failed", defect);
            }
        }
    }

    private void serve(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            if (key.isValid()) {
                handler.ready(key);
            }
        } catch (IOException ended) {
            LOGGER.debug("connection ended: {}", ended.getMessage());
            handler.abort();
        } catch (RuntimeException defect) {
            LOGGER.error("a connection of the egress proxy failed and was closed", defect);
            handler.abort();
        } catch (OutOfMemoryError full) {
            handler.abort();
            LOGGER.error("no memory left for a connection of the egress proxy; it was closed", full);
        }
    }

    private static void tick(SelectionKey key, long now) {
        Handler handler = (Handler) key.attachment();
        try {
            handler.tick(now);
        } catch (RuntimeException defect) {
            LOGGER.error("a connection of the egress proxy failed and was closed", defect);
            handler.abort();
        }
    }

    private void shutDown() {
        try {
            if (selector.isOpen()) {
                List.copyOf(selector.keys()).forEach(key -> ((Handler) key.attachment()).abort());
                runTasks();
                selector.close();
            }
        } catch (IOException broken) {
            LOGGER.debug("selector not closed", broken);
        }
    }

    /** Aborts all that is registered. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException leave) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
