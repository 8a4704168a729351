package io.infloop.core.internal.http;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * How bodies may be read that hold a thread meanwhile: so many at a time, so large, so slowly. What arrives in time takes no part of
 * it worth mentioning; a thousand senders who never finish get half of the threads and not one more. Thread-safe.
 */
final class BodyGate {
    /** With those of strangers, half of the threads that Jetty has at least. */
    static final int READERS = 24;

    /** Of those who have yet to log in: so many slow ones must not keep the others from their work. */
    static final int STRANGERS = 8;

    /** Of plugins; each holds up to its cap on the disk. */
    static final int UPLOADERS = 4;

    private static final Duration GRACE = Duration.ofSeconds(10);
    /** Slower than this, after the grace, is no connection that anybody works over. */
    private static final long MIN_BYTES_PER_SECOND = 32 * 1024;

    private final Semaphore readers;
    private final long cap;
    private final Duration grace;

    BodyGate(long cap, int readers) {
        this(cap, readers, GRACE);
    }

    BodyGate(long cap, int readers, Duration grace) {
        this.cap = cap;
        this.readers = new Semaphore(readers);
        this.grace = grace;
    }

    long cap() {
        return cap;
    }

    /** @throws InfloopException {@code BUSY}: nobody waits here, because waiting takes a thread as well */
    void enter() {
        if (!readers.tryAcquire()) {
            throw new InfloopException(
                    ErrorCode.BUSY, "too many bodies are being received at this moment; try again in a moment");
        }
    }

    void leave() {
        readers.release();
    }

    /** @throws InfloopException {@code REQUEST_TIMEOUT} */
    void requirePace(long startNanos, long bytes) {
        long allowed = grace.toNanos() + bytes * (Duration.ofSeconds(1).toNanos() / MIN_BYTES_PER_SECOND);
        if (System.nanoTime() - startNanos > allowed) {
            throw new InfloopException(
                    ErrorCode.REQUEST_TIMEOUT, "the body arrives too slowly; send it again, over a better connection");
        }
    }

    InfloopException tooLarge() {
        return new InfloopException(ErrorCode.PAYLOAD_TOO_LARGE, tooLarge(cap));
    }

    static String tooLarge(long cap) {
        return "the body is larger than " + cap + " bytes; send a smaller one";
    }
}
