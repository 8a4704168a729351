package io.infloop.engine.internal.run;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.engine.internal.journal.RunMarkers;
import io.infloop.engine.internal.state.CancelReason;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.engine.internal.state.RunHeader;
import io.infloop.store.RecordStore;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends runs: frees the place at once, then completes the journal, the row, the audit and the marker, in this order and without holding
 * up anybody. Thread-safe.
 */
public final class RunSettlement {
    private static final Logger LOG = LoggerFactory.getLogger(RunSettlement.class);
    private static final long RETRY_SECONDS = 5;
    /** For rows that may not even exist. */
    private static final int ATTEMPTS = 100;

    private final RunRegistry registry;
    private final RecordStore records;
    private final RunMarkers markers;
    private final AuditLog audit;
    private final Retention retention;
    private final ScheduledExecutorService history;
    private final Clock clock;

    /** @param history one thread for what follows the end of runs */
    public RunSettlement(
            RunRegistry registry,
            RecordStore records,
            RunMarkers markers,
            AuditLog audit,
            Retention retention,
            ScheduledExecutorService history,
            Clock clock) {
        this.registry = registry;
        this.records = records;
        this.markers = markers;
        this.audit = audit;
        this.retention = retention;
        this.history = history;
        this.clock = clock;
    }

    /** Idempotent: only the first ending counts. */
    public void settle(LiveRun run, LiveRun.WalkEnd walk) {
        long now = clock.millis();
        if (!run.end(walk, now)) {
            return;
        }
        CompletableFuture<Void> journal = run.events().closeJournal();
        registry.release(run.header().runId());
        CompletableFuture<Void> unused = journal.whenComplete((written, failure) -> {
            if (failure != null) {
                LOG.error(
                        "the history of run {} is not complete: {}",
                        run.header().runId(),
                        failure.toString());
            }
            later(() -> record(run, true), 0);
        });
    }

    /** Gives the place of a run back that did not come to life, and ends its row, should there be one. Does not wait. */
    public void notBegun(RunHeader header, String message) {
        registry.release(header.runId());
        registry.settled(header.runId());
        endRow(header, message, ATTEMPTS);
    }

    private void endRow(RunHeader header, String message, int attempts) {
        CompletableFuture<Void> unused = records.finishRun(
                        header.runId(), "failed", clock.millis(), OptionalDouble.empty(), Optional.of(message), 0)
                .whenComplete((stored, failure) -> {
                    if (failure == null) {
                        return;
                    }
                    LOG.warn("the end of run {} could not be recorded: {}", header.runId(), failure.toString());
                    if (attempts > 1) {
                        later(() -> endRow(header, message, attempts - 1), RETRY_SECONDS);
                    }
                });
    }

    private void later(Runnable action, long seconds) {
        try {
            ScheduledFuture<?> unused = history.schedule(
                    () -> {
                        try {
                            action.run();
                        } catch (RuntimeException defect) {
                            LOG.error("recording the end of a run failed", defect);
                        }
                    },
                    seconds,
                    TimeUnit.SECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.warn("the server stopped before the end of a run was recorded; the next one does it");
        }
    }

    private void record(LiveRun run, boolean first) {
        LiveRun.Ending ending = run.ending().orElseThrow();
        if (first) {
            audit(run, ending);
        }
        CompletableFuture<Void> unused = records.finishRun(
                        run.header().runId(),
                        ending.status(),
                        ending.finishedAt(),
                        run.budget().costUsd(),
                        ending.errorMessage(),
                        run.events().count())
                .whenComplete((stored, failure) -> {
                    if (failure == null) {
                        later(() -> forget(run), 0);
                    } else {
                        LOG.warn(
                                "the end of run {} could not be recorded, trying again: {}",
                                run.header().runId(),
                                failure.toString());
                        later(() -> record(run, false), RETRY_SECONDS);
                    }
                });
    }

    private void forget(LiveRun run) {
        markers.delete(run.header().runId());
        registry.settled(run.header().runId());
        retention.apply(run.header().workflowId());
    }

    private void audit(LiveRun run, LiveRun.Ending ending) {
        // Why a node failed may quote its output, so the audit names a reason only where it is the server's own.
        AuditEvent.Builder line = AuditEvent.of("run.finished", run.header().actor())
                .outcome(ending.status().equals("failed") ? AuditEvent.Outcome.ERROR : AuditEvent.Outcome.OK)
                .with("workflowId", run.header().workflowId())
                .with("runId", run.header().runId())
                .with("source", run.header().source())
                .with("correlationId", run.header().correlationId())
                .with("queueId", run.header().queueId())
                .with("triggerId", run.header().maskedTriggerId())
                .with("status", ending.status())
                .with("durationMs", ending.durationMs())
                .with("reason", run.cancelReason().map(CancelReason::message));
        run.budget().costUsd().ifPresent(cost -> line.with("costUsd", cost));
        audit.append(line);
    }
}
