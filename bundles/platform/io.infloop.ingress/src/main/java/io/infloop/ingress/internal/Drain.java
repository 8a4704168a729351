package io.infloop.ingress.internal;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes in, for a while, what a sender goes on sending after it was refused. Closing the connection on it at once would destroy the
 * answer: many senders write their whole body before they read.
 */
final class Drain implements ReadListener, BodyDeadlines.Watched {
    static final long MAX_BYTES = 8L * 1024 * 1024;
    private static final Duration TIME = Duration.ofSeconds(2);
    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServletInputStream input;
    private final long startedAtNanos;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final BodyDeadlines deadlines;
    private final Runnable onEnd;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long count;

    /** @param onEnd called once, when the body is over or enough of it was read */
    Drain(ServletInputStream input, BodyDeadlines deadlines, long nowNanos, Runnable onEnd) {
        this.input = input;
        this.startedAtNanos = nowNanos;
        this.deadlines = deadlines;
        this.onEnd = onEnd;
    }

    @Override
    public void onDataAvailable() throws IOException {
        while (!ended.get() && input.isReady()) {
            int read = input.read(buffer);
            if (read < 0) {
                return;
            }
            count += read;
            if (count > MAX_BYTES) {
                end();
            }
        }
    }

    @Override
    public void onAllDataRead() {
        end();
    }

    @Override
    public void onError(Throwable failure) {
        end();
    }

    @Override
    public void check(long nowNanos) {
        if (nowNanos - startedAtNanos > TIME.toNanos()) {
            end();
        }
    }

    @Override
    public boolean isEnded() {
        return ended.get();
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            deadlines.forget(this);
            onEnd.run();
        }
    }
}
