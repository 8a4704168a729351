package io.infloop.core.settings;

import java.time.Duration;

/**
 * How much of deliveries and queue is kept.
 *
 * @param queueMaxBytes {@code INFLOOP_QUEUE_MAX_BYTES}: what waits, as it is stored, default 256 MiB
 * @param dedupTime {@code INFLOOP_DEDUP_HOURS}: how long repeated deliveries are recognized, default 72 h
 * @param retention {@code INFLOOP_DELIVERY_RETENTION_DAYS}, default 7 days
 * @param retentionMax {@code INFLOOP_DELIVERY_RETENTION_MAX}: accepted deliveries, default 100,000
 * @param retentionMaxBytes {@code INFLOOP_DELIVERY_RETENTION_MAX_BYTES}, as they are stored, default 1 GiB
 * @param keepRejectedBodies {@code INFLOOP_KEEP_REJECTED_BODIES}: the first KB of refused ones, default off
 */
public record DeliverySettings(
        long queueMaxBytes,
        Duration dedupTime,
        Duration retention,
        int retentionMax,
        long retentionMaxBytes,
        boolean keepRejectedBodies) {
    public static final DeliverySettings DEFAULTS = new DeliverySettings(
            256L * 1024 * 1024, Duration.ofHours(72), Duration.ofDays(7), 100_000, 1L << 30, false);
}
