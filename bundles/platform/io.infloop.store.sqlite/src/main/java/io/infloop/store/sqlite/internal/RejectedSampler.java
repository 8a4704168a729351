package io.infloop.store.sqlite.internal;

import io.infloop.store.DeliveryOutcome;
import io.infloop.store.RecordStore.Delivery;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Which refused deliveries are kept: a few a second of each kind, without their bodies, so that a flood of forgeries costs nothing.
 * Thread-safe.
 */
final class RejectedSampler {
    private static final int PER_SECOND = 20;
    private static final int MAX_BACKLOG = 64;
    private static final int HEAD = 1_024;

    private final Clock clock;
    private final boolean keepHeads;
    private final Map<DeliveryOutcome, Integer> counts = new EnumMap<>(DeliveryOutcome.class);
    private long second;

    /** @param keepHeads whether the first KB of every body is kept */
    RejectedSampler(Clock clock, boolean keepHeads) {
        this.clock = clock;
        this.keepHeads = keepHeads;
    }

    synchronized boolean isWanted(DeliveryOutcome outcome, int backlog) {
        long now = clock.millis() / 1_000;
        if (now != second) {
            second = now;
            counts.clear();
        }
        return backlog <= MAX_BACKLOG && counts.merge(outcome, 1, Integer::sum) <= PER_SECOND;
    }

    /** @param keepHead whether the first KB of this body is kept in any case */
    EncodedDelivery encode(Delivery delivery, boolean keepHead) {
        byte[] body = delivery.body();
        return EncodedDelivery.encode(
                delivery,
                Optional.of(sha256(body)),
                keepHead || keepHeads ? ByteCodec.head(body, HEAD) : ByteCodec.notKept(body.length));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
