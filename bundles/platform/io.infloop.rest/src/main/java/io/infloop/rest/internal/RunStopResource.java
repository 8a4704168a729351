package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs;
import io.infloop.engine.Runs.ActiveRun;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.RunRow;
import jakarta.servlet.Servlet;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/run/stop}: begins to stop a run. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/run/stop")
public final class RunStopResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient Runs runs;
    private final transient RecordStore records;
    private final transient ServerInstance instance;
    private final transient AuditLog audit;

    @Activate
    public RunStopResource(
            @Reference Runs runs,
            @Reference RecordStore records,
            @Reference ServerInstance instance,
            @Reference AuditLog audit) {
        this.runs = runs;
        this.records = records;
        this.instance = instance;
        this.audit = audit;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("POST")) {
            return ApiReply.methodNotAllowed("POST");
        }
        if (!(request.jsonOrEmpty(ApiRequest.MAX_BODY_BYTES) instanceof JsonObject object)) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        if (object.get("runId") != null && object.string("runId").isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY, "runId must be a string");
        }
        List<ActiveRun> active = runs.active();
        Optional<String> runId = object.string("runId");
        if (runId.isEmpty() && active.size() > 1) {
            return conflict("several runs are active; name the one to stop with runId", active);
        }
        Optional<String> target = runId.or(() -> active.stream().findFirst().map(ActiveRun::runId));
        if (target.isPresent() && !stop(request, target.get(), active) && runId.isPresent()) {
            return conflict(notActive(runId.get()), active);
        }
        return ApiReply.ok("state", RunJson.masked(runs.snapshot(false)));
    }

    private String notActive(String runId) {
        return Optional.of(runId)
                .filter(Ids::isRunId)
                .flatMap(records::run)
                .filter(row -> row.status().equals("running"))
                .map(RunRow::instanceId)
                .filter(other -> !other.equals(instance.id()) && instance.isAlive(other))
                .map(other -> "that run runs on another server on the same data (" + other + "); stop it there")
                .orElse("that run is not active");
    }

    private boolean stop(ApiRequest request, String runId, List<ActiveRun> active) {
        if (!runs.stop(runId)) {
            return false;
        }
        Optional<ActiveRun> run =
                active.stream().filter(one -> one.runId().equals(runId)).findFirst();
        audit.append(AuditEvent.of("run.stop_requested", request.actor())
                .with("correlationId", run.map(ActiveRun::correlationId))
                .with("workflowId", run.map(ActiveRun::workflowId))
                .with("runId", runId));
        return true;
    }

    private static ApiReply conflict(String reason, List<ActiveRun> active) {
        return ApiReply.error(
                ErrorCode.CONFLICT,
                JsonObject.builder()
                        .put("reason", reason)
                        .put("active", RunJson.active(active))
                        .build());
    }
}
