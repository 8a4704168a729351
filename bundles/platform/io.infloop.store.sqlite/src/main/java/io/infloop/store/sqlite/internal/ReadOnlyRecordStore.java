package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import io.infloop.spi.Registration;
import io.infloop.store.DeadLetter;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore;
import io.infloop.store.Refusal;
import io.infloop.store.StoredDelivery;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** For commands, which must not touch the data directory: even reading a database with a write-ahead log would write to it. */
final class ReadOnlyRecordStore implements RecordStore, DeliveryStore {
    private static InfloopException refused() {
        return SqliteErrors.unavailable("this command does not open the database; ask a running server", null);
    }

    @Override
    public CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, List<NewItem> items) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public void recordRefused(Delivery delivery, Refusal refusal) {
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

    @Override
    public List<DeliverySummary> list(DeliveryFilter filter, OptionalLong before, int limit) {
        throw refused();
    }

    @Override
    public List<DeliverySummary> listOldestFirst(DeliveryFilter filter, OptionalLong after, int limit) {
        throw refused();
    }

    @Override
    public int count(DeliveryFilter filter, int limit) {
        throw refused();
    }

    @Override
    public Optional<String> claimedBy(String triggerId, String dedupKey) {
        throw refused();
    }

    @Override
    public Optional<StoredDelivery> find(String deliveryId) {
        throw refused();
    }

    @Override
    public Optional<byte[]> body(String deliveryId) {
        throw refused();
    }

    @Override
    public List<DeadLetter> deadLetters(OptionalLong before, int limit) {
        throw refused();
    }

    @Override
    public Optional<DeadLetter> deadLetter(String queueId) {
        throw refused();
    }

    @Override
    public CompletableFuture<Requeue> requeue(String queueId) {
        return CompletableFuture.failedFuture(refused());
    }

    @Override
    public CompletableFuture<Boolean> discard(String queueId, String reason) {
        return CompletableFuture.failedFuture(refused());
    }
}
