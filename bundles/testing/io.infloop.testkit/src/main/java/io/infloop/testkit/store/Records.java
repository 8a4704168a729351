package io.infloop.testkit.store;

import io.infloop.core.id.Ids;
import io.infloop.store.Concurrency;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.RunRow;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Records for tests of stores and of what uses them. */
public final class Records {
    /** The trigger of all records made here. */
    public static final String TRIGGER = "trigger-trigger-1";

    private static final long RECEIVED_AT = 1_700_000_000_000L;

    private Records() {}

    public static QueueItem item(String workflowId) {
        return item(workflowId, Map.of("title", "an \"input\" — ü", "count", 3L));
    }

    public static QueueItem item(String workflowId, Map<String, Object> inputs) {
        return new QueueItem(
                Ids.newQueueId(RECEIVED_AT),
                TRIGGER,
                workflowId,
                "The " + workflowId,
                "webhook",
                Ids.newCorrelationId(),
                inputs,
                RECEIVED_AT);
    }

    /** Of the delivery that {@link #delivery} makes. */
    public static String deliveryId(QueueItem item) {
        return "d" + item.queueId().substring(1);
    }

    public static QueueItem item(String workflowId, Concurrency concurrency) {
        QueueItem item = item(workflowId);
        return new QueueItem(
                item.queueId(),
                item.triggerId(),
                item.workflowId(),
                item.workflowName(),
                item.source(),
                item.correlationId(),
                item.inputs(),
                item.receivedAt(),
                Optional.of(concurrency));
    }

    public static Delivery delivery(QueueItem item, Optional<String> dedupKey) {
        return delivery(item, dedupKey, "{\"action\":\"opened\"}".getBytes(StandardCharsets.UTF_8));
    }

    public static Delivery delivery(QueueItem item, Optional<String> dedupKey, byte[] body) {
        return new Delivery(
                deliveryId(item),
                item.triggerId(),
                dedupKey,
                Optional.of("pull_request"),
                item.correlationId(),
                item.receivedAt(),
                Map.of("x-github-event", "pull_request"),
                body);
    }

    /** A running run. */
    public static RunRow run(String workflowId, Optional<String> queueId, long startedAt) {
        return new RunRow(
                Ids.newRunId(),
                workflowId,
                "The " + workflowId,
                7,
                "running",
                "webhook",
                Ids.newCorrelationId(),
                queueId,
                queueId.map(present -> TRIGGER),
                "instance-1",
                startedAt,
                OptionalLong.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                0);
    }
}
