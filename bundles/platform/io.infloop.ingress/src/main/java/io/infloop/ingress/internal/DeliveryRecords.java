package io.infloop.ingress.internal;

import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.store.DeliveryDetails;
import io.infloop.store.RecordStore.Delivery;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Makes of a delivery what is stored of it: without signatures and credentials. */
final class DeliveryRecords {
    private static final int MAX_CLAIMED = 256;

    private DeliveryRecords() {}

    static Delivery accepted(Arrival arrival, String id, Optional<String> eventType) {
        Inbound inbound = arrival.inbound();
        return new Delivery(
                id,
                inbound.trigger().id(),
                Selection.deliveryKey(arrival),
                eventType,
                inbound.correlationId(),
                inbound.request().receivedAt().toEpochMilli(),
                arrival.headers().stored(),
                arrival.profile()
                        .redaction()
                        .body(
                                inbound.request(),
                                arrival.readable(),
                                arrival.parts().stream().map(Arrival.Part::item).toList()),
                details(inbound, arrival.profile(), arrival.deliveryId()));
    }

    /** One that was not enqueued; perhaps not even read. */
    static Delivery refused(Inbound inbound, SourceProfile profile, Optional<String> eventType) {
        Map<String, String> headers =
                profile.redaction().headers(inbound.request().headers()).stored();
        return new Delivery(
                "r-" + inbound.correlationId(),
                inbound.trigger().id(),
                Optional.empty(),
                eventType.or(() -> claimed(profile.descriptor().eventType(), headers)),
                inbound.correlationId(),
                inbound.request().receivedAt().toEpochMilli(),
                headers,
                profile.redaction().body(inbound.request(), inbound.request(), List.of()),
                details(inbound, profile, claimed(profile.descriptor().deliveryId(), headers)));
    }

    /** What a header says that nobody has proven: by it a refused delivery is found. The body of a forgery is not worth the look. */
    private static Optional<String> claimed(Optional<ValueRule> rule, Map<String, String> headers) {
        return rule.flatMap(ValueRule::place)
                .filter(place -> place.from() == ValueLocation.From.HEADER)
                .map(place -> headers.get(place.name().toLowerCase(Locale.ROOT)))
                .filter(value -> !value.equals(Redaction.MARK) && value.length() <= MAX_CLAIMED);
    }

    private static DeliveryDetails details(Inbound inbound, SourceProfile profile, Optional<String> senderId) {
        return new DeliveryDetails(
                Optional.of(inbound.trigger().workflowId()),
                Optional.of(inbound.trigger().pluginId()),
                senderId.map(Digests::bounded),
                inbound.request().method(),
                profile.redaction().query(inbound.request().rawQuery()),
                inbound.remoteAddress(),
                inbound.mode() == FireMode.WEBHOOK
                        ? Optional.empty()
                        : Optional.of(inbound.actor().text()),
                inbound.replayOf(),
                inbound.times().micros());
    }
}
