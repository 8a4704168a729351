package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DeadLetter;
import io.infloop.store.DeliveryStore;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import jakarta.servlet.Servlet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/queue/dead}: items that could not start. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/queue/dead", "/api/queue/dead/*"})
public final class DeadLettersResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final String DISCARDED = "user-discarded";

    private final transient DeliveryStore deliveries;
    private final transient RecordStore records;
    private final transient EventHub events;
    private final transient AuditLog audit;

    @Activate
    public DeadLettersResource(
            @Reference DeliveryStore deliveries,
            @Reference RecordStore records,
            @Reference EventHub events,
            @Reference AuditLog audit) {
        this.deliveries = deliveries;
        this.records = records;
        this.events = events;
        this.audit = audit;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        List<String> path = request.path();
        if (path.isEmpty()) {
            return request.method().equals("GET") ? list(request) : ApiReply.methodNotAllowed("GET");
        }
        boolean requeue = path.size() == 2 && path.get(1).equals("requeue");
        if (path.size() > 1 && !requeue) {
            return ApiReply.error(ErrorCode.NOT_FOUND);
        }
        if (requeue && !request.method().equals("POST")) {
            return ApiReply.methodNotAllowed("POST");
        }
        if (!requeue && !request.method().equals("GET") && !request.method().equals("DELETE")) {
            return ApiReply.methodNotAllowed("GET, DELETE");
        }
        Optional<DeadLetter> letter =
                Ids.isQueueId(path.get(0)) ? deliveries.deadLetter(path.get(0)) : Optional.empty();
        if (letter.isEmpty()) {
            return ApiReply.error(ErrorCode.NOT_FOUND);
        }
        if (requeue) {
            return requeue(request, letter.get());
        }
        return request.method().equals("GET")
                ? ApiReply.ok(
                        "item",
                        members(letter.get())
                                .put("inputs", JsonObject.of(letter.get().item().inputs()))
                                .build())
                : discard(request, letter.get());
    }

    private ApiReply list(ApiRequest request) {
        int limit = (int) request.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT);
        List<DeadLetter> letters = deliveries.deadLetters(request.number("before", 0, Long.MAX_VALUE), limit);
        InputPreview preview = new InputPreview();
        JsonObject.Builder body = JsonObject.builder()
                .put(
                        "items",
                        letters.stream().map(letter -> item(letter, preview)).toList());
        if (!letters.isEmpty()) {
            long last = letters.get(letters.size() - 1).place();
            // A page may also end early because its inputs are large.
            if (!deliveries.deadLetters(java.util.OptionalLong.of(last), 1).isEmpty()) {
                body.put("nextBefore", Long.toString(last));
            }
        }
        return ApiReply.ok(body.build());
    }

    private static JsonObject item(DeadLetter letter, InputPreview preview) {
        InputPreview.Shown inputs = preview.of(letter.item().inputs());
        JsonObject.Builder json = members(letter).put("inputs", inputs.inputs());
        return inputs.truncated() ? json.put("inputsTruncated", true).build() : json.build();
    }

    private static JsonObject.Builder members(DeadLetter letter) {
        QueueItem item = letter.item();
        return JsonObject.builder()
                .put("queueId", item.queueId())
                .putIfPresent("deliveryId", letter.deliveryId())
                .put("triggerId", Ids.masked(item.triggerId()))
                .put("workflowId", item.workflowId())
                .put("workflowName", item.workflowName())
                .put("source", item.source())
                .put("correlationId", item.correlationId())
                .put("receivedAt", item.receivedAt())
                .put("droppedAt", letter.droppedAt())
                .put("reason", letter.reason())
                .put("requeueable", letter.readable());
    }

    private ApiReply requeue(ApiRequest request, DeadLetter letter) {
        String queueId = letter.item().queueId();
        if (!letter.readable()) {
            return ApiReply.error(ErrorCode.CONFLICT, "the inputs of this item cannot be read; it can only be deleted");
        }
        return switch (StoreAnswers.await(deliveries.requeue(queueId))) {
            case REQUEUED -> requeued(request, letter);
            case NOT_FOUND -> ApiReply.error(ErrorCode.NOT_FOUND);
            case INPUTS_GONE ->
                ApiReply.error(ErrorCode.CONFLICT, "the inputs of this item are gone; it can only be deleted");
            case QUEUE_FULL -> ApiReply.error(ErrorCode.QUEUE_FULL);
        };
    }

    private ApiReply requeued(ApiRequest request, DeadLetter letter) {
        QueueItem item = letter.item();
        audit("queue.requeued", request, letter);
        int position = records.waiting(item.queueId())
                .map(RecordStore.Waiting::position)
                .orElse(0);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("queueId", item.queueId());
        fields.put("triggerId", Ids.masked(item.triggerId()));
        fields.put("workflowId", item.workflowId());
        fields.put("workflowName", item.workflowName());
        fields.put("source", item.source());
        fields.put("position", (long) position);
        fields.put("receivedAt", item.receivedAt());
        fields.put("correlationId", item.correlationId());
        events.publish("trigger_enqueued", Optional.empty(), fields);
        JsonObject.Builder body = JsonObject.builder()
                .put("queued", true)
                .put("queueId", item.queueId())
                .put("correlationId", item.correlationId());
        // 0: it runs already.
        return ApiReply.json(202, (position == 0 ? body : body.put("position", position)).build());
    }

    private ApiReply discard(ApiRequest request, DeadLetter letter) {
        if (!StoreAnswers.await(deliveries.discard(letter.item().queueId(), DISCARDED))) {
            return ApiReply.error(ErrorCode.NOT_FOUND);
        }
        audit("queue.discarded", request, letter);
        return ApiReply.noContent();
    }

    private void audit(String type, ApiRequest request, DeadLetter letter) {
        audit.append(AuditEvent.of(type, request.actor())
                .with("correlationId", letter.item().correlationId())
                .with("queueId", letter.item().queueId())
                .with("workflowId", letter.item().workflowId())
                .with("triggerId", Ids.masked(letter.item().triggerId()))
                .with("reason", letter.reason()));
    }
}
