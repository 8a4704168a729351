package io.infloop.engine.internal.run;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.journal.JournalFiles;
import io.infloop.engine.internal.journal.RecordReader;
import io.infloop.engine.internal.state.CostMeter;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.engine.internal.state.RunHeader;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The runs of this server, as a service. */
public final class RunService implements Runs {
    private static final long STORE_SECONDS = 30;

    private final WorkflowCache workflows;
    private final RunRegistry registry;
    private final RunStarter starter;
    private final RecordStore records;
    private final RecordReader reader;
    private final CostMeter cost;
    private final ServerInstance instance;
    private final Clock clock;
    private final Runnable kick;

    public RunService(
            WorkflowCache workflows,
            RunRegistry registry,
            RunStarter starter,
            RecordStore records,
            RecordReader reader,
            CostMeter cost,
            ServerInstance instance,
            Clock clock,
            Runnable kick) {
        this.workflows = workflows;
        this.registry = registry;
        this.starter = starter;
        this.records = records;
        this.reader = reader;
        this.cost = cost;
        this.instance = instance;
        this.clock = clock;
        this.kick = kick;
    }

    @Override
    public StartResult start(String workflowId, Map<String, Object> inputs, String correlationId, Actor actor) {
        if (registry.isShuttingDown()) {
            throw shuttingDown();
        }
        WorkflowCache.Compiled workflow = workflows
                .find(workflowId)
                .orElseThrow(
                        () -> new InfloopException(ErrorCode.WORKFLOW_NOT_FOUND, "workflow not found: " + workflowId));
        workflow.error().ifPresent(problem -> {
            throw new InfloopException(
                    ErrorCode.INVALID_WORKFLOW, "invalid workflow: " + problem.message() + " (" + problem.path() + ")");
        });
        if (cost.isExhausted()) {
            throw new InfloopException(ErrorCode.COST_BUDGET_EXCEEDED, cost.message());
        }
        RunHeader header = new RunHeader(
                Ids.newRunId(),
                workflowId,
                workflow.graph().name(),
                workflow.graph().version(),
                "api",
                correlationId,
                Optional.empty(),
                Optional.empty(),
                clock.millis(),
                actor);
        ActiveRun run = new ActiveRun(header.runId(), workflowId, correlationId, header.startedAt());
        if (!registry.reserve(run, workflow.graph().maxConcurrent())) {
            if (registry.isShuttingDown()) {
                throw shuttingDown();
            }
            return new Busy(registry.active());
        }
        store(header);
        LiveRun live = starter.begin(header, workflow.graph(), JsonObject.of(inputs));
        return new Started(header.runId(), live.state());
    }

    private static InfloopException shuttingDown() {
        return new InfloopException(ErrorCode.SHUTTING_DOWN, "the server is shutting down; try again when it is back");
    }

    private void store(RunHeader header) {
        boolean stored = false;
        try {
            records.insertRun(header.toRow(instance.id())).get(STORE_SECONDS, TimeUnit.SECONDS);
            stored = true;
        } catch (ExecutionException | CompletionException | TimeoutException failure) {
            throw new InfloopException(
                    ErrorCode.STORE_UNAVAILABLE, "the run could not be recorded, so it was not started", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InfloopException(ErrorCode.SHUTTING_DOWN, "interrupted before the run was recorded", interrupted);
        } finally {
            if (!stored) {
                registry.release(header.runId());
            }
        }
    }

    @Override
    public boolean stop(String runId) {
        return registry.stop(runId);
    }

    @Override
    public List<ActiveRun> active() {
        return registry.active();
    }

    @Override
    public JsonObject snapshot(boolean withEvents) {
        Optional<LiveRun> newest = registry.newest();
        JsonObject.Builder snapshot = newest.map(run -> run.state().toBuilder()).orElseGet(() -> JsonObject.builder()
                .put("status", "idle")
                .put("iterationByLoopId", JsonObject.EMPTY)
                .put("scope", JsonObject.EMPTY)
                .put("costUsd", 0)
                .put("nodeExecutions", 0));
        String newestId = newest.map(run -> run.header().runId()).orElse("");
        snapshot.put(
                "active",
                registry.active().stream()
                        .filter(run -> !run.runId().equals(newestId))
                        .map(run -> JsonObject.builder()
                                .put("runId", run.runId())
                                .put("workflowId", run.workflowId())
                                .put("correlationId", run.correlationId())
                                .put("startedAt", run.startedAt())
                                .build())
                        .toList());
        if (withEvents) {
            snapshot.put("events", newest.map(run -> run.events().recent()).orElse(List.of()));
        }
        return snapshot.build();
    }

    @Override
    public Optional<JsonObject> record(String workflowId, String runId) {
        if (!JournalFiles.areIds(workflowId, runId)) {
            return Optional.empty();
        }
        Optional<LiveRun> live = registry.find(runId);
        if (live.isPresent()) {
            return live.filter(run -> run.header().workflowId().equals(workflowId))
                    .map(run -> run.state().toBuilder()
                            .put("events", run.events().recent())
                            .build());
        }
        return reader.read(workflowId, runId, records.run(runId));
    }

    @Override
    public void kick() {
        kick.run();
    }
}
