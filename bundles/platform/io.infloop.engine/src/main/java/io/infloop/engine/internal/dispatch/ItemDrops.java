package io.infloop.engine.internal.dispatch;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Takes items out of the queue that cannot start, and says so to everybody who watches and to the audit. Thread-safe. */
final class ItemDrops {
    private final RecordStore records;
    private final EventHub hub;
    private final AuditLog audit;

    ItemDrops(RecordStore records, EventHub hub, AuditLog audit) {
        this.records = records;
        this.hub = hub;
        this.audit = audit;
    }

    /**
     * Does not wait.
     *
     * @param done told when it has happened, or why it could not
     */
    void drop(QueueItem item, String reason, Consumer<Optional<Throwable>> done) {
        CompletableFuture<Boolean> unused = records.remove(item.queueId(), QueueState.DROPPED, reason)
                .whenComplete((removed, failure) -> {
                    done.accept(Optional.ofNullable(failure));
                    if (failure == null && removed) {
                        tell(item, reason);
                    }
                });
    }

    private void tell(QueueItem item, String reason) {
        String triggerId = Ids.masked(item.triggerId());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("queueId", item.queueId());
        fields.put("triggerId", triggerId);
        fields.put("workflowId", item.workflowId());
        fields.put("reason", reason);
        fields.put("correlationId", item.correlationId());
        hub.publish("trigger_dropped", Optional.empty(), fields);
        audit.append(AuditEvent.of("run.dropped", Actor.SYSTEM)
                .outcome(AuditEvent.Outcome.ERROR)
                .with("workflowId", item.workflowId())
                .with("queueId", item.queueId())
                .with("triggerId", triggerId)
                .with("correlationId", item.correlationId())
                .with("reason", reason));
    }
}
