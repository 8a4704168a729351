package io.infloop.core.internal.http;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts requests that are being answered, so that the server can finish them before it closes the port. Thread-safe. */
final class InFlight {
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean draining;

    /** @return false once the server is going down: nothing new begins */
    boolean enter() {
        count.incrementAndGet();
        if (draining) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    /** @param awaitAsync whether a request that goes on asynchronously counts until it is complete; not for endless ones */
    void leave(HttpServletRequest request, boolean awaitAsync) {
        if (awaitAsync && request.isAsyncStarted()) {
            try {
                request.getAsyncContext().addListener(new Leaving());
                return;
            } catch (IllegalStateException completed) {
                // between the question and the listener
            }
        }
        count.decrementAndGet();
    }

    boolean isDraining() {
        return draining;
    }

    /** From now on nothing begins; waits for what has. */
    boolean drain(long millis) throws InterruptedException {
        draining = true;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (count.get() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    private final class Leaving implements AsyncListener {
        private final AtomicBoolean left = new AtomicBoolean();

        @Override
        public void onComplete(AsyncEvent event) {
            leaveOnce();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // complete follows
        }

        @Override
        public void onError(AsyncEvent event) {
            // complete follows
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }

        private void leaveOnce() {
            if (left.compareAndSet(false, true)) {
                count.decrementAndGet();
            }
        }
    }
}
