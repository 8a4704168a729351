package io.infloop.rest.internal;

import io.infloop.core.event.EventHub;
import io.infloop.spi.Registration;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that watches. Events are written by the hub's thread for this client and may wait for it there; what piles up
 * meanwhile is bounded by the hub, and a client that missed some gets the whole state again.
 */
final class EventStream implements EventHub.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.UTF_8);
    /** A state that is not taken in that time never will be. */
    private static final Duration STATE_DEADLINE = Duration.ofSeconds(30);
    /** Between two looks at whether the stream is still wanted. */
    private static final int SLICE_BYTES = 32 * 1024;

    /** Told about the end. */
    interface Listener {
        /** Nothing more will be sent. Called once. */
        void closed();

        /** No thread is busy with this client any more. Called at least once, after {@link #closed}. */
        void released();
    }

    private final OutputStream output;
    private final String instanceId;
    private final Snapshots snapshots;
    private final Listener listener;
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile OptionalLong stateSinceNanos = OptionalLong.empty();
    private volatile Registration registration = () -> {};

    EventStream(OutputStream output, String instanceId, Snapshots snapshots, Listener listener) {
        this.output = output;
        this.instanceId = instanceId;
        this.snapshots = snapshots;
        this.listener = listener;
    }

    /**
     * Writes the state, then follows the events. Blocks as long as the client does.
     *
     * @param lastSeen the last event that the client got; the events since then follow the state
     */
    void open(EventHub hub, OptionalLong lastSeen) {
        boolean resumes = lastSeen.isPresent() && lastSeen.getAsLong() <= hub.lastId();
        try {
            // Never a state older than what the client has seen.
            long after = resumes ? state(false, lastSeen, lastSeen.getAsLong()) : state(true, OptionalLong.empty(), 0);
            registration = hub.subscribe(after, this);
        } catch (IOException gone) {
            LOG.debug("an event client went away", gone);
            close();
        } catch (RuntimeException | Error refused) {
            LOG.warn("an event client could not be served: {}", refused.toString());
            close();
        }
        if (closed.get()) {
            registration.close();
        }
    }

    @Override
    public void event(EventHub.Event event) throws IOException {
        frame(event.id(), event.json());
    }

    @Override
    public void missed(long resumedAfter) throws IOException {
        LOG.debug("an event client fell behind; it gets the state again");
        state(true, OptionalLong.of(resumedAfter), resumedAfter);
    }

    @Override
    public void ended() {
        close();
    }

    /** @return the id that was sent with the state */
    private long state(boolean withEvents, OptionalLong wantedId, long atLeast) throws IOException {
        stateSinceNanos = OptionalLong.of(System.nanoTime());
        try (Snapshots.Encoded state = snapshots.acquire(withEvents, atLeast)) {
            long id = wantedId.orElse(state.id());
            frame(id, state.json());
            return id;
        } catch (IOException | RuntimeException | Error failed) {
            close();
            throw failed;
        } finally {
            stateSinceNanos = OptionalLong.empty();
        }
    }

    private void frame(long id, byte[] json) throws IOException {
        byte[] start = ("id: " + EventIds.text(instanceId, id) + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        writing.lock();
        try {
            write(start);
            write(json);
            write(END);
            flush();
        } finally {
            unlock();
        }
    }

    private void unlock() {
        writing.unlock();
        if (closed.get()) {
            listener.released();
        }
    }

    private void write(byte[] bytes) throws IOException {
        for (int offset = 0; offset < bytes.length; offset += SLICE_BYTES) {
            requireOpen();
            try {
                output.write(bytes, offset, Math.min(SLICE_BYTES, bytes.length - offset));
            } catch (IOException | RuntimeException gone) {
                close();
                throw gone;
            }
        }
    }

    private void flush() throws IOException {
        requireOpen();
        try {
            output.flush();
        } catch (IOException | RuntimeException gone) {
            close();
            throw gone;
        }
    }

    private void requireOpen() throws IOException {
        if (closed.get()) {
            throw new IOException("the client is gone");
        }
    }

    /** Writes a comment, unless an event is being written anyway. Blocks as long as the client does. */
    void keepAlive() {
        if (!writing.tryLock()) {
            return;
        }
        try {
            write(KEEP_ALIVE);
            flush();
        } catch (IOException | RuntimeException gone) {
            LOG.debug("an event client went away", gone);
        } finally {
            unlock();
        }
    }

    /** Gives up a client that does not take the state. */
    void closeIfStuck(long nowNanos) {
        OptionalLong since = stateSinceNanos;
        if (since.isPresent() && nowNanos - since.getAsLong() > STATE_DEADLINE.toNanos()) {
            LOG.info("an event client did not take the state within {} s and is dropped", STATE_DEADLINE.toSeconds());
            close();
        }
    }

    void close() {
        if (closed.compareAndSet(false, true)) {
            registration.close();
            listener.closed();
            // A thread that still writes tells on its own when it is done.
            if (writing.tryLock()) {
                unlock();
            }
        }
    }
}
