package io.infloop.store;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Which items must not run at the same time: those of one workflow with the same key run one after the other, in the order of the
 * queue, also where the workflow as a whole may run several times. Items without a key, and items of other keys, are not held up.
 *
 * @param key not empty
 * @param policy of the item that comes
 */
public record Concurrency(String key, Policy policy) {
    /** What becomes of an item that comes while others of its workflow and key wait or run. */
    public enum Policy {
        /** It waits behind them. */
        QUEUE,
        /** It is not enqueued. With none waiting or running it is. */
        SKIP,
        /** Those that wait are superseded, and it waits in the last one's stead; those that run are to be cancelled. */
        REPLACE,
        /** Those that wait are superseded, and it waits; those that run come to their end. */
        LATEST;

        /** As in documents. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Policy> of(String text) {
            for (Policy policy : values()) {
                if (policy.text().equals(text)) {
                    return Optional.of(policy);
                }
            }
            return Optional.empty();
        }
    }

    public Concurrency {
        Objects.requireNonNull(policy, "policy is null");
        if (key.isEmpty()) {
            throw new IllegalArgumentException("an empty concurrency key; leave the concurrency away instead");
        }
    }
}
