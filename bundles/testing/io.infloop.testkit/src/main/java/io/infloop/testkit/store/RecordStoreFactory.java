package io.infloop.testkit.store;

import io.infloop.store.RecordStore;
import java.nio.file.Path;

/** How the suites of the contract of {@link RecordStore} come to a store of one implementation. */
public interface RecordStoreFactory {
    /**
     * Opens a store as the server {@code instanceId} would.
     *
     * @param data the same for stores that share their records
     */
    RecordStore open(Path data, String instanceId, int queueMax) throws Exception;

    /** Closes it as at the stop of a server. */
    void close(RecordStore store) throws Exception;
}
