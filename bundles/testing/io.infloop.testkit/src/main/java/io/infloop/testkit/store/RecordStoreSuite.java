package io.infloop.testkit.store;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.DeliveryStore;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the suites of the contract of {@link RecordStore} share: a store for each test, closed after it. */
abstract class RecordStoreSuite {
    /** Of the store that most tests use. */
    static final int QUEUE_MAX = 500;

    @TempDir
    Path data;

    private final List<RecordStore> open = new ArrayList<>();
    RecordStore store;

    /** Opens and closes the stores of the implementation that is tested. */
    protected abstract RecordStoreFactory stores();

    @BeforeEach
    void openStore() throws Exception {
        store = opened("instance-1", QUEUE_MAX);
    }

    @AfterEach
    void closeStores() throws Exception {
        for (RecordStore each : List.copyOf(open)) {
            closed(each);
        }
    }

    RecordStore opened(String instanceId, int queueMax) throws Exception {
        RecordStore opened = stores().open(data, instanceId, queueMax);
        open.add(opened);
        return opened;
    }

    /** Instead of the one there was. */
    void reopened(int queueMax, DeliverySettings kept, Clock clock) throws Exception {
        closed(store);
        store = stores().open(data, "instance-1", queueMax, kept, clock);
        open.add(store);
    }

    /** What is looked at in the store under test. */
    DeliveryStore deliveries() {
        return (DeliveryStore) store;
    }

    void closed(RecordStore each) throws Exception {
        open.remove(each);
        stores().close(each);
    }

    static <R> R get(CompletableFuture<R> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    Enqueued enqueue(QueueItem item) {
        return (Enqueued) get(store.enqueue(Optional.empty(), item));
    }

    static List<String> waitingIds(RecordStore from) {
        return from.waiting(QUEUE_MAX).stream()
                .map(waiting -> waiting.item().queueId())
                .toList();
    }
}
