package io.infloop.store;

import java.util.Objects;

/**
 * What tells a repeated delivery, or a repeated part of one, from a new one of the same trigger.
 *
 * @param value at most a few hundred characters; hash what is longer
 * @param atLeastMillis how long it has to be kept; the store's own time counts where that is longer
 */
public record DedupKey(String value, long atLeastMillis) {
    public DedupKey {
        Objects.requireNonNull(value, "value is null");
    }

    /** Kept for the store's own time. */
    public static DedupKey of(String value) {
        return new DedupKey(value, 0);
    }
}
