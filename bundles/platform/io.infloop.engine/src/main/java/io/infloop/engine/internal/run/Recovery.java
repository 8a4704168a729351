package io.infloop.engine.internal.run;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.engine.internal.journal.JournalRepair;
import io.infloop.engine.internal.journal.JournalRepair.Closing;
import io.infloop.engine.internal.journal.RunMarker;
import io.infloop.engine.internal.journal.RunMarkers;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.RunCursor;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.Worktrees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the runs of servers that died, after their child processes. What a run is known by, its marker or its row, is enough. Runs of
 * servers that live, this one among them, are not touched. A run that had ended, only not been recorded completely, keeps the end it
 * had. Thread-safe.
 */
public final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final String LEASE = "recovery";
    private static final String FINISHED = "run.finished";
    private static final int PAGE = 1_000;
    private static final long STORE_SECONDS = 30;

    private final ServerInstance instance;
    private final ProcessSupervisor processes;
    private final Worktrees worktrees;
    private final RecordStore records;
    private final RunMarkers markers;
    private final JournalRepair journals;
    private final AuditLog audit;
    private final Clock clock;
    /** Dead servers without children; ids never come back to life. */
    private final Set<String> reaped = ConcurrentHashMap.newKeySet();

    public Recovery(
            ServerInstance instance,
            ProcessSupervisor processes,
            Worktrees worktrees,
            RecordStore records,
            RunMarkers markers,
            JournalRepair journals,
            AuditLog audit,
            Clock clock) {
        this.instance = instance;
        this.processes = processes;
        this.worktrees = worktrees;
        this.records = records;
        this.markers = markers;
        this.journals = journals;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Cheap when nobody has died.
     *
     * @param takeover look for children in any case
     * @return false if another server is at it, so nothing was done
     */
    public synchronized boolean recover(boolean takeover) throws InterruptedException {
        if (!records.holdLease(LEASE)) {
            return false;
        }
        try {
            Map<String, Interrupted> found = interrupted();
            Set<String> dead = deadServers();
            found.values().forEach(run -> dead.add(run.serverInstance()));
            boolean news = takeover || !reaped.containsAll(dead);
            if (news) {
                // While a child of the dead server goes on, its run has not ended.
                int ended = processes.reapOrphans();
                if (ended > 0) {
                    LOG.warn("ended {} child processes of servers that died", ended);
                }
                reaped.addAll(dead);
            }
            for (Interrupted run : found.values()) {
                try {
                    end(run);
                } catch (IOException | ExecutionException | TimeoutException | InfloopException failure) {
                    LOG.error("run {} of a dead server could not be ended: {}", run.runId(), failure.toString());
                }
            }
            if (news) {
                // Those of runs that had ended when their server did.
                worktrees.settleAbandoned(this::isDead);
            }
            return true;
        } finally {
            records.releaseLease(LEASE);
        }
    }

    /** Whether that dead server's children are known to have ended. */
    boolean isReaped(String instanceId) {
        return reaped.contains(instanceId);
    }

    /** Servers that announced themselves and died. */
    private Set<String> deadServers() {
        Set<String> dead = new HashSet<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(instance.directory().getParent(), "*.json")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String id = name.substring(0, name.length() - ".json".length());
                if (!reaped.contains(id) && isDead(id)) {
                    dead.add(id);
                }
            }
        } catch (NoSuchFileException none) {
            LOG.debug("no server has announced itself");
        } catch (IOException | DirectoryIteratorException unreadable) {
            LOG.warn("the files of running servers cannot be listed: {}", unreadable.toString());
        }
        return dead;
    }

    /** A run whose server is gone. */
    private record Interrupted(String runId, String workflowId, Optional<RunMarker> marker, Optional<RunRow> row) {
        String workflowName() {
            return row.map(RunRow::workflowName)
                    .or(() -> marker.map(RunMarker::workflowName))
                    .orElse(workflowId);
        }

        long startedAt() {
            return row.map(RunRow::startedAt)
                    .or(() -> marker.map(RunMarker::startedAt))
                    .orElse(0L);
        }

        String serverInstance() {
            return row.map(RunRow::instanceId)
                    .or(() -> marker.map(RunMarker::serverInstance))
                    .orElse("");
        }

        String correlationId() {
            return row.map(RunRow::correlationId)
                    .or(() -> marker.map(RunMarker::correlationId))
                    .orElse("");
        }
    }

    private Map<String, Interrupted> interrupted() {
        Map<String, Interrupted> found = new LinkedHashMap<>();
        for (RunMarker marker : markers.list()) {
            if (isDead(marker.serverInstance())) {
                Optional<RunRow> row = records.run(marker.runId());
                found.put(
                        marker.runId(), new Interrupted(marker.runId(), marker.workflowId(), Optional.of(marker), row));
            }
        }
        Optional<RunCursor> before = Optional.empty();
        while (true) {
            List<RunRow> page = records.runs(Optional.empty(), Optional.of("running"), before, PAGE);
            for (RunRow row : page) {
                if (isDead(row.instanceId()) && JournalRepair.areIds(row.workflowId(), row.runId())) {
                    found.putIfAbsent(
                            row.runId(),
                            new Interrupted(row.runId(), row.workflowId(), Optional.empty(), Optional.of(row)));
                }
            }
            if (page.size() < PAGE) {
                return found;
            }
            RunRow last = page.get(page.size() - 1);
            before = Optional.of(new RunCursor(last.startedAt(), last.runId()));
        }
    }

    private boolean isDead(String instanceId) {
        return !instanceId.equals(instance.id()) && !instance.isAlive(instanceId);
    }

    private void end(Interrupted run) throws IOException, ExecutionException, TimeoutException, InterruptedException {
        // No child works in them any more, and what was done there belongs to the record.
        List<JsonObject> trees =
                worktrees.settle(run.runId()).stream().map(TreeRecord::toJson).toList();
        Closing closing = journals.close(
                run.workflowId(),
                run.runId(),
                run.workflowName(),
                run.startedAt(),
                run.correlationId(),
                clock.millis(),
                trees);
        // Before the row: should this server die as well, the next one finds the run again and sees what has been
        // audited.
        auditOnce(run, closing);
        if (run.row().isEmpty()) {
            await(records.insertRun(row(run, closing)));
        } else if (run.row().get().finishedAt().isEmpty()) {
            await(records.finishRun(
                    run.runId(),
                    closing.status(),
                    closing.finishedAt(),
                    closing.costUsd(),
                    closing.errorMessage(),
                    closing.eventCount()));
        }
        markers.delete(run.runId());
        LOG.warn("run {} of {} was {} when its server died", run.runId(), run.workflowId(), what(closing));
    }

    private static String what(Closing closing) {
        return closing.isInterruption() ? "interrupted" : "over and not completely recorded";
    }

    private void auditOnce(Interrupted run, Closing closing) {
        AuditLog.Query known = new AuditLog.Query(
                1,
                OptionalLong.empty(),
                Map.of("type", FINISHED, "runId", run.runId()),
                OptionalLong.of(Math.min(run.startedAt(), clock.millis())),
                OptionalLong.empty());
        try {
            if (!audit.read(known).entries().isEmpty()) {
                return;
            }
        } catch (UncheckedIOException unreadable) {
            // A second line about one end is better than none, and than a run that never ends.
            LOG.warn("whether the end of run {} is audited already cannot be seen", run.runId());
        }
        audit.append(AuditEvent.of(FINISHED, Actor.SYSTEM)
                .outcome(closing.status().equals("failed") ? AuditEvent.Outcome.ERROR : AuditEvent.Outcome.OK)
                .with("workflowId", run.workflowId())
                .with("runId", run.runId())
                .with("correlationId", Optional.of(run.correlationId()).filter(Ids::isCorrelationId))
                .with("queueId", run.row().flatMap(RunRow::queueId))
                .with("status", closing.status())
                .with("durationMs", Math.max(0, closing.finishedAt() - run.startedAt()))
                .with("reason", closing.isInterruption() ? Optional.of("interrupted") : Optional.empty()));
    }

    private static RunRow row(Interrupted run, Closing closing) {
        return new RunRow(
                run.runId(),
                run.workflowId(),
                run.workflowName(),
                0,
                closing.status(),
                "recovery",
                run.correlationId(),
                run.marker().flatMap(RunMarker::queueId),
                Optional.empty(),
                run.marker().map(RunMarker::serverInstance).orElse(""),
                run.startedAt(),
                OptionalLong.of(closing.finishedAt()),
                closing.costUsd().isPresent() ? closing.costUsd() : OptionalDouble.empty(),
                closing.errorMessage(),
                closing.eventCount());
    }

    private static void await(CompletableFuture<?> stored)
            throws ExecutionException, TimeoutException, InterruptedException {
        stored.get(STORE_SECONDS, TimeUnit.SECONDS);
    }
}
