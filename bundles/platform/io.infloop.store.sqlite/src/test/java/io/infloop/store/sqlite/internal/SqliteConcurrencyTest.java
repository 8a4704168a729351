package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.ConcurrencyContract;
import io.infloop.testkit.store.RecordStoreFactory;

class SqliteConcurrencyTest extends ConcurrencyContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
