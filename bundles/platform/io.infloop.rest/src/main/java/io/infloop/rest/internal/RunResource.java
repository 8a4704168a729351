package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.engine.Runs;
import io.infloop.engine.Runs.ActiveRun;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.input.RunInputs;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.WorkflowStore;
import jakarta.servlet.Servlet;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/run}: starts a run now, or queues it; tells how the newest one is doing. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/run")
public final class RunResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    /** Serialised: 1 MiB, as much as a delivery may bring. */
    private static final int MAX_INPUT_BYTES = 1_048_576;

    private final transient Runs runs;
    private final transient Workflows workflows;
    private final transient WorkflowStore workflowStore;
    private final transient RecordStore records;
    private final transient EventHub events;
    private final transient AuditLog audit;
    private final transient Clock clock;

    @Activate
    public RunResource(
            @Reference Runs runs,
            @Reference Workflows workflows,
            @Reference WorkflowStore workflowStore,
            @Reference RecordStore records,
            @Reference EventHub events,
            @Reference AuditLog audit) {
        this(runs, workflows, workflowStore, records, events, audit, Clock.systemUTC());
    }

    RunResource(
            Runs runs,
            Workflows workflows,
            WorkflowStore workflowStore,
            RecordStore records,
            EventHub events,
            AuditLog audit,
            Clock clock) {
        this.runs = runs;
        this.workflows = workflows;
        this.workflowStore = workflowStore;
        this.records = records;
        this.events = events;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        return switch (request.method()) {
            case "GET" -> ApiReply.ok("state", RunJson.masked(runs.snapshot(request.isSet("events"))));
            case "POST" -> start(request);
            default -> ApiReply.methodNotAllowed("GET, POST");
        };
    }

    private ApiReply start(ApiRequest request) {
        JsonObject body = request.object().orElse(JsonObject.EMPTY);
        Optional<String> workflowId = body.string("workflowId").filter(id -> !id.isEmpty());
        if (workflowId.isEmpty()) {
            return ApiReply.error(ErrorCode.WORKFLOW_ID_REQUIRED);
        }
        String id = workflowId.get();
        Optional<List<InputDeclaration>> declared = Ids.isWorkflowId(id) ? workflows.inputs(id) : Optional.empty();
        if (declared.isEmpty()) {
            return ApiReply.workflowNotFound(id);
        }
        RunInputs.Resolution resolution = RunInputs.resolve(
                declared.get(), body.object("inputs").orElse(JsonObject.EMPTY).asMap());
        if (resolution instanceof RunInputs.Invalid invalid) {
            return ApiReply.error(ErrorCode.INVALID_INPUTS, invalid.toJson());
        }
        Map<String, Object> inputs = ((RunInputs.Resolved) resolution).values();
        if (Json.write(JsonObject.of(inputs)).getBytes(StandardCharsets.UTF_8).length > MAX_INPUT_BYTES) {
            return ApiReply.error(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "the inputs are larger than " + MAX_INPUT_BYTES
                            + " bytes; put large data into a file and pass its path");
        }
        String correlationId = request.correlationId();
        ApiReply reply = request.isSet("queue")
                ? enqueue(request, id, inputs, correlationId)
                : startNow(request, id, inputs, correlationId);
        return reply.with("x-correlation-id", correlationId);
    }

    private ApiReply startNow(ApiRequest request, String workflowId, Map<String, Object> inputs, String correlationId) {
        Runs.StartResult result = runs.start(workflowId, inputs, correlationId, request.actor());
        if (result instanceof Runs.Started started) {
            return ApiReply.json(
                    202,
                    JsonObject.builder()
                            .put("runId", started.runId())
                            .put("state", RunJson.masked(started.state()))
                            .put("correlationId", correlationId)
                            .build());
        }
        return busy(((Runs.Busy) result).active(), workflowId);
    }

    /** Names a run that is in the way: one of the same workflow if there is one. */
    private static ApiReply busy(List<ActiveRun> active, String workflowId) {
        Optional<ActiveRun> inTheWay = active.stream()
                .filter(run -> run.workflowId().equals(workflowId))
                .findFirst()
                .or(() -> active.stream().findFirst());
        return ApiReply.error(
                ErrorCode.RUN_ACTIVE,
                JsonObject.builder()
                        .putIfPresent("runId", inTheWay.map(ActiveRun::runId))
                        .putIfPresent("workflowId", inTheWay.map(ActiveRun::workflowId))
                        .put("active", RunJson.active(active))
                        .build());
    }

    private ApiReply enqueue(ApiRequest request, String workflowId, Map<String, Object> inputs, String correlationId) {
        long now = clock.millis();
        QueueItem item = new QueueItem(
                Ids.newQueueId(now),
                "api-" + Ids.newTriggerId(),
                workflowId,
                workflowStore.find(workflowId).map(StoredWorkflow::name).orElse(workflowId),
                "api",
                correlationId,
                inputs,
                now);
        RecordStore.EnqueueResult result = StoreAnswers.await(records.enqueue(Optional.empty(), item));
        if (!(result instanceof Enqueued enqueued)) {
            return ApiReply.error(ErrorCode.QUEUE_FULL);
        }
        audit.append(AuditEvent.of("run.queued", request.actor())
                .with("correlationId", correlationId)
                .with("workflowId", workflowId)
                .with("source", "api")
                .with("queueId", item.queueId()));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("queueId", item.queueId());
        fields.put("triggerId", Ids.masked(item.triggerId()));
        fields.put("workflowId", workflowId);
        fields.put("workflowName", item.workflowName());
        fields.put("source", "api");
        fields.put("position", (long) enqueued.position());
        fields.put("receivedAt", now);
        fields.put("correlationId", correlationId);
        events.publish("trigger_enqueued", Optional.empty(), fields);
        runs.kick();
        JsonObject.Builder reply = JsonObject.builder()
                .put("queued", true)
                .put("queueId", item.queueId())
                .put("position", enqueued.position())
                .put("correlationId", correlationId);
        if (runs.hold().isPresent()) {
            reply.put("held", true);
        }
        return ApiReply.json(202, reply.build());
    }
}
