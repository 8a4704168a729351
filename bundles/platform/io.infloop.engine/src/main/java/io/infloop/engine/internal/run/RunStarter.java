package io.infloop.engine.internal.run;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.internal.graph.Graph;
import io.infloop.engine.internal.journal.JournalFiles;
import io.infloop.engine.internal.journal.JournalWriter;
import io.infloop.engine.internal.journal.RunMarker;
import io.infloop.engine.internal.journal.RunMarkers;
import io.infloop.engine.internal.state.CancelReason;
import io.infloop.engine.internal.state.CostMeter;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.engine.internal.state.RunBudget;
import io.infloop.engine.internal.state.RunEvents;
import io.infloop.engine.internal.state.RunHeader;
import io.infloop.engine.internal.state.Scope;
import io.infloop.engine.internal.walk.Walker;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.EndStatus;
import io.infloop.spi.node.WalkResult;
import io.infloop.store.TriggerStore;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import io.infloop.workspace.worktree.Worktrees;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings runs to life whose place is reserved and whose row is stored, and sees them to their end. Thread-safe. */
public final class RunStarter {
    private static final Logger LOG = LoggerFactory.getLogger(RunStarter.class);

    /** What runs need of the rest of the server. */
    public record Environment(
            ServerInstance instance,
            EventHub hub,
            AuditLog audit,
            Redactor redactor,
            TriggerStore triggers,
            JournalFiles files,
            JournalWriter journals,
            RunMarkers markers,
            CostMeter cost,
            RunBudget.Limits limits,
            Clock clock,
            LongSupplier nanoTime) {}

    private final Environment environment;
    private final RunRegistry registry;
    private final Walker walker;
    private final Worktrees worktrees;
    private final RunSettlement settlement;
    private final Executor threads;

    /** @param threads gives each run a thread of its own */
    public RunStarter(
            Environment environment,
            RunRegistry registry,
            Walker walker,
            Worktrees worktrees,
            RunSettlement settlement,
            Executor threads) {
        this.environment = environment;
        this.registry = registry;
        this.walker = walker;
        this.worktrees = worktrees;
        this.settlement = settlement;
        this.threads = threads;
    }

    /**
     * Begins the run; does not wait for it and does no I/O on this thread. When that fails, which is a defect, the place is given back
     * and the row says so.
     */
    public LiveRun begin(RunHeader header, Graph graph, JsonObject inputs) {
        try {
            return beginning(header, graph, inputs);
        } catch (RuntimeException | Error defect) {
            LOG.error("run {} did not begin", header.runId(), defect);
            settlement.notBegun(
                    header,
                    "internal error: the run did not begin: "
                            + defect.getClass().getSimpleName());
            throw defect;
        }
    }

    private LiveRun beginning(RunHeader header, Graph graph, JsonObject inputs) {
        RunEvents events = new RunEvents(
                header.runId(),
                header.correlationId(),
                environment.journals().open(environment.files().journal(header.workflowId(), header.runId())),
                environment.hub(),
                environment.redactor(),
                environment.clock());
        RunBudget budget = new RunBudget(environment.limits(), environment.cost(), environment.nanoTime());
        LiveRun run = new LiveRun(header, graph, budget, events, Scope.seeded(graph.globals(), inputs));
        Registration unusedWatch = run.cancellation().onCancel(() -> noteBudget(run));
        registry.attach(run);
        try {
            threads.execute(() -> live(run));
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            LOG.error("run {} got no thread", header.runId(), noThread);
            settlement.settle(run, LiveRun.WalkEnd.failed("the server had no thread for this run"));
        }
        return run;
    }

    /** Said when it happens: ending what the run has under way may take a while. */
    private void noteBudget(LiveRun run) {
        if (run.cancelReason().orElse(null) instanceof CancelReason.OverBudget budget) {
            RunHeader header = run.header();
            LOG.warn("run {} of {} is stopped: {}", header.runId(), header.workflowId(), budget.message());
            AuditEvent.Builder line = AuditEvent.of("budget.exceeded", Actor.SYSTEM)
                    .outcome(AuditEvent.Outcome.ERROR)
                    .with("workflowId", header.workflowId())
                    .with("runId", header.runId())
                    .with("correlationId", header.correlationId())
                    .with("queueId", header.queueId())
                    .with("budget", budget.setting())
                    .with("reason", budget.message());
            run.budget().costUsd().ifPresent(cost -> line.with("costUsd", cost));
            environment.audit().append(line);
        }
    }

