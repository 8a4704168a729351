package io.infloop.store;

/** What became of a delivery when it came. */
public enum DeliveryOutcome {
    /** Enqueued, or skipped by its concurrency policy. */
    ACCEPTED,
    /** It came before. */
    DUPLICATE,
    /** Genuine, but its trigger does not want it. */
    FILTERED,
    /** Refused. */
    REJECTED
}
