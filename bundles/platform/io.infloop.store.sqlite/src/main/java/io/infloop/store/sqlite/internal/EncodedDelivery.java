package io.infloop.store.sqlite.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore.Delivery;
import java.util.Optional;

/** A delivery as it goes into its row. What waits for the writer holds no body that is not encoded. */
record EncodedDelivery(
        String id,
        String triggerId,
        Optional<String> dedupKey,
        Optional<String> eventType,
        String correlationId,
        long receivedAt,
        String headers,
        ByteCodec.Encoded body) {
    static EncodedDelivery encode(ByteCodec codec, Delivery delivery) {
        return new EncodedDelivery(
                delivery.id(),
                delivery.triggerId(),
                delivery.dedupKey(),
                delivery.eventType(),
                delivery.correlationId(),
                delivery.receivedAt(),
                Json.write(JsonObject.of(delivery.headers())),
                codec.encode(delivery.body()));
    }

    int bytes() {
        return headers.length() + body.bytes().length;
    }

    /** Values for the columns of {@link EnqueueBatch#DELIVERY_COLUMNS}. */
    Object[] row(String queueId) {
        return new Object[] {
            id,
            triggerId,
            dedupKey.orElse(null),
            eventType.orElse(null),
            correlationId,
            receivedAt,
            queueId,
            headers,
            body.length(),
            body.encoding(),
            body.bytes()
        };
    }
}
