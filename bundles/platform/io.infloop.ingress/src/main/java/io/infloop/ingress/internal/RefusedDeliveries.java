package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.RecordStore;
import io.infloop.store.Refusal;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps some of the deliveries that start nothing, for those who look for the reason. In a flood only so many a second are even copied.
 * Thread-safe.
 */
final class RefusedDeliveries {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedDeliveries.class);

    private final RecordStore records;
    private final Budget rejected;
    private final Budget filtered;

    RefusedDeliveries(RecordStore records, Clock clock) {
        this.records = records;
        this.rejected = new Budget(clock);
        this.filtered = new Budget(clock);
    }

    /** It was refused. */
    void rejected(Inbound inbound, SourceProfile profile, ErrorCode code, Optional<String> detail) {
        if (inbound.mode() == FireMode.WEBHOOK && rejected.take()) {
            keep(inbound, profile, Optional.empty(), refusal(inbound, DeliveryOutcome.REJECTED, code.text(), detail));
        }
    }

    /** It is genuine, but not wanted. */
    void filtered(Inbound inbound, SourceProfile profile, Optional<String> eventType, String code) {
        if (inbound.mode() == FireMode.WEBHOOK && filtered.take()) {
            keep(inbound, profile, eventType, refusal(inbound, DeliveryOutcome.FILTERED, code, Optional.empty()));
        }
    }

    private static Refusal refusal(Inbound inbound, DeliveryOutcome outcome, String code, Optional<String> detail) {
        return new Refusal(outcome, code, detail, inbound.trigger().keepRejected());
    }

    private void keep(Inbound inbound, SourceProfile profile, Optional<String> eventType, Refusal refusal) {
        try {
            records.recordRefused(DeliveryRecords.refused(inbound, profile, eventType), refusal);
        } catch (RuntimeException lost) {
            LOG.debug("a refused delivery was not kept", lost);
        }
    }

    /** So many in each second. */
    private static final class Budget {
        private static final long PER_SECOND = 20;
        private static final long SECOND_MILLIS = 1_000;
        /** The second in the upper half, the number in the lower one. */
        private final AtomicLong taken = new AtomicLong();

        private final Clock clock;

        Budget(Clock clock) {
            this.clock = clock;
        }

        boolean take() {
            long second = (clock.millis() / SECOND_MILLIS) & 0x7fff_ffffL;
            while (true) {
                long now = taken.get();
                long count = now >>> 32 == second ? now & 0xffff_ffffL : 0;
                if (count >= PER_SECOND) {
                    return false;
                }
                if (taken.compareAndSet(now, second << 32 | count + 1)) {
                    return true;
                }
            }
        }
    }
}
