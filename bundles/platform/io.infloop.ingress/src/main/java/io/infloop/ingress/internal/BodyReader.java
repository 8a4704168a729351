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
 * sender that sends too much, too slowly or not at all. What is too much is read on and thrown away for a while, see {@link Drain}.
 */
final class BodyReader implements ReadListener, BodyDeadlines.Watched {
    private static final Duration TOTAL = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final long MIN_BYTES_PER_SECOND = 1_024;
    private static final int FIRST_BUFFER_BYTES = 32 * 1_024;
    private static final int UNKNOWN_BUFFER_BYTES = 4 * 1_024;

    /** Who wants the body. */
    interface Receiver {
        void received(byte[] body);

        /** The body is larger than allowed, and the rest of it goes into the drain. */
        Drain tooLarge();

        /** @param reply what to tell the sender, whose connection is of no further use */
        void failed(Reply reply);
    }

    private final ServletInputStream input;
    private final int maxBytes;
    private final LongPredicate memory;
    private final Receiver receiver;
    private final BodyDeadlines deadlines;
    private final long startedAtNanos;
    private final AtomicBoolean ended = new AtomicBoolean();
    private byte[] buffer;
    private volatile int count;
    private volatile Drain drain;

    /**
     * @param arrived what is there already; its buffer is the caller's affair
     * @param maxBytes largest body
     * @param memory asked before the buffer grows by so many bytes
     */
    BodyReader(
            ServletInputStream input,
            ArrivedBody arrived,
            int maxBytes,
            LongPredicate memory,
            Receiver receiver,
            BodyDeadlines deadlines,
            long nowNanos) {
        this.input = input;
        this.maxBytes = maxBytes;
        this.memory = memory;
        this.receiver = receiver;
        this.deadlines = deadlines;
        this.startedAtNanos = nowNanos;
        this.buffer = arrived.buffer();
        this.count = arrived.count();
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
            if (total > maxBytes) {
                tooLarge();
            } else if (total == buffer.length && !grow()) {
                fail(Reply.error(ErrorCode.STORE_UNAVAILABLE));
            }
        }
        Drain rest = drain;
        if (rest != null) {
            rest.onDataAvailable();
        }
    }

    private void tooLarge() {
        if (end()) {
            buffer = new byte[0];
            drain = receiver.tooLarge();
        }
    }

    /** The budget counts what came in, in steps of the buffer, not what was promised. */
    private boolean grow() {
        int larger = Math.min(buffer.length * 2, maxBytes + 1);
        if (!memory.test(larger - buffer.length)) {
            return false;
        }
        buffer = Arrays.copyOf(buffer, larger);
        return true;
    }

    @Override
    public void onAllDataRead() {
        if (end()) {
            try {
                receiver.received(count == buffer.length ? buffer : Arrays.copyOf(buffer, count));
            } catch (RuntimeException | Error defect) {
                // The container would not tell anybody.
                receiver.failed(Reply.INTERNAL);
                throw defect;
            }
        } else if (drain != null) {
            drain.onAllDataRead();
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (drain != null) {
            drain.onError(failure);
        } else if (failure instanceof Error) {
            fail(Reply.INTERNAL);
        } else {
            boolean late = failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException;
            fail(late ? Reply.tooSlow() : Reply.error(ErrorCode.BAD_BODY));
        }
    }

    @Override
    public void check(long nowNanos) {
        long elapsed = nowNanos - startedAtNanos;
        long counted = elapsed - GRACE.toNanos();
        boolean slow = counted > 0 && count < counted / 1_000_000_000.0 * MIN_BYTES_PER_SECOND;
        if (slow || elapsed > TOTAL.toNanos()) {
            fail(Reply.tooSlow());
        }
    }

    @Override
    public boolean isEnded() {
        return ended.get();
    }

    private boolean end() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        deadlines.forget(this);
        return true;
    }

    private void fail(Reply reply) {
        if (end()) {
            receiver.failed(reply);
        }
    }
}
