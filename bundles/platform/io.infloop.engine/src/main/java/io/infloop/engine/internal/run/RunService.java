package io.infloop.engine.internal.run;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.journal.JournalFiles;
import io.infloop.engine.internal.journal.JournalReader;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The runs of this server, as a service. */
public final class RunService implements Runs {
    private static final long STORE_SECONDS = 30;

    private final WorkflowCache workflows;
    private final RunRegistry registry;
    private final RunStarter starter;
    private final RunSettlement settlement;
    private final OtherServers otherServers;
    private final Snapshots snapshots;
    private final RecordStore records;
    private final RecordReader reader;
    private final CostMeter cost;
    private final ServerInstance instance;
    private final Clock clock;
    private final BooleanSupplier drains;
    private final Runnable kick;

    /** @param drains whether it is this server that starts what waits */
    public RunService(
            WorkflowCache workflows,
            RunRegistry registry,
            RunStarter starter,
            RunSettlement settlement,
            OtherServers otherServers,
            RecordStore records,
            RecordReader reader,
            CostMeter cost,
            ServerInstance instance,
            Clock clock,
            BooleanSupplier drains,
            Runnable kick) {
        this.workflows = workflows;
        this.registry = registry;
        this.starter = starter;
        this.settlement = settlement;
        this.otherServers = otherServers;
        this.snapshots = new Snapshots(registry);
        this.records = records;
        this.reader = reader;
        this.cost = cost;
        this.instance = instance;
        this.clock = clock;
        this.drains = drains;
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
        JsonObject values = JsonObject.of(inputs);
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
        List<ActiveRun> elsewhere = otherServers.occupying(workflowId);
        if (!registry.reserve(run, workflow.graph().maxConcurrent() - elsewhere.size())) {
            if (registry.isShuttingDown()) {
                throw shuttingDown();
            }
            return new Busy(Stream.concat(registry.active().stream(), elsewhere.stream())
                    .toList());
        }
        store(header);
        LiveRun live = starter.begin(header, workflow.graph(), values);
        return new Started(header.runId(), live.state());
    }

    private static InfloopException shuttingDown() {
        return new InfloopException(ErrorCode.SHUTTING_DOWN, "the server is shutting down; try again when it is back");
    }

    private void store(RunHeader header) {
        boolean stored = false;
        try {
            CompletableFuture<Void> row = records.insertRun(header.toRow(instance.id()));
            try {
                row.get(STORE_SECONDS, TimeUnit.SECONDS);
                stored = true;
            } finally {
                if (!stored) {
                    // The row may be stored all the same, perhaps later.
                    CompletableFuture<Void> unused = row.whenComplete((late, failure) ->
                            settlement.notBegun(header, "not started: the run could not be recorded in time"));
                }
            }
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
    public List<ActiveRun> elsewhere() {
        return otherServers.living();
    }

    @Override
    public JsonObject snapshot(boolean withEvents) {
        return snapshots.take(withEvents);
    }

    @Override
    public Optional<JsonObject> record(String workflowId, String runId) {
        if (!JournalFiles.areIds(workflowId, runId)) {
            return Optional.empty();
        }
        Optional<LiveRun> live = registry.find(runId);
        if (live.isPresent()) {
            return live.filter(run -> run.header().workflowId().equals(workflowId))
                    .map(run -> run.stateWithEvents(JournalReader.MAX_BYTES));
        }
        return reader.read(workflowId, runId, records.run(runId));
    }

    @Override
    public Optional<String> hold() {
        return cost.isExhausted() && drains.getAsBoolean() ? Optional.of(cost.message()) : Optional.empty();
    }

    @Override
    public void kick() {
        kick.run();
    }
}
