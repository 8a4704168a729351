package io.infloop.store.sqlite.internal;

import io.infloop.core.settings.DeliverySettings;
import java.nio.file.Path;
import java.time.Clock;

/**
 * What the store has to know.
 *
 * @param dataDirectory holds {@code store.db}; shared by the servers of one data directory
 * @param instanceDirectory this server's own; takes the native library
 * @param queueMax waiting items, those of other servers included
 * @param kept what else is bounded
 */
record StoreConfig(
        Path dataDirectory,
        Path instanceDirectory,
        String instanceId,
        int queueMax,
        DeliverySettings kept,
        Clock clock) {
    /** With the default settings. */
    StoreConfig(Path dataDirectory, Path instanceDirectory, String instanceId, int queueMax, Clock clock) {
        this(dataDirectory, instanceDirectory, instanceId, queueMax, DeliverySettings.DEFAULTS, clock);
    }
}
