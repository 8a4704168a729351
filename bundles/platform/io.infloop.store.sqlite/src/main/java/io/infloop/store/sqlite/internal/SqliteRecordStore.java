package io.infloop.store.sqlite.internal;

import io.infloop.core.instance.ServerInstance;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Registration;
import io.infloop.store.DeadLetter;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore;
import io.infloop.store.Refusal;
import io.infloop.store.StoredDelivery;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The service: the live store of a server, or the one of a command that must not touch the data. */
@Component(
        service = {RecordStore.class, DeliveryStore.class},
        immediate = true)
public final class SqliteRecordStore implements RecordStore, DeliveryStore {
    private final Optional<LiveRecordStore> live;
    private final RecordStore store;
    private final DeliveryStore deliveries;

    @Activate
    public SqliteRecordStore(@Reference Settings settings, @Reference ServerInstance server) {
        live = server.isReadOnly()
                ? Optional.empty()
                : Optional.of(LiveRecordStore.open(new StoreConfig(
                        settings.dataDirectory(),
                        server.directory(),
                        server.id(),
                        settings.queueMax(),
                        settings.deliveries(),
                        Clock.systemUTC())));
        ReadOnlyRecordStore none = new ReadOnlyRecordStore();
        store = live.isPresent() ? live.get() : none;
        deliveries = live.isPresent() ? live.get() : none;
    }

    @Override
    public CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, List<NewItem> items) {
        return store.enqueue(delivery, items);
    }

    @Override
    public void recordRefused(Delivery delivery, Refusal refusal) {
        store.recordRefused(delivery, refusal);
    }

    @Override
    public List<Waiting> waiting(int limit) {
        return store.waiting(limit);
    }

    @Override
    public Optional<Waiting> waiting(String queueId) {
        return store.waiting(queueId);
    }

    @Override
    public List<QueueItem> oldest(Set<String> exceptWorkflows, int limit) {
        return store.oldest(exceptWorkflows, limit);
    }

    @Override
    public int waitingCount() {
        return store.waitingCount();
    }

    @Override
    public CompletableFuture<Boolean> claim(String queueId, RunRow run) {
        return store.claim(queueId, run);
    }

    @Override
    public CompletableFuture<Boolean> remove(String queueId, QueueState state, String reason) {
        return store.remove(queueId, state, reason);
    }

    @Override
    public Optional<QueueHistory> history(String queueId) {
        return store.history(queueId);
    }

    @Override
    public Registration onQueueChange(Runnable listener) {
        return store.onQueueChange(listener);
    }

    @Override
    public CompletableFuture<Void> insertRun(RunRow run) {
        return store.insertRun(run);
    }

    @Override
    public CompletableFuture<Void> finishRun(
            String runId,
            String status,
            long finishedAt,
            OptionalDouble costUsd,
            Optional<String> errorMessage,
            long eventCount) {
        return store.finishRun(runId, status, finishedAt, costUsd, errorMessage, eventCount);
    }

    @Override
    public Optional<RunRow> run(String runId) {
        return store.run(runId);
    }

    @Override
    public List<RunRow> runs(
            Optional<String> workflowId, Optional<String> status, Optional<RunCursor> before, int limit) {
        return store.runs(workflowId, status, before, limit);
    }

    @Override
    public CompletableFuture<Void> deleteRun(String runId) {
        return store.deleteRun(runId);
    }

    @Override
    public boolean holdLease(String name) {
        return store.holdLease(name);
    }

    @Override
    public void releaseLease(String name) {
        store.releaseLease(name);
    }

    @Override
    public List<DeliverySummary> list(DeliveryFilter filter, OptionalLong before, int limit) {
        return deliveries.list(filter, before, limit);
    }

    @Override
    public List<DeliverySummary> listOldestFirst(DeliveryFilter filter, OptionalLong after, int limit) {
        return deliveries.listOldestFirst(filter, after, limit);
    }

    @Override
    public int count(DeliveryFilter filter, int limit) {
        return deliveries.count(filter, limit);
    }

    @Override
    public Optional<String> claimedBy(String triggerId, String dedupKey) {
        return deliveries.claimedBy(triggerId, dedupKey);
    }

    @Override
    public Optional<StoredDelivery> find(String deliveryId) {
        return deliveries.find(deliveryId);
    }

    @Override
    public Optional<byte[]> body(String deliveryId) {
        return deliveries.body(deliveryId);
    }

    @Override
    public List<DeadLetter> deadLetters(OptionalLong before, int limit) {
        return deliveries.deadLetters(before, limit);
    }

    @Override
    public Optional<DeadLetter> deadLetter(String queueId) {
        return deliveries.deadLetter(queueId);
    }

    @Override
    public CompletableFuture<Requeue> requeue(String queueId) {
        return deliveries.requeue(queueId);
    }

    @Override
    public CompletableFuture<Boolean> discard(String queueId, String reason) {
        return deliveries.discard(queueId, reason);
    }

    @Deactivate
    void close() {
        live.ifPresent(LiveRecordStore::close);
    }
}
