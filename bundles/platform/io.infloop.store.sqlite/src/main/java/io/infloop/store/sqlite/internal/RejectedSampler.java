package io.infloop.store.sqlite.internal;

import io.infloop.store.RecordStore.Delivery;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;

/** Which refused deliveries are kept: a few a second, cut short, so that a flood of forgeries costs nothing. Thread-safe. */
final class RejectedSampler {
    static final String INSERT = "INSERT INTO deliveries (" + EnqueueBatch.DELIVERY_COLUMNS
            + ", reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING";
    private static final int PER_SECOND = 20;
    private static final int MAX_BACKLOG = 64;
    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_REASON = 500;

    private final Clock clock;
    private long second;
    private int count;

    RejectedSampler(Clock clock) {
        this.clock = clock;
    }

    synchronized boolean isWanted(int backlog) {
        long now = clock.millis() / 1_000;
        if (now != second) {
            second = now;
            count = 0;
        }
        if (backlog > MAX_BACKLOG || count >= PER_SECOND) {
            return false;
        }
        count++;
        return true;
    }

    static Delivery shortened(Delivery delivery) {
        byte[] body = delivery.body();
        return new Delivery(
                delivery.id(),
                delivery.triggerId(),
                Optional.empty(),
                delivery.eventType(),
                delivery.correlationId(),
                delivery.receivedAt(),
                delivery.headers(),
                body.length <= MAX_BODY ? body : Arrays.copyOf(body, MAX_BODY));
    }

    static Object[] row(EncodedDelivery delivery, String reason) {
        Object[] row = delivery.row(null);
        Object[] withReason = Arrays.copyOf(row, row.length + 1);
        withReason[row.length] = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
        return withReason;
    }
}
