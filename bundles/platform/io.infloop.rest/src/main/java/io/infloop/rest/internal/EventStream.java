package io.infloop.rest.internal;

import io.infloop.core.event.EventHub;
import io.infloop.spi.Registration;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that watches. Events are written by the hub's thread for this client and may wait for it there; what piles up
 * meanwhile is bounded by the hub, and a client that missed some gets the whole state again.
 */
final class EventStream implements EventHub.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(StandardCharsets.UTF_8);

    private final OutputStream output;
    private final String instanceId;
    private final Function<Boolean, JsonObject> snapshots;
    private final Runnable onClose;
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Registration registration = () -> {};

    /**
     * @param snapshots the state; with the last events or without
     * @param onClose called once
     */
    EventStream(OutputStream output, String instanceId, Function<Boolean, JsonObject> snapshots, Runnable onClose) {
        this.output = output;
        this.instanceId = instanceId;
        this.snapshots = snapshots;
        this.onClose = onClose;
    }

    /**
     * Writes the state, then follows the events.
     *
     * @param lastSeen the last event that the client got; the events since then follow the state
     */
    void open(EventHub hub, OptionalLong lastSeen) {
        // Before the state is taken: an event may be in both, but never in none.
        long newest = hub.lastId();
        boolean resumes = lastSeen.isPresent() && lastSeen.getAsLong() <= newest;
        long after = resumes ? lastSeen.getAsLong() : newest;
        try {
            snapshot(!resumes, after);
        } catch (IOException gone) {
            close();
            return;
        }
        try {
            registration = hub.subscribe(after, this);
        } catch (RuntimeException refused) {
            LOG.warn("an event client could not be served: {}", refused.getMessage());
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
        snapshot(true, resumedAfter);
    }

    private void snapshot(boolean withEvents, long id) throws IOException {
        JsonObject frame = JsonObject.builder()
                .put("type", "state_snapshot")
                .put("state", snapshots.apply(withEvents))
                .build();
        frame(id, Json.write(frame).getBytes(StandardCharsets.UTF_8));
    }

    private void frame(long id, byte[] json) throws IOException {
        byte[] start = ("id: " + EventIds.text(instanceId, id) + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[start.length + json.length + 2];
        System.arraycopy(start, 0, frame, 0, start.length);
        System.arraycopy(json, 0, frame, start.length, json.length);
        frame[frame.length - 2] = '\n';
        frame[frame.length - 1] = '\n';
        writing.lock();
        try {
            write(frame);
        } finally {
            writing.unlock();
        }
    }

    private void write(byte[] bytes) throws IOException {
        if (closed.get()) {
            throw new IOException("the client is gone");
        }
        try {
            output.write(bytes);
            output.flush();
        } catch (IOException | RuntimeException gone) {
            close();
            throw gone;
        }
    }

    /** Writes a comment, unless an event is being written anyway. Blocks as long as the client does. */
    void keepAlive() {
        if (!writing.tryLock()) {
            return;
        }
        try {
            write(KEEP_ALIVE);
        } catch (IOException | RuntimeException gone) {
            LOG.debug("an event client went away", gone);
        } finally {
            writing.unlock();
        }
    }

    boolean isClosed() {
        return closed.get();
    }

    void close() {
        if (closed.compareAndSet(false, true)) {
            registration.close();
            onClose.run();
        }
    }
}
