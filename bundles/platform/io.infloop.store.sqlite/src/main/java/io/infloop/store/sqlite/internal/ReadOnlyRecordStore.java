package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import io.infloop.spi.Registration;
import io.infloop.store.RecordStore;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** For commands, which must not touch the data directory: even reading a database with a write-ahead log would write to it. */
final class ReadOnlyRecordStore implements RecordStore {
    private static InfloopException refused() {
        return SqliteErrors.unavailable("this command does not open the database; ask a running server", null);
    }

    @Override
    public CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, QueueItem item) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public void recordRejected(Delivery delivery, String reason) {
        // Best effort by contract.
    }

    @Override
    public List<Waiting> waiting(int limit) {
        throw refused();
    }

    @Override
    public Optional<Waiting> waiting(String queueId) {
        throw refused();
    }

    @Override
    public List<QueueItem> oldest(Set<String> exceptWorkflows, int limit) {
        throw refused();
    }

    @Override
    public int waitingCount() {
        return 0;
    }

    @Override
    public CompletableFuture<Boolean> claim(String queueId, RunRow run) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public CompletableFuture<Boolean> remove(String queueId, QueueState state, String reason) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public Optional<QueueHistory> history(String queueId) {
        throw refused();
    }

    @Override
    public Registration onQueueChange(Runnable listener) {
        return () -> {};
    }

    @Override
    public CompletableFuture<Void> insertRun(RunRow run) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public CompletableFuture<Void> finishRun(
            String runId,
            String status,
            long finishedAt,
            OptionalDouble costUsd,
            Optional<String> errorMessage,
            long eventCount) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public Optional<RunRow> run(String runId) {
        throw refused();
    }

    @Override
    public List<RunRow> runs(
            Optional<String> workflowId, Optional<String> status, Optional<RunCursor> before, int limit) {
        throw refused();
    }

    @Override
    public CompletableFuture<Void> deleteRun(String runId) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public boolean holdLease(String name) {
        return false;
    }

    @Override
    public void releaseLease(String name) {
        // None is ever held.
    }
}
