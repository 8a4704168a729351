package io.infloop.rest.internal;

import java.util.Optional;
import java.util.OptionalLong;

/** Ids of server-sent events: they name the server too, because each server counts its events from the start. */
final class EventIds {
    private EventIds() {}

    static String text(String instanceId, long id) {
        return instanceId + "-" + id;
    }

    /** The number in an id of this server; empty for any other text. */
    static OptionalLong parse(String instanceId, Optional<String> lastEventId) {
        String prefix = instanceId + "-";
        if (lastEventId.isEmpty() || !lastEventId.get().startsWith(prefix)) {
            return OptionalLong.empty();
        }
        try {
            long id = Long.parseLong(lastEventId.get().substring(prefix.length()));
            return id < 0 ? OptionalLong.empty() : OptionalLong.of(id);
        } catch (NumberFormatException notOurs) {
            return OptionalLong.empty();
        }
    }
}
