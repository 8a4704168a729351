package io.infloop.ingress.internal;

import io.infloop.store.DeliveryDetails;
import io.infloop.store.RecordStore.Delivery;
import java.util.List;
import java.util.Optional;

/** Makes of a delivery what is stored of it: without signatures and credentials. */
final class DeliveryRecords {
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
        return new Delivery(
                "r-" + inbound.correlationId(),
                inbound.trigger().id(),
                Optional.empty(),
                eventType,
                inbound.correlationId(),
                inbound.request().receivedAt().toEpochMilli(),
                profile.redaction().headers(inbound.request().headers()).stored(),
                profile.redaction().body(inbound.request(), inbound.request(), List.of()),
                details(inbound, profile, Optional.empty()));
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
