package io.infloop.core.internal.audit;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one of the callers that wait write the lines of all of them, so that the cost of a write is shared by as many as there are. The
 * others sleep; who is first when a write ends leads the next one. Nobody leads twice in a row while others wait. Thread-safe.
 */
final class LineQueue {
    /** More callers than this wait for a place before they wait for the write. */
    static final int MAX_LINES = 1024;

    private static final int MAX_BATCH_BYTES = 1024 * 1024;

    /** Writes lines in order and says of each that it is {@linkplain PendingLine#written() written}; called by one thread at a time. */
    interface Writer {
        void write(List<PendingLine> lines) throws IOException;
    }

    private final Writer writer;
    private final Semaphore places = new Semaphore(MAX_LINES);
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}; while somebody leads, a new one waits for its turn. */
    private final ArrayDeque<PendingLine> waiting = new ArrayDeque<>();

    private boolean led;

    LineQueue(Writer writer) {
        this.writer = writer;
    }

    /**
     * Returns when the line is in the file or cannot be written.
     *
     * @return why it is not in the file
     */
    Optional<Exception> append(byte[] rest) {
        places.acquireUninterruptibly();
        try {
            PendingLine line = new PendingLine(rest);
            if (enqueue(line) || line.awaitTurn()) {
                lead();
            }
            return line.failure();
        } finally {
            places.release();
        }
    }

    /** @return true if nobody leads: then it is the caller */
    private boolean enqueue(PendingLine line) {
        lock.lock();
        try {
            waiting.add(line);
            boolean leads = !led;
            led = true;
            return leads;
        } finally {
            lock.unlock();
        }
    }

    private void lead() {
        List<PendingLine> batch = take();
        Exception reason = new IOException("the audit log's writer failed");
        try {
            writer.write(batch);
        } catch (IOException | RuntimeException failed) {
            reason = failed;
        } finally {
            // Also after an error of the JVM: nobody may wait for ever.
            settle(batch, reason);
        }
    }

    private List<PendingLine> take() {
        List<PendingLine> batch = new ArrayList<>();
        lock.lock();
        try {
            long bytes = 0;
            for (PendingLine line = waiting.peek();
                    line != null && (batch.isEmpty() || bytes + line.rest().length <= MAX_BATCH_BYTES);
                    line = waiting.peek()) {
                bytes += line.rest().length;
                batch.add(waiting.remove());
            }
        } finally {
            lock.unlock();
        }
        return batch;
    }

    private void settle(List<PendingLine> batch, Exception reason) {
        PendingLine next;
        lock.lock();
        try {
            next = waiting.peek();
            led = next != null;
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.lead();
        }
        for (PendingLine line : batch) {
            line.failedUnlessWritten(reason);
            line.wake();
        }
    }
}
