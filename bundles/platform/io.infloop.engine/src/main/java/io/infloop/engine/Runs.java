package io.infloop.engine;

import io.infloop.core.audit.Actor;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The runs of this server. Thread-safe; an OSGi service of engine. */
public interface Runs {
    /**
     * Starts a run now, past the queue.
     *
     * @param inputs already resolved with {@link io.infloop.engine.input.RunInputs}
     * @throws io.infloop.core.error.InfloopException {@code WORKFLOW_NOT_FOUND}; {@code INVALID_WORKFLOW} if it cannot run; {@code
     *     COST_BUDGET_EXCEEDED}; {@code SHUTTING_DOWN}; {@code STORE_UNAVAILABLE}
     */
    StartResult start(String workflowId, Map<String, Object> inputs, String correlationId, Actor actor);

    /** Begins to stop a run of this server. Idempotent, does not wait. @return false if no run of that id is active here */
    boolean stop(String runId);

    /** Ids and workflows of the active runs of this server, oldest first. */
    List<ActiveRun> active();

    /**
     * Runs that other living servers on the same data directory have under way, newest first; {@link #stop} does not reach them.
     * Asks the record store.
     */
    default List<ActiveRun> elsewhere() {
        return List.of();
    }

    /**
     * The state of the newest run as a JSON object, with {@code active}: the other runs in short. Before the first run it is {@code
     * {"status":"idle",…}}. Otherwise {@code status} is {@code running}, {@code succeeded}, {@code failed} or {@code cancelled}, and
     * there are {@code runId}, {@code workflowId}, {@code workflowName}, {@code activeNodeIds}, {@code iterationByLoopId}, {@code
     * scope} (the values of its nodes), {@code startedAt}, {@code correlationId}, {@code costUsd}, {@code nodeExecutions} and {@code
     * source}; where they apply {@code currentNodeId}, {@code finishedAt}, {@code durationMs}, {@code errorMessage}, {@code
     * triggerId}, {@code queueId} and {@code worktrees}.
     *
     * <p>The same object is returned for as long as nothing happens, so its encoding may be kept with it.
     *
     * @param withEvents whether to include the last events: at most 5000 and 1 MiB, {@code eventsTruncated: true} if there were more
     */
    JsonObject snapshot(boolean withEvents);

    /**
     * The record of a finished run: the members of its {@link #snapshot}, all of its events and the values of its nodes as they are in
     * its journal; or what is known of an active one. Reads files.
     */
    Optional<JsonObject> record(String workflowId, String runId);

    /**
     * Why nothing that waits is started, as a sentence; empty while the queue is worked off. What is held stays in the queue. Known to the
     * server only that works the queue off. Does not block.
     */
    default Optional<String> hold() {
        return Optional.empty();
    }

    /** Looks at the queue soon. Does not block. */
    void kick();

    /** The result of {@link #start}. */
    sealed interface StartResult permits Started, Busy {}

    /** @param state the snapshot of the run that began */
    record Started(String runId, JsonObject state) implements StartResult {}

    /**
     * The workflow's limit or all slots are taken.
     *
     * @param active the runs of this server, and those of the workflow on other servers
     */
    record Busy(List<ActiveRun> active) implements StartResult {}

    record ActiveRun(String runId, String workflowId, String correlationId, long startedAt) {}
}
