package io.infloop.core.internal.process;

import java.util.concurrent.atomic.AtomicLong;

/** What the outputs of all children together may take of the memory. Thread-safe. */
final class CaptureBudget {
    private final AtomicLong left;

    CaptureBudget(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** A quarter of the heap. */
    static CaptureBudget ofHeap() {
        return new CaptureBudget(Runtime.getRuntime().maxMemory() / 4);
    }

    /** @return whether they were granted: all of them or none */
    boolean take(long bytes) {
        while (true) {
            long now = left.get();
            if (bytes > now) {
                return bytes == 0;
            }
            if (left.compareAndSet(now, now - bytes)) {
                return true;
            }
        }
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }

    long left() {
        return left.get();
    }
}
