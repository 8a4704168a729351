package io.infloop.rest.internal;

import io.infloop.core.event.EventHub;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The states that clients begin with, each encoded once and shared by all who need it at about the same time. What clients have not
 * taken yet is bounded in bytes. Thread-safe.
 */
final class Snapshots {
    /** Of one state: 2 MiB. A larger one is sent without its events; see {@link #outline} if that does not help. */
    private static final int MAX_BYTES = 2 * 1024 * 1024;
    /** Of all states that clients have not taken yet. */
    private static final long MAX_WAITING_BYTES = 32L * 1024 * 1024;
    /** A state this old still does: the events since then follow it. */
    private static final long MAX_AGE_NANOS = Duration.ofSeconds(1).toNanos();

    private static final int MAX_OUTLINE_TEXT_LENGTH = 1_024;

    /** A state as a frame's JSON. To be closed when it is written. */
    final class Encoded implements AutoCloseable {
        private final long id;
        private final byte[] json;
        private final long madeAtNanos;
        private int users;

        private Encoded(long id, byte[] json, long madeAtNanos) {
            this.id = id;
            this.json = json;
            this.madeAtNanos = madeAtNanos;
        }

        /** Every event up to this one is in the state. */
        long id() {
            return id;
        }

        /** Shared; not to be changed. */
        byte[] json() {
            return json;
        }

        @Override
        public void close() {
            release(this);
        }
    }

    private final LongSupplier newestId;
    private final Function<Boolean, JsonObject> states;
    private final LongSupplier nanos;
    private final Map<Boolean, Encoded> latest = new LinkedHashMap<>();
    private long waitingBytes;

    Snapshots(EventHub hub, Function<Boolean, JsonObject> states, LongSupplier nanos) {
        this.newestId = hub::lastId;
        this.states = states;
        this.nanos = nanos;
    }

    /**
     * The state, with the last events or without; makes it if there is none that does.
     *
     * @param atLeast the state must hold every event up to this one
     * @throws IOException if too much waits already
     */
    synchronized Encoded acquire(boolean withEvents, long atLeast) throws IOException {
        Encoded encoded = Optional.ofNullable(latest.get(withEvents))
                .filter(state -> fits(state, atLeast))
                .orElseGet(() -> make(withEvents));
        if (encoded.users == 0) {
            if (waitingBytes + encoded.json.length > MAX_WAITING_BYTES) {
                throw new IOException("other clients have not taken " + waitingBytes + " bytes of state yet");
            }
            waitingBytes += encoded.json.length;
        }
        encoded.users++;
        return encoded;
    }

    private boolean fits(Encoded state, long atLeast) {
        return state.id >= atLeast && nanos.getAsLong() - state.madeAtNanos <= MAX_AGE_NANOS;
    }

    private Encoded make(boolean withEvents) {
        // The old one may go while the new one is made.
        latest.remove(withEvents);
        // Before the state is taken: an event may be in both, but never in none.
        long id = newestId.getAsLong();
        Encoded encoded = new Encoded(id, encode(withEvents), nanos.getAsLong());
        latest.put(withEvents, encoded);
        return encoded;
    }

    private byte[] encode(boolean withEvents) {
        byte[] json = frame(states.apply(withEvents));
        if (json.length > MAX_BYTES && withEvents) {
            json = frame(states.apply(false));
        }
        return json.length > MAX_BYTES ? frame(outline(states.apply(false))) : json;
    }

    private static byte[] frame(JsonObject state) {
        JsonObject frame = JsonObject.builder()
                .put("type", "state_snapshot")
                .put("state", state)
                .build();
        return Json.write(frame).getBytes(StandardCharsets.UTF_8);
    }

    /** A state's short members; its run can be asked for. */
    private static JsonObject outline(JsonObject state) {
        JsonObject.Builder outline = JsonObject.builder();
        state.asMap().forEach((name, value) -> {
            boolean isShort = value instanceof String text
                    ? text.length() <= MAX_OUTLINE_TEXT_LENGTH
                    : value instanceof Number || value instanceof Boolean;
            if (isShort) {
                outline.put(name, value);
            }
        });
        return outline.put("truncated", true).build();
    }

    private synchronized void release(Encoded encoded) {
        encoded.users--;
        if (encoded.users == 0) {
            waitingBytes -= encoded.json.length;
        }
    }

    /** Forgets the states that are kept for the next clients, if they are too old for them. */
    synchronized void forgetOld() {
        latest.values().removeIf(state -> nanos.getAsLong() - state.madeAtNanos > MAX_AGE_NANOS);
    }

    synchronized long waitingBytes() {
        return waitingBytes;
    }
}
