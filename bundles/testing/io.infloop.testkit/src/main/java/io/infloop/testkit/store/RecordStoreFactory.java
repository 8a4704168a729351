package io.infloop.testkit.store;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.RecordStore;
import java.nio.file.Path;
import java.time.Clock;

/** How the suites of the contract of {@link RecordStore} come to a store of one implementation. */
public interface RecordStoreFactory {
    /**
     * Opens a store as the server {@code instanceId} would. What it returns is a {@link io.infloop.store.DeliveryStore} as well.
     *
     * @param data the same for stores that share their records
     */
    RecordStore open(Path data, String instanceId, int queueMax, DeliverySettings kept, Clock clock) throws Exception;

    /** With the default settings. */
    default RecordStore open(Path data, String instanceId, int queueMax) throws Exception {
        return open(data, instanceId, queueMax, DeliverySettings.DEFAULTS, Clock.systemUTC());
    }

    /** Closes it as at the stop of a server. */
    void close(RecordStore store) throws Exception;
}
