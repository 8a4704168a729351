package io.infloop.engine.internal.run;

import io.infloop.core.error.InfloopException;
import io.infloop.engine.internal.journal.JournalFiles;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.RunRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the newest finished runs of each workflow. Many ends in a short time are one round. Thread-safe. */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    /** How many runs beyond the limit one round removes. */
    private static final int MAX_SURPLUS = 500;

    private static final long GATHER_MILLIS = 200;

    private final RecordStore records;
    private final JournalFiles files;
    private final int limit;
    private final ScheduledExecutorService history;
    private final Set<String> due = new HashSet<>();

    public Retention(RecordStore records, JournalFiles files, int limit, ScheduledExecutorService history) {
        this.records = records;
        this.files = files;
        this.limit = limit;
        this.history = history;
    }

    /** Looks at this workflow's runs soon. */
    void apply(String workflowId) {
        synchronized (due) {
            if (!due.add(workflowId)) {
                return;
            }
        }
        try {
            ScheduledFuture<?> unused = history.schedule(() -> prune(workflowId), GATHER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("stopped; the next end of a run of {} removes what is too old", workflowId);
        }
    }

    private void prune(String workflowId) {
        synchronized (due) {
            due.remove(workflowId);
        }
        try {
            List<RunRow> surplus =
                    records
                            .runs(Optional.of(workflowId), Optional.empty(), Optional.empty(), limit + MAX_SURPLUS)
                            .stream()
                            .filter(row -> row.finishedAt().isPresent())
                            .skip(limit)
                            .toList();
            surplus.forEach(this::remove);
            if (surplus.size() >= MAX_SURPLUS / 2) {
                apply(workflowId);
            }
        } catch (InfloopException unavailable) {
            LOG.warn("old runs of {} stay for now: {}", workflowId, unavailable.getMessage());
        }
    }

    private void remove(RunRow row) {
        try {
            Path journal = files.journal(row.workflowId(), row.runId());
            JournalFiles.requireNoLink(journal);
            Files.deleteIfExists(journal);
            CompletableFuture<Void> unused = records.deleteRun(row.runId()).exceptionally(failure -> {
                LOG.warn("run {} stays in the index for now: {}", row.runId(), failure.toString());
                return null;
            });
        } catch (IOException stays) {
            LOG.warn("the journal of run {} could not be removed: {}", row.runId(), stays.toString());
        }
    }
}
