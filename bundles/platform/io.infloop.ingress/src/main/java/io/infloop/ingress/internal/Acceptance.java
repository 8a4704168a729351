package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.engine.Runs;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DedupKey;
import io.infloop.store.DeliveryDetails;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.TriggerStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores a delivery with its queue item, and tells everybody once both are on disk. */
final class Acceptance {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);
    /** Longer delivery ids are stored by their hash. */
    private static final int MAX_DEDUP_KEY_LENGTH = 200;

    /** A full disk refuses every delivery. */
    private static final Duration REFUSAL_LOG_WINDOW = Duration.ofSeconds(10);

    private final RecordStore records;
    private final TriggerStore triggers;
    private final Runs runs;
    private final EventHub events;
    private final IngressAudit audit;
    private final Clock clock;
    private final Throttle refusalLog = new Throttle(REFUSAL_LOG_WINDOW);

    Acceptance(
            RecordStore records, TriggerStore triggers, Runs runs, EventHub events, IngressAudit audit, Clock clock) {
        this.records = records;
        this.triggers = triggers;
        this.runs = runs;
        this.events = events;
        this.audit = audit;
        this.clock = clock;
    }

    /** The facts of a delivery that passed every check. */
    record Checked(
            Inbound inbound,
            Optional<String> deliveryId,
            Optional<String> eventType,
            Map<String, String> storedHeaders,
            String workflowName,
            Map<String, Object> inputs) {}

    /** Completes when the answer is known; never exceptionally. */
    CompletableFuture<Reply> accept(Checked checked) {
        Inbound inbound = checked.inbound();
        long receivedAt = inbound.request().receivedAt().toEpochMilli();
        QueueItem item = new QueueItem(
                Ids.newQueueId(receivedAt),
                inbound.trigger().id(),
                inbound.trigger().workflowId(),
                checked.workflowName(),
                inbound.mode().source(),
                inbound.correlationId(),
                checked.inputs(),
                receivedAt);
        return submit(delivery(checked, item), item).handle((result, failure) -> {
            try {
                return failure == null ? reply(inbound, item, checked, result) : refused(inbound, failure);
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

    private CompletableFuture<EnqueueResult> submit(Delivery delivery, QueueItem item) {
        try {
            return records.enqueue(Optional.of(delivery), item);
        } catch (InfloopException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Keeps a delivery that was genuine but of no use, for inspection. */
    void keepRejected(Inbound inbound, Optional<String> eventType, Map<String, String> storedHeaders, String reason) {
        records.recordRejected(
                new Delivery(
                        "r-" + inbound.correlationId(),
                        inbound.trigger().id(),
                        Optional.empty(),
                        eventType,
                        inbound.correlationId(),
                        inbound.request().receivedAt().toEpochMilli(),
                        storedHeaders,
                        body(inbound),
                        details(inbound, Optional.empty())),
                reason);
    }

    private static DeliveryDetails details(Inbound inbound, Optional<String> deliveryId) {
        return new DeliveryDetails(
                Optional.of(inbound.trigger().workflowId()),
                Optional.of(inbound.trigger().pluginId()),
                deliveryId.map(Acceptance::dedupKey),
                inbound.request().method(),
                "",
                Optional.empty(),
                inbound.mode() == FireMode.WEBHOOK
                        ? Optional.empty()
                        : Optional.of(inbound.actor().text()),
                inbound.replayOf(),
                Map.of());
    }

    private static Delivery delivery(Checked checked, QueueItem item) {
        return new Delivery(
                "d" + item.queueId().substring(1),
                item.triggerId(),
                checked.deliveryId()
                        .filter(id -> checked.inbound().mode() != FireMode.REPLAY)
                        .map(Acceptance::dedupKey)
                        .map(DedupKey::of),
                checked.eventType(),
                item.correlationId(),
                item.receivedAt(),
                checked.storedHeaders(),
                body(checked.inbound()),
                details(checked.inbound(), checked.deliveryId()));
    }

    private static byte[] body(Inbound inbound) {
        byte[] body = new byte[inbound.request().bodyLength()];
        inbound.request().body().get(body);
        return body;
    }

    private static String dedupKey(String deliveryId) {
        if (deliveryId.length() <= MAX_DEDUP_KEY_LENGTH) {
            return deliveryId;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return "sha256:" + HexFormat.of().formatHex(digest.digest(deliveryId.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private Reply reply(Inbound inbound, QueueItem item, Checked checked, EnqueueResult result) {
        if (result instanceof Enqueued enqueued) {
            announce(inbound, item, enqueued.position());
            JsonObject.Builder body = JsonObject.builder()
                    .put("queued", true)
                    .put("queueId", enqueued.queueId())
                    .put("position", enqueued.position())
                    .put("correlationId", item.correlationId());
            if (runs.hold().isPresent()) {
                body.put("held", true);
            }
            return Reply.json(202, body.build()).withCorrelation(item.correlationId());
        }
        if (result instanceof Duplicate duplicate) {
            quietly("audit", () -> audit.duplicate(inbound, duplicate.queueId(), duplicate.correlationId()));
            return Reply.json(
                            202,
                            JsonObject.builder()
                                    .put("queued", true)
                                    .put("duplicate", true)
                                    .put("queueId", duplicate.queueId())
                                    .put("correlationId", duplicate.correlationId())
                                    .build())
                    .withCorrelation(duplicate.correlationId());
        }
        keepRejected(inbound, checked.eventType(), checked.storedHeaders(), ErrorCode.QUEUE_FULL.text());
        return refused(inbound, ErrorCode.QUEUE_FULL, Optional.empty());
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
        quietly(
                "audit",
                () -> audit.rejected(
                        inbound.trigger(), Optional.of(inbound.correlationId()), inbound.actor(), code, detail));
        return Reply.error(code).withCorrelation(inbound.correlationId());
    }

    /** The delivery is on disk: whatever fails from here on, the sender is told so. */
    private void announce(Inbound inbound, QueueItem item, int position) {
        quietly("audit", () -> audit.accepted(inbound, item));
        quietly("event", () -> events.publish("trigger_enqueued", Optional.empty(), event(item, position)));
        if (inbound.mode() == FireMode.WEBHOOK) {
            quietly("lastFiredAt", () -> triggers.touch(item.triggerId(), item.receivedAt()));
        }
        quietly("dispatcher", runs::kick);
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
