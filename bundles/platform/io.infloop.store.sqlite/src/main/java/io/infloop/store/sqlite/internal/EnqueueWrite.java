package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.QueueItem;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/** A queue item to add, with its delivery if it has one, encoded already. */
final class EnqueueWrite extends Write<EnqueueResult> {
    private static final int ROW_BYTES = 512;

    private final Optional<EncodedDelivery> delivery;
    private final String queueId;
    private final Object[] queueRow;
    private final Consumer<String> told;

    private EnqueueWrite(
            Optional<EncodedDelivery> delivery, String queueId, Object[] queueRow, int bytes, Consumer<String> told) {
        super(bytes, session -> {
            throw new IllegalStateException("enqueues are applied in batches");
        });
        this.delivery = delivery;
        this.queueId = queueId;
        this.queueRow = queueRow;
        this.told = told;
    }

    /**
     * Does the expensive part, on the caller's thread.
     *
     * @param told called with the queue id after whoever enqueued the item has heard of the result
     */
    static EnqueueWrite prepare(
            ByteCodec codec, Optional<Delivery> delivery, QueueItem item, long now, Consumer<String> told) {
        ByteCodec.Encoded inputs =
                codec.encode(Json.write(JsonObject.of(item.inputs())).getBytes(StandardCharsets.UTF_8));
        Optional<EncodedDelivery> encoded = delivery.map(present -> EncodedDelivery.encode(codec, present));
        Object[] queueRow = {
            item.queueId(),
            item.triggerId(),
            item.workflowId(),
            item.workflowName(),
            item.source(),
            item.correlationId(),
            item.receivedAt(),
            now,
            now,
            inputs.length(),
            inputs.encoding(),
            inputs.bytes()
        };
        int bytes = ROW_BYTES
                + inputs.bytes().length
                + encoded.map(EncodedDelivery::bytes).orElse(0);
        return new EnqueueWrite(encoded, item.queueId(), queueRow, bytes, told);
    }

    @Override
    void complete() {
        super.complete();
        told.accept(queueId);
    }

    @Override
    void fail(InfloopException reason) {
        super.fail(reason);
        told.accept(queueId);
    }

    Optional<EncodedDelivery> delivery() {
        return delivery;
    }

    String queueId() {
        return queueId;
    }

    /** Values for the columns of {@link EnqueueBatch#QUEUE_COLUMNS}. */
    Object[] queueRow() {
        return queueRow;
    }
}
