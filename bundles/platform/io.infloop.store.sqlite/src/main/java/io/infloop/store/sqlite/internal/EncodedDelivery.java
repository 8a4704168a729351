package io.infloop.store.sqlite.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DeliveryDetails;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.RecordStore.Delivery;
import java.util.List;
import java.util.Optional;

/** A delivery as it goes into its row. What waits for the writer holds no body that is not encoded. */
record EncodedDelivery(
        Delivery delivery, String request, String headers, Optional<String> bodySha256, ByteCodec.Encoded body) {
    static final String COLUMNS =
            """
            id, trigger_id, workflow_id, plugin_id, event_type, sender_id, outcome, reason, correlation_id, received_at,
            queue_ids, duplicate_of, replay_of, stored_bytes, request, headers, body_sha256, body_length, body_encoding,
            body
            """;
    static final String ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final byte[] NOTHING = {};
    private static final int MAX_REASON = 500;

    static EncodedDelivery encode(ByteCodec codec, Delivery delivery) {
        return encode(delivery, Optional.empty(), codec.encode(delivery.body()));
    }

    /** @param body what is kept of it */
    static EncodedDelivery encode(Delivery delivery, Optional<String> bodySha256, ByteCodec.Encoded body) {
        return new EncodedDelivery(
                withoutBody(delivery),
                Json.write(request(delivery.details())),
                Json.write(JsonObject.of(delivery.headers())),
                bodySha256,
                body);
    }

    private static Delivery withoutBody(Delivery delivery) {
        return new Delivery(
                delivery.id(),
                delivery.triggerId(),
                delivery.dedup(),
                delivery.eventType(),
                delivery.correlationId(),
                delivery.receivedAt(),
                delivery.headers(),
                NOTHING,
                delivery.details());
    }

    private static JsonObject request(DeliveryDetails details) {
        JsonObject.Builder json = JsonObject.builder().put("method", details.method());
        if (!details.query().isEmpty()) {
            json.put("query", details.query());
        }
        details.sourceIp().ifPresent(ip -> json.put("ip", ip));
        details.actor().ifPresent(actor -> json.put("actor", actor));
        if (!details.timings().isEmpty()) {
            json.put("timings", JsonObject.of(details.timings()));
        }
        return json.build();
    }

    String id() {
        return delivery.id();
    }

    int bytes() {
        return headers.length() + request.length() + body.bytes().length;
    }

    /** Values for {@link #COLUMNS}. */
    Object[] accepted(String queueIds) {
        return row(DeliveryOutcome.ACCEPTED, null, queueIds, null, body);
    }

    /** The body is the first one's. */
    Object[] duplicate(String queueIds, String duplicateOf) {
        return row(DeliveryOutcome.DUPLICATE, null, queueIds, duplicateOf, ByteCodec.notKept(body.length()));
    }

    Object[] refused(DeliveryOutcome outcome, String reason) {
        String bounded = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
        return row(outcome, bounded, "[]", null, body);
    }

    private Object[] row(
            DeliveryOutcome outcome, String reason, String queueIds, String duplicateOf, ByteCodec.Encoded kept) {
        DeliveryDetails details = delivery.details();
        return new Object[] {
            delivery.id(),
            delivery.triggerId(),
            details.workflowId().orElse(null),
            details.pluginId().orElse(null),
            delivery.eventType().orElse(null),
            details.senderId().orElse(null),
            DeliverySql.number(outcome),
            reason,
            delivery.correlationId(),
            delivery.receivedAt(),
            queueIds,
            duplicateOf,
            details.replayOf().orElse(null),
            headers.length() + request.length() + kept.bytes().length,
            request,
            headers,
            bodySha256.orElse(null),
            kept.length(),
            kept.encoding(),
            kept.bytes()
        };
    }

    static String ids(List<String> queueIds) {
        return Json.write(queueIds);
    }
}
