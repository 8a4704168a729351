package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.engine.Runs;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.RunRow;
import jakarta.servlet.Servlet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/runs}: what ran. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/runs", "/api/runs/*"})
public final class RunsResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final Set<String> STATUSES = Set.of("running", "succeeded", "failed", "cancelled");

    private final transient RecordStore records;
    private final transient Runs runs;

    @Activate
    public RunsResource(@Reference RecordStore records, @Reference Runs runs) {
        this.records = records;
        this.runs = runs;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        int depth = request.path().size();
        if (depth != 0 && depth != 2) {
            return ApiReply.error(ErrorCode.NOT_FOUND);
        }
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        return depth == 0
                ? list(request)
                : one(request.path().get(0), request.path().get(1));
    }

    private ApiReply list(ApiRequest request) {
        int limit = (int) request.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT);
        OptionalLong before = request.number("before", 0, Long.MAX_VALUE);
        Optional<String> workflowId = request.query("workflowId");
        Optional<String> status = request.query("status");
        if (workflowId.isPresent() && !Ids.isWorkflowId(workflowId.get())) {
            return ApiReply.invalidQuery("workflowId");
        }
        if (status.isPresent() && !STATUSES.contains(status.get())) {
            return ApiReply.invalidQuery("status");
        }
        List<RunRow> rows = records.runs(workflowId, status, before, limit);
        JsonObject.Builder body = JsonObject.builder()
                .put("runs", rows.stream().map(RunJson::summary).toList());
        if (rows.size() == limit) {
            body.put("nextBefore", rows.get(rows.size() - 1).startedAt());
        }
        return ApiReply.ok(body.build());
    }

    private ApiReply one(String workflowId, String runId) {
        if (!Ids.isWorkflowId(workflowId) || !Ids.isRunId(runId)) {
            return ApiReply.error(ErrorCode.RUN_NOT_FOUND);
        }
        return runs.record(workflowId, runId)
                .map(run -> ApiReply.ok("run", RunJson.masked(run)))
                .orElseGet(() -> ApiReply.error(ErrorCode.RUN_NOT_FOUND));
    }
}
