package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.BatchContract;
import io.infloop.testkit.store.RecordStoreFactory;

class SqliteBatchTest extends BatchContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
