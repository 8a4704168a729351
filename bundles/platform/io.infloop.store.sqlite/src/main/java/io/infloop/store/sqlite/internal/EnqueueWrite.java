package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Concurrency;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.NewItem;
import io.infloop.store.RecordStore.QueueItem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Queue items to add, with their delivery if they have one, encoded already. */
final class EnqueueWrite extends Write<EnqueueResult> {
    private static final int ROW_BYTES = 512;

    /**
     * One of them.
     *
     * @param bytes that it takes while it waits, with its part of the delivery
     */
    record Item(NewItem item, ByteCodec.Encoded inputs, Optional<String> deliveryId, long now, long bytes) {
        static final String COLUMNS =
                """
                queue_id, delivery_id, trigger_id, workflow_id, workflow_name, source, correlation_id, received_at,
                concurrency_key, concurrency_policy, state, reason, enqueued_at, updated_at, stored_bytes, inputs_length,
                inputs_encoding, inputs
                """;
        static final String ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

        String queueId() {
            return item.item().queueId();
        }

        /** Values for {@link #COLUMNS}. */
        Object[] waiting() {
            return row(0, null, bytes, inputs.bytes());
        }

        /** It never waits: without its inputs. */
        Object[] ended(int state, String reason) {
            return row(state, reason, 0, null);
        }

        private Object[] row(int state, String reason, long storedBytes, byte[] inputBytes) {
            QueueItem queued = item.item();
            return new Object[] {
                queued.queueId(),
                deliveryId.orElse(null),
                queued.triggerId(),
                queued.workflowId(),
                queued.workflowName(),
                queued.source(),
                queued.correlationId(),
                queued.receivedAt(),
                queued.concurrency().map(Concurrency::key).orElse(null),
                queued.concurrency()
                        .map(concurrency -> QueueSql.number(concurrency.policy()))
                        .orElse(null),
                state,
                reason,
                now,
                now,
                storedBytes,
                inputs.length(),
                inputs.encoding(),
                inputBytes
            };
        }
    }

    private final Optional<EncodedDelivery> delivery;
    private final List<Item> items;
    private final String queueIds;
    private final Consumer<String> told;

    private EnqueueWrite(Optional<EncodedDelivery> delivery, List<Item> items, int bytes, Consumer<String> told) {
        super(bytes, session -> {
            throw new IllegalStateException("enqueues are applied in batches");
        });
        this.delivery = delivery;
        this.items = items;
        this.queueIds = EncodedDelivery.ids(items.stream().map(Item::queueId).toList());
        this.told = told;
    }

    /**
     * Does the expensive part, on the caller's thread.
     *
     * @param told called with each queue id after whoever enqueued the items has heard of the result
     */
    static EnqueueWrite prepare(
            ByteCodec codec, Optional<Delivery> delivery, List<NewItem> items, long now, Consumer<String> told) {
        if (items.isEmpty()) {
            throw new IllegalArgumentException("nothing to enqueue");
        }
        Optional<EncodedDelivery> encoded = delivery.map(present -> EncodedDelivery.encode(codec, present));
        Optional<String> deliveryId = delivery.map(Delivery::id);
        int bytes = encoded.map(EncodedDelivery::bytes).orElse(0);
        List<Item> rows = new ArrayList<>(items.size());
        for (NewItem item : items) {
            ByteCodec.Encoded inputs =
                    codec.encode(Json.write(JsonObject.of(item.item().inputs())).getBytes(StandardCharsets.UTF_8));
            // The body is kept for as long as one of its items waits; the first one answers for it.
            long ofDelivery = rows.isEmpty() ? bytes : 0;
            rows.add(new Item(item, inputs, deliveryId, now, ofDelivery + inputs.bytes().length));
        }
        for (Item row : rows) {
            bytes += ROW_BYTES + row.inputs().bytes().length;
        }
        return new EnqueueWrite(encoded, List.copyOf(rows), bytes, told);
    }

    @Override
    void complete() {
        super.complete();
        items.forEach(item -> told.accept(item.queueId()));
    }

    @Override
    void fail(InfloopException reason) {
        super.fail(reason);
        items.forEach(item -> told.accept(item.queueId()));
    }

    Optional<EncodedDelivery> delivery() {
        return delivery;
    }

    List<Item> items() {
        return items;
    }

    /** As they are stored. */
    String queueIds() {
        return queueIds;
    }

    /** Whether it is one item that only has to be inserted. */
    boolean isPlain() {
        NewItem first = items.get(0).item();
        return items.size() == 1
                && first.dedup().isEmpty()
                && first.item().concurrency().isEmpty();
    }

    Item first() {
        return items.get(0);
    }
}
