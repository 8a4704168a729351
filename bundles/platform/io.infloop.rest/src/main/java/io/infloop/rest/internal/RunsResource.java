package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.engine.Runs;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.RunCursor;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.workspace.worktree.Worktrees;
import jakarta.servlet.Servlet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern CURSOR = Pattern.compile("([0-9]{1,18})(?:-(.+))?");

    private final transient RecordStore records;
    private final transient Runs runs;
    private final transient RunWorktrees worktrees;

    @Activate
    public RunsResource(@Reference RecordStore records, @Reference Runs runs, @Reference Worktrees worktrees) {
        this.records = records;
        this.runs = runs;
        this.worktrees = new RunWorktrees(worktrees, runs);
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (RunWorktrees.isFor(request.path())) {
            return worktrees.handle(request);
        }
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
        Optional<RunCursor> before = before(request);
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
            RunRow last = rows.get(rows.size() - 1);
            body.put("nextBefore", last.startedAt() + "-" + last.runId());
        }
        return ApiReply.ok(body.build());
    }

    /** {@code <startedAt>-<runId>}, as in {@code nextBefore}; or a time alone: what started earlier. */
    private static Optional<RunCursor> before(ApiRequest request) {
        Optional<String> text = request.query("before");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher cursor = CURSOR.matcher(text.get());
        if (!cursor.matches()) {
            throw new InvalidQueryException("before");
        }
        Optional<String> runId = Optional.ofNullable(cursor.group(2));
        if (runId.isPresent() && !Ids.isRunId(runId.get())) {
            throw new InvalidQueryException("before");
        }
        // No id comes before the empty one.
        return Optional.of(new RunCursor(Long.parseLong(cursor.group(1)), runId.orElse("")));
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
