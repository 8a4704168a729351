package io.infloop.engine.internal.testing;

import io.infloop.core.event.EventHub;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what is published. */
public final class FakeHub implements EventHub {
    /** One event, {@code type} first. */
    public record Published(String type, Optional<String> runId, JsonObject fields) {}

    private final List<Published> events = new CopyOnWriteArrayList<>();

    @Override
    public void publish(String type, Optional<String> runId, Map<String, ?> fields) {
        events.add(new Published(type, runId, JsonObject.of(fields)));
    }

    public List<Published> events() {
        return events;
    }

    public List<JsonObject> ofType(String type) {
        return events.stream()
                .filter(event -> event.type().equals(type))
                .map(Published::fields)
                .toList();
    }

    @Override
    public long lastId() {
        return events.size();
    }

    @Override
    public Registration subscribe(long afterId, Watcher watcher) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int watcherCount() {
        return 0;
    }
}
