package io.infloop.store.sqlite.internal;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.RecordStore;
import io.infloop.testkit.store.RecordStoreFactory;
import java.nio.file.Path;
import java.time.Clock;

/** The stores that the suites of the contract test. */
final class SqliteStores implements RecordStoreFactory {
    @Override
    public RecordStore open(Path data, String instanceId, int queueMax, DeliverySettings kept, Clock clock) {
        return LiveRecordStore.open(new StoreConfig(
                data, data.resolve("instances").resolve(instanceId), instanceId, queueMax, kept, clock));
    }

    @Override
    public void close(RecordStore store) {
        ((LiveRecordStore) store).close();
    }
}
