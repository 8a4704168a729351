package io.infloop.store.sqlite.internal;

import io.infloop.testkit.store.DeliveryListContract;
import io.infloop.testkit.store.RecordStoreFactory;

class SqliteDeliveryListTest extends DeliveryListContract {
    @Override
    protected RecordStoreFactory stores() {
        return new SqliteStores();
    }
}
