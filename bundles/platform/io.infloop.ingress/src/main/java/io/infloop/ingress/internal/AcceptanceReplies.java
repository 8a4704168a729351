package io.infloop.ingress.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.ItemResult;
import io.infloop.store.RecordStore.Queued;
import io.infloop.store.RecordStore.Seen;
import io.infloop.store.RecordStore.Skipped;
import java.util.ArrayList;
import java.util.List;

/** What a sender is told of a delivery that is on disk. */
final class AcceptanceReplies {
    private static final int ACCEPTED = 202;

    private AcceptanceReplies() {}

    /** The same in the words that the sender insists on, where it does. */
    static Reply asInsisted(Arrival arrival, Reply reply) {
        if (arrival.inbound().mode() == FireMode.REPLAY) {
            return reply;
        }
        return arrival.profile()
                .descriptor()
                .ack()
                .map(ack -> {
                    Reply insisted = SafeReplies.of(ack);
                    String correlationId = reply.headers().get("x-correlation-id");
                    return correlationId == null ? insisted : insisted.withCorrelation(correlationId);
                })
                .orElse(reply);
    }

    static Reply single(ItemResult result, String correlationId, boolean held) {
        if (result instanceof Seen seen) {
            return Reply.json(
                            ACCEPTED,
                            JsonObject.builder()
                                    .put("queued", true)
                                    .put("duplicate", true)
                                    .put("queueId", seen.queueId())
                                    .put("correlationId", seen.correlationId())
                                    .build())
                    .withCorrelation(seen.correlationId());
        }
        JsonObject.Builder body = JsonObject.builder().put("queued", result instanceof Queued);
        put(body, result);
        body.put("correlationId", correlationId);
        if (held) {
            body.put("held", true);
        }
        return Reply.json(ACCEPTED, body.build()).withCorrelation(correlationId);
    }

    /** @param events in the batch, those that are not wanted too */
    static Reply batch(int events, Enqueued enqueued, String correlationId, boolean held) {
        List<JsonObject> items = new ArrayList<>();
        boolean queued = false;
        for (ItemResult result : enqueued.items()) {
            JsonObject.Builder item = JsonObject.builder();
            put(item, result);
            items.add(item.build());
            queued |= result instanceof Queued;
        }
        JsonObject.Builder body = JsonObject.builder()
                .put("queued", queued)
                .put("queueId", enqueued.queueId())
                .put("position", enqueued.position())
                .put("correlationId", correlationId)
                .put("events", events)
                .put("items", items);
        if (held) {
            body.put("held", true);
        }
        return Reply.json(ACCEPTED, body.build()).withCorrelation(correlationId);
    }

    static Reply duplicate(Duplicate duplicate, boolean batch) {
        JsonObject.Builder body = JsonObject.builder()
                .put("queued", true)
                .put("duplicate", true)
                .put("queueId", duplicate.queueId())
                .put("correlationId", duplicate.correlationId());
        if (batch) {
            body.put("queueIds", duplicate.queueIds());
        }
        return Reply.json(ACCEPTED, body.build()).withCorrelation(duplicate.correlationId());
    }

    private static void put(JsonObject.Builder body, ItemResult result) {
        body.put("queueId", result.queueId());
        if (result instanceof Queued queued) {
            body.put("position", queued.position());
            if (!queued.superseded().isEmpty() || !queued.toCancel().isEmpty()) {
                body.put("replaced", queued.superseded());
            }
        } else if (result instanceof Seen) {
            body.put("duplicate", true);
        } else if (result instanceof Skipped) {
            body.put("skipped", true);
        }
    }
}
