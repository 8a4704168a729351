package io.infloop.ingress.internal;

import io.infloop.spi.webhook.WebhookRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A genuine delivery, read. Used by one thread after the other, never by two at once. */
final class Arrival {
    private final Inbound inbound;
    private final SourceProfile profile;
    private final WebhookRequest readable;
    private final Optional<String> deliveryId;
    private final List<Part> parts;
    private Redaction.Headers headers;

    /**
     * @param readable with the body as it is meant
     * @param deliveryId of the request as a whole
     * @param parts the events in it; one unless it is a batch
     */
    Arrival(
            Inbound inbound,
            SourceProfile profile,
            WebhookRequest readable,
            Optional<String> deliveryId,
            List<Part> parts) {
        this.inbound = inbound;
        this.profile = profile;
        this.readable = readable;
        this.deliveryId = deliveryId;
        this.parts = List.copyOf(parts);
    }

    Inbound inbound() {
        return inbound;
    }

    SourceProfile profile() {
        return profile;
    }

    WebhookRequest readable() {
        return readable;
    }

    Optional<String> deliveryId() {
        return deliveryId;
    }

    List<Part> parts() {
        return parts;
    }

    /** Made at the first call: most deliveries are not wanted. */
    Redaction.Headers headers() {
        if (headers == null) {
            headers = profile.redaction().headers(readable.headers());
        }
        return headers;
    }

    /**
     * One event.
     *
     * @param item the element of a batch
     * @param id of the element alone
     * @param replayKey what is the same in two events that mean the same
     */
    record Part(Optional<Object> item, Optional<String> eventType, Optional<String> id, Optional<String> replayKey) {}

    boolean isBatch() {
        return profile.descriptor().batch().isPresent();
    }

    /** What templates see of one event. */
    Map<String, Object> scope(Part part, WantedPaths wanted) {
        return WebhookScope.of(new PartSource(this, part), wanted);
    }

    private record PartSource(Arrival arrival, Part part) implements WebhookScope.Source {
        @Override
        public WebhookRequest request() {
            return arrival.readable();
        }

        @Override
        public Map<String, String> headers() {
            return arrival.headers().visible();
        }

        @Override
        public Map<String, Object> query() {
            Map<String, Object> query =
                    new LinkedHashMap<>(FormBodies.parse(arrival.readable().rawQuery()));
            query.keySet().removeIf(arrival.profile().redaction()::isHidden);
            return query;
        }

        @Override
        public Optional<Object> item() {
            return part.item();
        }

        @Override
        public Object envelope() {
            return Envelope.without(
                    arrival.readable().json().orElse(null),
                    arrival.profile().descriptor().batch().orElse(""));
        }

        @Override
        public boolean readsDocument() {
            return arrival.profile().readsDocument();
        }
    }
}
