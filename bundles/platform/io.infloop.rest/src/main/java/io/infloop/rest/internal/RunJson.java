package io.infloop.rest.internal;

import io.infloop.core.id.Ids;
import io.infloop.engine.Runs.ActiveRun;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore.RunRow;
import java.util.List;

/** Runs as the API shows them. */
final class RunJson {
    private RunJson() {}

    static List<JsonObject> active(List<ActiveRun> runs) {
        return runs.stream()
                .map(run -> JsonObject.builder()
                        .put("runId", run.runId())
                        .put("workflowId", run.workflowId())
                        .put("correlationId", run.correlationId())
                        .put("startedAt", run.startedAt())
                        .build())
                .toList();
    }

    static JsonObject summary(RunRow row) {
        JsonObject.Builder summary = JsonObject.builder()
                .put("runId", row.runId())
                .put("workflowId", row.workflowId())
                .put("workflowName", row.workflowName())
                .put("workflowVersion", row.workflowVersion())
                .put("status", row.status())
                .put("source", row.source())
                .put("startedAt", row.startedAt());
        if (row.finishedAt().isPresent()) {
            summary.put("finishedAt", row.finishedAt().getAsLong());
            summary.put("durationMs", row.finishedAt().getAsLong() - row.startedAt());
        }
        summary.putIfPresent("errorMessage", row.errorMessage())
                .put("eventCount", row.eventCount())
                .put("correlationId", row.correlationId());
        if (row.costUsd().isPresent()) {
            summary.put("costUsd", row.costUsd().getAsDouble());
        }
        return summary.putIfPresent("queueId", row.queueId())
                .putIfPresent("triggerId", row.triggerId().map(Ids::masked))
                .build();
    }

    /** A record without the trigger's id, which is a credential. */
    static JsonObject masked(JsonObject run) {
        return run.string("triggerId")
                .map(id -> run.toBuilder().put("triggerId", Ids.masked(id)).build())
                .orElse(run);
    }
}
