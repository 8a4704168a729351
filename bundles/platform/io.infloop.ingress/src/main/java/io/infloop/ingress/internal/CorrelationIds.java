package io.infloop.ingress.internal;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes correlation ids for deliveries. All threads share one source of randomness, and it costs more per call than per byte: it is
 * asked for many ids' worth at a time. Thread-safe.
 */
final class CorrelationIds {
    private static final int ID_BYTES = 16;
    private static final int IDS_PER_BATCH = 256;
    /** A power of two. */
    private static final int BATCHES = 16;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private static final class Batch {
        private final byte[] random = new byte[ID_BYTES * IDS_PER_BATCH];
        private int next = IDS_PER_BATCH;

        synchronized byte[] take() {
            if (next == IDS_PER_BATCH) {
                RANDOM.nextBytes(random);
                next = 0;
            }
            byte[] id = new byte[ID_BYTES];
            System.arraycopy(random, next * ID_BYTES, id, 0, ID_BYTES);
            next++;
            return id;
        }
    }

    private final Batch[] batches = new Batch[BATCHES];

    CorrelationIds() {
        for (int i = 0; i < BATCHES; i++) {
            batches[i] = new Batch();
        }
    }

    /** Of the form that {@link io.infloop.core.id.Ids#isCorrelationId} checks, with 128 random bits. */
    String next() {
        Batch batch = batches[(int) Thread.currentThread().getId() & (BATCHES - 1)];
        return "cid_" + ENCODER.encodeToString(batch.take());
    }
}
