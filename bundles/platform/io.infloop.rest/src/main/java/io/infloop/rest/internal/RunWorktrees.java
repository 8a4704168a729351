package io.infloop.rest.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.engine.Runs;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.Worktrees;
import java.util.List;
import java.util.Optional;

/** {@code /api/runs/{workflowId}/{runId}/worktrees}: what agents left, and what becomes of it. */
final class RunWorktrees {
    private final Worktrees worktrees;
    private final Runs runs;

    RunWorktrees(Worktrees worktrees, Runs runs) {
        this.worktrees = worktrees;
        this.runs = runs;
    }

    /** Whether a path below {@code /api/runs} leads here. */
    static boolean isFor(List<String> path) {
        return (path.size() == 3 || path.size() == 5) && path.get(2).equals("worktrees");
    }

    ApiReply handle(ApiRequest request) {
        List<String> path = request.path();
        String workflowId = path.get(0);
        String runId = path.get(1);
        if (!Ids.isWorkflowId(workflowId) || !Ids.isRunId(runId)) {
            return ApiReply.error(ErrorCode.RUN_NOT_FOUND);
        }
        return path.size() == 3
                ? list(request, workflowId, runId)
                : decide(request, workflowId, runId, path.get(3), path.get(4));
    }

    private ApiReply list(ApiRequest request, String workflowId, String runId) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        List<TreeRecord> trees = worktrees.of(workflowId, runId);
        if (trees.isEmpty() && runs.record(workflowId, runId).isEmpty()) {
            return ApiReply.error(ErrorCode.RUN_NOT_FOUND);
        }
        return ApiReply.ok("worktrees", trees.stream().map(TreeRecord::toJson).toList());
    }

    private ApiReply decide(ApiRequest request, String workflowId, String runId, String id, String decision) {
        if (!List.of("keep", "discard", "apply").contains(decision)) {
            return ApiReply.error(ErrorCode.NOT_FOUND);
        }
        if (!request.method().equals("POST")) {
            return ApiReply.methodNotAllowed("POST");
        }
        Actor actor = request.actor();
        try {
            Optional<TreeRecord> tree =
                    switch (decision) {
                        case "keep" -> worktrees.keep(workflowId, runId, id, actor);
                        case "discard" -> worktrees.discard(workflowId, runId, id, actor);
                        default -> worktrees.apply(workflowId, runId, id, actor);
                    };
            return tree.map(TreeRecord::toJson)
                    .map(json -> ApiReply.ok("worktree", json))
                    .orElseGet(() -> ApiReply.error(
                            ErrorCode.NOT_FOUND, "that run left no such worktree; GET …/worktrees lists them"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InfloopException(ErrorCode.SHUTTING_DOWN, "the server is stopping", interrupted);
        }
    }
}