    private void live(LiveRun run) {
        WalkResult result;
        try {
            open(run);
            result = walker.walk(run);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            result = new WalkResult.Cancelled();
        } catch (RuntimeException | Error defect) {
            LOG.error("run {} failed", run.header().runId(), defect);
            result = new WalkResult.Failed(
                    "", "internal error: " + defect.getClass().getSimpleName());
        }
        settleWorktrees(run);
        settlement.settle(run, end(result));
    }

    /** What agents did is safe before the run says that it has ended; however that may go, it does not change how it ended. */
    private void settleWorktrees(LiveRun run) {
        boolean interrupted = Thread.interrupted();
        try {
            List<TreeRecord> trees = worktrees.settle(run.header().runId());
            run.worktrees(trees.stream().map(TreeRecord::toJson).toList());
            for (TreeRecord tree : trees) {
                run.events().emit("worktree_settled", tree.toJson());
                if (tree.state() == TreeState.LEFT) {
                    run.events()
                            .emit(
                                    "error",
                                    JsonObject.of(
                                            "message",
                                            "worktree cleanup failed: " + tree.path() + " stays: "
                                                    + tree.reason().orElse("")));
                }
            }
        } catch (InterruptedException stopped) {
            interrupted = true;
        } catch (RuntimeException | Error defect) {
            LOG.error("the worktrees of run {} were not settled", run.header().runId(), defect);
            run.events().emit("error", JsonObject.of("message", "worktree cleanup failed: internal error"));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void open(LiveRun run) {
        RunHeader header = run.header();
        try {
            environment.markers().write(marker(header));
        } catch (IOException unwritable) {
            // The run's row says the same, so recovery works without it.
            LOG.warn("the marker of run {} could not be written: {}", header.runId(), unwritable.toString());
        }
        environment
                .audit()
                .append(AuditEvent.of("run.started", header.actor())
                        .with("workflowId", header.workflowId())
                        .with("runId", header.runId())
                        .with("source", header.source())
                        .with("correlationId", header.correlationId())
                        .with("queueId", header.queueId())
                        .with("triggerId", header.maskedTriggerId()));
        run.events().emit("run_started", header.origin());
        header.queueId().ifPresent(queueId -> run.events()
                .emit(
                        "trigger_started",
                        JsonObject.builder()
                                .put("queueId", queueId)
                                .putIfPresent("triggerId", header.maskedTriggerId())
                                .put("workflowId", header.workflowId())
                                .build()));
        if (header.source().equals("webhook")) {
            header.triggerId().ifPresent(id -> touch(id, header.startedAt()));
        }
    }

    private void touch(String triggerId, long at) {
        try {
            environment.triggers().touch(triggerId, at);
        } catch (RuntimeException notNoted) {
            LOG.warn("the last delivery of a trigger could not be noted: {}", notNoted.toString());
        }
    }

    private RunMarker marker(RunHeader header) {
        return new RunMarker(
                header.runId(),
                header.workflowId(),
                header.workflowName(),
                header.startedAt(),
                header.correlationId(),
                header.maskedTriggerId(),
                header.queueId(),
                environment.instance().id(),
                environment.instance().pid(),
                environment.instance().startedAt().toEpochMilli(),
                List.of());
    }

    private static LiveRun.WalkEnd end(WalkResult result) {
        if (result instanceof WalkResult.Cancelled) {
            return LiveRun.WalkEnd.CANCELLED;
        }
        if (result instanceof WalkResult.Failed failed) {
            return LiveRun.WalkEnd.failed(
                    failed.nodePath().isEmpty()
                            ? failed.message()
                            : "node \"" + failed.nodePath() + "\" failed: " + failed.message());
        }
        return result instanceof WalkResult.Ended ended && ended.status() == EndStatus.FAILED
                ? LiveRun.WalkEnd.FAILED_BY_DESIGN
                : LiveRun.WalkEnd.SUCCEEDED;
    }
}
