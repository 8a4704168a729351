package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;

/**
 * Takes in a body as it comes, without holding a thread while it does not. Ends once: with the bytes, or with an answer to a
 * sender that sends too much, too slowly or not at all.
 */
final class BodyReader implements ReadListener {
    /** 1 MiB. */
    static final int MAX_BYTES = 1_048_576;

    private static final Duration TOTAL = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final long MIN_BYTES_PER_SECOND = 1_024;
    private static final int FIRST_BUFFER_BYTES = 32 * 1_024;
    private static final int UNKNOWN_BUFFER_BYTES = 4 * 1_024;

    /** Who wants the body. */
    interface Receiver {
        void received(byte[] body);

        /** @param reply what to tell the sender, whose connection is of no further use */
        void failed(Reply reply);
    }

    private final ServletInputStream input;
    private final LongPredicate memory;
    private final Receiver receiver;
    private final long startedAtNanos;
    private final AtomicBoolean ended = new AtomicBoolean();
    private byte[] buffer;
    private volatile int count;
    private volatile Runnable onEnd = () -> {};

    /**
     * @param declaredLength from the header; negative when there is none. The caller has checked the limit
     * @param memory asked before the buffer grows by so many bytes; the first {@link #firstBuffer} bytes are the caller's affair
     */
    BodyReader(ServletInputStream input, long declaredLength, LongPredicate memory, Receiver receiver, long nowNanos) {
        this.input = input;
        this.memory = memory;
        this.receiver = receiver;
        this.startedAtNanos = nowNanos;
        this.buffer = new byte[firstBuffer(declaredLength)];
    }

    /** One byte more than declared, so that there is always room to find the end; but little on a mere promise. */
    static int firstBuffer(long declaredLength) {
        return declaredLength < 0 ? UNKNOWN_BUFFER_BYTES : (int) Math.min(declaredLength + 1, FIRST_BUFFER_BYTES);
    }

    @Override
    public void onDataAvailable() throws IOException {
        while (!ended.get() && input.isReady()) {
            int read = input.read(buffer, count, buffer.length - count);
            if (read < 0) {
                return;
            }
            int total = count + read;
            count = total;
            if (total > MAX_BYTES) {
                fail(Reply.error(ErrorCode.PAYLOAD_TOO_LARGE));
            } else if (total == buffer.length && !grow()) {
                fail(Reply.error(ErrorCode.STORE_UNAVAILABLE));
            }
        }
    }

    /** The budget counts what came in, in steps of the buffer, not what was promised. */
    private boolean grow() {
        int larger = Math.min(buffer.length * 2, MAX_BYTES + 1);
        if (!memory.test(larger - buffer.length)) {
            return false;
        }
        buffer = Arrays.copyOf(buffer, larger);
        return true;
    }

    @Override
    public void onAllDataRead() {
        if (ended.compareAndSet(false, true)) {
            onEnd.run();
            receiver.received(count == buffer.length ? buffer : Arrays.copyOf(buffer, count));
        }
    }

    @Override
    public void onError(Throwable failure) {
        fail(
                failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException
                        ? Reply.tooSlow()
                        : Reply.error(ErrorCode.BAD_BODY));
    }

    /** Called every now and then by another thread. */
    void checkRate(long nowNanos) {
        long elapsed = nowNanos - startedAtNanos;
        long counted = elapsed - GRACE.toNanos();
        boolean slow = counted > 0 && count < counted / 1_000_000_000.0 * MIN_BYTES_PER_SECOND;
        if (slow || elapsed > TOTAL.toNanos()) {
            fail(Reply.tooSlow());
        }
    }

    /** Called once at the end, or at once if that has come already. */
    void whenEnded(Runnable action) {
        onEnd = action;
        if (ended.get()) {
            action.run();
        }
    }

    private void fail(Reply reply) {
        if (ended.compareAndSet(false, true)) {
            onEnd.run();
            receiver.failed(reply);
        }
    }
}
