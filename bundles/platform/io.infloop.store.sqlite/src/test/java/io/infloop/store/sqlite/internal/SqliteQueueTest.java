package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.QueueContract;
import io.infloop.testkit.store.RecordStoreFactory;

class SqliteQueueTest extends QueueContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
