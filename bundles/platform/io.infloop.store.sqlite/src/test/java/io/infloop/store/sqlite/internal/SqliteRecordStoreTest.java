package io.infloop.store.sqlite.internal;

import io.infloop.store.RecordStore;
import io.infloop.testkit.store.RecordStoreContract;
import java.nio.file.Path;
import java.time.Clock;

class SqliteRecordStoreTest extends RecordStoreContract {
    @Override
    protected RecordStore open(Path data, String instanceId, int queueMax) {
        return LiveRecordStore.open(new StoreConfig(
                data, data.resolve("instances").resolve(instanceId), instanceId, queueMax, Clock.systemUTC()));
    }

    @Override
    protected void close(RecordStore store) {
        ((LiveRecordStore) store).close();
    }
}
