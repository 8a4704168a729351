package io.infloop.engine.internal.state;

import io.infloop.core.audit.Actor;
import io.infloop.core.id.Ids;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore.RunRow;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is known of a run before it begins.
 *
 * @param source {@code api}, {@code webhook}, {@code mcp} or {@code test}
 * @param triggerId a credential; goes nowhere but into the record store
 */
public record RunHeader(
        String runId,
        String workflowId,
        String workflowName,
        long workflowVersion,
        String source,
        String correlationId,
        Optional<String> queueId,
        Optional<String> triggerId,
        long startedAt,
        Actor actor) {

    public Optional<String> maskedTriggerId() {
        return triggerId.map(Ids::masked);
    }

    public RunRow toRow(String instanceId) {
        return new RunRow(
                runId,
                workflowId,
                workflowName,
                workflowVersion,
                "running",
                source,
                correlationId,
                queueId,
                triggerId,
                instanceId,
                startedAt,
                OptionalLong.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                0);
    }

    /** The members by which the opening event and the record describe the run's origin. */
    public JsonObject origin() {
        return JsonObject.builder()
                .put("workflowId", workflowId)
                .put("workflowName", workflowName)
                .put("workflowVersion", workflowVersion)
                .put("startedAt", startedAt)
                .put("source", source)
                .putIfPresent("queueId", queueId)
                .putIfPresent("triggerId", maskedTriggerId())
                .build();
    }
}
