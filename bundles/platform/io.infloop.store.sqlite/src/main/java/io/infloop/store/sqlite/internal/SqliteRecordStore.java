package io.infloop.store.sqlite.internal;

import io.infloop.core.instance.ServerInstance;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Registration;
import io.infloop.store.RecordStore;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The service: the live store of a server, or the one of a command that must not touch the data. */
@Component(service = RecordStore.class, immediate = true)
public final class SqliteRecordStore implements RecordStore {
    private final Optional<LiveRecordStore> live;
    private final RecordStore store;

    @Activate
    public SqliteRecordStore(@Reference Settings settings, @Reference ServerInstance server) {
        live = server.isReadOnly()
                ? Optional.empty()
                : Optional.of(LiveRecordStore.open(new StoreConfig(
                        settings.dataDirectory(),
                        server.directory(),
                        server.id(),
                        settings.queueMax(),
                        Clock.systemUTC())));
        store = live.isPresent() ? live.get() : new ReadOnlyRecordStore();
    }

    @Override
    public CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, QueueItem item) {
        return store.enqueue(delivery, item);
    }

    @Override
    public void recordRejected(Delivery delivery, String reason) {
        store.recordRejected(delivery, reason);
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

    @Deactivate
    void close() {
        live.ifPresent(LiveRecordStore::close);
    }
}
