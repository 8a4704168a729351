package io.infloop.engine.internal.journal;

import io.infloop.core.id.Ids;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the file of an active run says.
 *
 * @param triggerId masked
 * @param worktrees top directories of the worktrees made for it
 */
public record RunMarker(
        String runId,
        String workflowId,
        String workflowName,
        long startedAt,
        String correlationId,
        Optional<String> triggerId,
        Optional<String> queueId,
        String serverInstance,
        long serverPid,
        long serverStartTime,
        List<String> worktrees) {

    public JsonObject toJson() {
        return JsonObject.builder()
                .put("runId", runId)
                .put("workflowId", workflowId)
                .put("workflowName", workflowName)
                .put("startedAt", startedAt)
                .put("correlationId", correlationId)
                .putIfPresent("triggerId", triggerId)
                .putIfPresent("queueId", queueId)
                .put("serverInstance", serverInstance)
                .put("serverPid", serverPid)
                .put("serverStartTime", serverStartTime)
                .put("worktrees", worktrees)
                .build();
    }

    RunMarker withWorktree(String path) {
        List<String> more = new ArrayList<>(worktrees);
        more.add(path);
        return new RunMarker(
                runId,
                workflowId,
                workflowName,
                startedAt,
                correlationId,
                triggerId,
                queueId,
                serverInstance,
                serverPid,
                serverStartTime,
                List.copyOf(more));
    }

    /** Empty when it names no run. */
    static Optional<RunMarker> read(JsonObject json) {
        Optional<String> runId = json.string("runId").filter(Ids::isRunId);
        Optional<String> workflowId = json.string("workflowId").filter(Ids::isWorkflowId);
        if (runId.isEmpty() || workflowId.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new RunMarker(
                runId.get(),
                workflowId.get(),
                json.string("workflowName").orElse(workflowId.get()),
                json.number("startedAt").map(Number::longValue).orElse(0L),
                json.string("correlationId").orElse(""),
                json.string("triggerId"),
                json.string("queueId"),
                json.string("serverInstance").orElse(""),
                json.number("serverPid").map(Number::longValue).orElse(0L),
                json.number("serverStartTime").map(Number::longValue).orElse(0L),
                json.array("worktrees").orElse(List.of()).stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()));
    }
}
