package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.RecordStoreFactory;
import io.infloop.testkit.store.RunIndexContract;

class SqliteRunIndexTest extends RunIndexContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
