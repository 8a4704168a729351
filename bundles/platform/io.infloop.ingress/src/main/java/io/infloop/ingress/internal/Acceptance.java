package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.engine.Runs;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.ItemResult;
import io.infloop.store.RecordStore.NewItem;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.Queued;
import io.infloop.store.TriggerStore;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores a delivery with its queue items, and tells everybody once all of it is on disk. */
final class Acceptance {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);

    /** A full disk refuses every delivery. */
    private static final Duration REFUSAL_LOG_WINDOW = Duration.ofSeconds(10);

    private final RecordStore records;
    private final TriggerStore triggers;
    private final Runs runs;
    private final EventHub events;
    private final IngressAudit audit;
    private final RefusedDeliveries refused;
    private final Clock clock;
    private final Throttle refusalLog = new Throttle(REFUSAL_LOG_WINDOW);

    Acceptance(
            RecordStore records,
            TriggerStore triggers,
            Runs runs,
            EventHub events,
            IngressAudit audit,
            RefusedDeliveries refused,
            Clock clock) {
        this.records = records;
        this.triggers = triggers;
        this.runs = runs;
        this.events = events;
        this.audit = audit;
        this.refused = refused;
        this.clock = clock;
    }

    /**
     * A delivery that passed every check.
     *
     * @param wanted at least one
     */
    record Checked(Arrival arrival, String workflowName, List<Selection.Event> wanted) {
        Inbound inbound() {
            return arrival.inbound();
        }
    }

    /** Completes when the answer is known; never exceptionally. */
    CompletableFuture<Reply> accept(Checked checked) {
        Inbound inbound = checked.inbound();
        List<NewItem> items =
                checked.wanted().stream().map(event -> item(checked, event)).toList();
        return submit(checked, items).handle((result, failure) -> {
            try {
                return failure == null ? reply(checked, items, result) : refused(inbound, failure);
            } catch (RuntimeException | Error defect) {
                LOG.error(
                        "trigger {}: the answer to a delivery met a defect ({})",
                        Ids.masked(inbound.trigger().id()),
                        inbound.correlationId(),
                        defect);
                return Reply.internal(inbound.correlationId());
            }
        });
    }

    private static NewItem item(Checked checked, Selection.Event event) {
        Inbound inbound = checked.inbound();
        long receivedAt = inbound.request().receivedAt().toEpochMilli();
        QueueItem item = new QueueItem(
                Ids.newQueueId(receivedAt),
                inbound.trigger().id(),
                inbound.trigger().workflowId(),
                checked.workflowName(),
                inbound.mode().source(),
                inbound.correlationId(),
                event.inputs(),
                receivedAt,
                event.concurrency());
        return new NewItem(item, event.dedup());
    }

    private CompletableFuture<EnqueueResult> submit(Checked checked, List<NewItem> items) {
        try {
            String queueId = items.get(0).item().queueId();
            Delivery delivery =
                    DeliveryRecords.accepted(checked.arrival(), "d" + queueId.substring(1), eventType(checked));
            return records.enqueue(Optional.of(delivery), items);
        } catch (InfloopException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    /** Of a batch only if all its wanted events are of one type. */
    private static Optional<String> eventType(Checked checked) {
        List<Optional<String>> types = checked.wanted().stream()
                .map(Selection.Event::eventType)
                .distinct()
                .toList();
        return types.size() == 1 ? types.get(0) : Optional.empty();
    }

    private Reply reply(Checked checked, List<NewItem> items, EnqueueResult result) {
        Inbound inbound = checked.inbound();
        if (result instanceof Enqueued enqueued) {
            announce(inbound, items, enqueued.items());
            Reply reply = checked.arrival().isBatch()
                    ? AcceptanceReplies.batch(
                            checked.arrival().parts().size(), enqueued, inbound.correlationId(), isHeld())
                    : AcceptanceReplies.single(enqueued.items().get(0), inbound.correlationId(), isHeld());
            return AcceptanceReplies.asInsisted(checked.arrival(), reply);
        }
        if (result instanceof Duplicate duplicate) {
            quietly("audit", () -> audit.duplicate(inbound, duplicate.queueId(), duplicate.correlationId()));
            return AcceptanceReplies.asInsisted(
                    checked.arrival(),
                    AcceptanceReplies.duplicate(duplicate, checked.arrival().isBatch()));
        }
        refused.rejected(inbound, checked.arrival().profile(), ErrorCode.QUEUE_FULL, Optional.empty());
        return refused(inbound, ErrorCode.QUEUE_FULL, Optional.empty());
    }

    private boolean isHeld() {
        return runs.hold().isPresent();
    }

    private Reply refused(Inbound inbound, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof InfloopException known) {
            if (refusalLog.passes(known.code().text(), clock.millis())) {
                LOG.warn(
                        "trigger {}: a delivery was not stored: {}; further ones within {} s are in the audit only",
                        Ids.masked(inbound.trigger().id()),
                        known.getMessage(),
                        REFUSAL_LOG_WINDOW.toSeconds());
            }
            return refused(inbound, known.code(), Optional.ofNullable(known.getMessage()));
        }
        LOG.error(
                "trigger {}: a delivery was not stored",
                Ids.masked(inbound.trigger().id()),
                cause);
        return refused(inbound, ErrorCode.STORE_UNAVAILABLE, Optional.empty());
    }

    private Reply refused(Inbound inbound, ErrorCode code, Optional<String> detail) {
        quietly("audit", () -> audit.rejected(inbound, code, detail));
        return Reply.error(code).withCorrelation(inbound.correlationId());
    }

    /** The delivery is on disk: whatever fails from here on, the sender is told so. */
    private void announce(Inbound inbound, List<NewItem> items, List<ItemResult> results) {
        for (int i = 0; i < items.size() && i < results.size(); i++) {
            QueueItem item = items.get(i).item();
            ItemResult result = results.get(i);
            quietly("audit", () -> audit.accepted(inbound, item, result));
            if (result instanceof Queued queued) {
                quietly(
                        "event",
                        () -> events.publish("trigger_enqueued", Optional.empty(), event(item, queued.position())));
                queued.superseded().forEach(queueId -> quietly("event", () -> superseded(item, queueId)));
                queued.toCancel().forEach(runId -> quietly("replaced run", () -> runs.stop(runId)));
            }
        }
        if (inbound.mode() == FireMode.WEBHOOK) {
            quietly(
                    "lastFiredAt",
                    () -> triggers.touch(
                            inbound.trigger().id(),
                            inbound.request().receivedAt().toEpochMilli()));
        }
        quietly("dispatcher", runs::kick);
    }

    private void superseded(QueueItem by, String queueId) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("queueId", queueId);
        fields.put("triggerId", Ids.masked(by.triggerId()));
        fields.put("workflowId", by.workflowId());
        fields.put("reason", "superseded");
        fields.put("supersededBy", by.queueId());
        events.publish("trigger_removed", Optional.empty(), fields);
    }

    private static Map<String, Object> event(QueueItem item, int position) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("queueId", item.queueId());
        fields.put("triggerId", Ids.masked(item.triggerId()));
        fields.put("workflowId", item.workflowId());
        fields.put("workflowName", item.workflowName());
        fields.put("source", item.source());
        fields.put("position", (long) position);
        fields.put("receivedAt", item.receivedAt());
        fields.put("correlationId", item.correlationId());
        return fields;
    }

    private static void quietly(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error failed) {
            LOG.error("a delivery is stored, but its {} failed", what, failed);
        }
    }
}
