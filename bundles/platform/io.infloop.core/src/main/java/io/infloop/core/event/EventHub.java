package io.infloop.core.event;

import io.infloop.spi.Registration;
import java.util.Map;
import java.util.Optional;

/**
 * Carries events to everybody who watches, in one order. Publishing never waits: each watcher has a bounded buffer, and one that
 * falls behind is told so. Thread-safe; an OSGi service of core.
 */
public interface EventHub {
    /**
     * Publishes an event. One without {@code ts} gets the time of the call, in milliseconds since 1970, as its last member.
     *
     * @param type e.g. {@code node_started}
     * @param runId the run the event belongs to
     * @param fields members in order, without {@code type}; values of {@link io.infloop.spi.json.Json}
     */
    void publish(String type, Optional<String> runId, Map<String, ?> fields);

    /** The id of the newest event; 0 before the first. */
    long lastId();

    /**
     * Hands events to {@code watcher} from one thread, in order, until closed.
     *
     * @param afterId only events with a greater id; older than the buffer reaches: the watcher is told that it missed some
     */
    Registration subscribe(long afterId, Watcher watcher);

    /** Watchers at this moment. */
    int watcherCount();

    /**
     * An event.
     *
     * @param id ascending within this server
     * @param json the event as one line of JSON, {@code type} first, serialised once for all watchers
     */
    record Event(long id, String type, Optional<String> runId, byte[] json) {}

    /** Receives events. */
    interface Watcher {
        /** May block; the buffer fills up meanwhile. An exception ends the subscription. */
        void event(Event event) throws Exception;

        /** Events were dropped; {@code resumedAfter} is the last id before the next event. */
        void missed(long resumedAfter) throws Exception;

        /** Nothing more comes: the subscription was closed, the watcher failed, or the server is going down. Called once, last. */
        default void ended() {}
    }
}
