package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.RecordStoreFactory;
import io.infloop.testkit.store.SharedStoreContract;

class SqliteSharedStoreTest extends SharedStoreContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
