package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.ClaimContract;
import io.infloop.testkit.store.RecordStoreFactory;

class SqliteClaimTest extends ClaimContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
