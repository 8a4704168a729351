package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.DeliveryContract;
import io.infloop.testkit.store.RecordStoreFactory;

class SqliteDeliveryTest extends DeliveryContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
