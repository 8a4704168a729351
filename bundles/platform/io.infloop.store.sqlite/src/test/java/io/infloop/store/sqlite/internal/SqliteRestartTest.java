package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.RecordStoreFactory;
import io.infloop.testkit.store.RestartContract;

class SqliteRestartTest extends RestartContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
