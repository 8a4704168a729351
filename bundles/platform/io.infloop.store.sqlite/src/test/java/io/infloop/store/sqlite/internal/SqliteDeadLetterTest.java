package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.DeadLetterContract;
import io.infloop.testkit.store.RecordStoreFactory;

class SqliteDeadLetterTest extends DeadLetterContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
