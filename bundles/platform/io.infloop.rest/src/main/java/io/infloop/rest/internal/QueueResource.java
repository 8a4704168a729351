package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.engine.Runs;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.Waiting;
import jakarta.servlet.Servlet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/triggers/queue}: the runs that wait. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/triggers/queue", "/api/triggers/queue/*"})
public final class QueueResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_LIMIT = 1_000;

    private final transient RecordStore records;
    private final transient Runs runs;
    private final transient EventHub events;
    private final transient AuditLog audit;

    @Activate
    public QueueResource(
            @Reference RecordStore records,
            @Reference Runs runs,
            @Reference EventHub events,
            @Reference AuditLog audit) {
        this.records = records;
        this.runs = runs;
        this.events = events;
        this.audit = audit;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        return switch (request.path().size()) {
            case 0 -> request.method().equals("GET") ? list(request) : ApiReply.methodNotAllowed("GET");
            case 1 ->
                request.method().equals("DELETE")
                        ? remove(request, request.path().get(0))
                        : ApiReply.methodNotAllowed("DELETE");
            default -> ApiReply.error(ErrorCode.NOT_FOUND);
        };
    }

    private ApiReply list(ApiRequest request) {
        int limit = (int) request.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT);
        List<Waiting> waiting = records.waiting(limit);
        JsonObject.Builder body = JsonObject.builder().put("size", Math.max(records.waitingCount(), waiting.size()));
        if (!waiting.isEmpty()) {
            QueueItem head = waiting.get(0).item();
            body.put(
                    "head",
                    JsonObject.builder()
                            .put("triggerId", Ids.masked(head.triggerId()))
                            .put("workflowId", head.workflowId())
                            .put("position", waiting.get(0).position())
                            .build());
        }
        runs.hold().ifPresent(reason -> body.put("held", true).put("holdReason", reason));
        InputPreview preview = new InputPreview();
        return ApiReply.ok(body.put(
                        "items", waiting.stream().map(one -> item(one, preview)).toList())
                .build());
    }

    private static JsonObject item(Waiting waiting, InputPreview preview) {
        QueueItem item = waiting.item();
        InputPreview.Shown inputs = preview.of(item.inputs());
        JsonObject.Builder json = JsonObject.builder()
                .put("queueId", item.queueId())
                .put("triggerId", Ids.masked(item.triggerId()))
                .put("workflowId", item.workflowId())
                .put("workflowName", item.workflowName())
                .put("source", item.source())
                .put("correlationId", item.correlationId())
                .put("inputs", inputs.inputs())
                .put("receivedAt", item.receivedAt())
                .put("position", waiting.position());
        return inputs.truncated() ? json.put("inputsTruncated", true).build() : json.build();
    }

    private ApiReply remove(ApiRequest request, String queueId) {
        if (!Ids.isQueueId(queueId)) {
            return ApiReply.error(ErrorCode.NOT_IN_QUEUE);
        }
        // Looked up first: once removed, nothing tells any more whose item it was.
        Optional<QueueItem> item = records.waiting(queueId).map(Waiting::item);
        Optional<String> workflowId = item.map(QueueItem::workflowId)
                .or(() -> records.history(queueId).map(RecordStore.QueueHistory::workflowId));
        if (!StoreAnswers.await(records.remove(queueId, QueueState.REMOVED, "user-cancelled"))) {
            return ApiReply.error(ErrorCode.NOT_IN_QUEUE);
        }
        Optional<String> triggerId = item.map(QueueItem::triggerId).map(Ids::masked);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("queueId", queueId);
        triggerId.ifPresent(id -> fields.put("triggerId", id));
        workflowId.ifPresent(id -> fields.put("workflowId", id));
        fields.put("reason", "user-cancelled");
        item.ifPresent(waiting -> fields.put("correlationId", waiting.correlationId()));
        audit.append(AuditEvent.of("queue.removed", request.actor())
                .with("correlationId", item.map(QueueItem::correlationId))
                .with("queueId", queueId)
                .with("workflowId", workflowId)
                .with("triggerId", triggerId)
                .with("reason", "user-cancelled"));
        events.publish("trigger_removed", Optional.empty(), fields);
        return ApiReply.noContent();
    }
}
