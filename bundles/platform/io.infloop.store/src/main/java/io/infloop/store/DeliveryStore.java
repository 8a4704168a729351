package io.infloop.store;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The deliveries that {@link RecordStore} keeps, and the queue items that could not start, for those who look at them. Bounded by
 * age, number and size, whichever comes first; a delivery whose items wait or run stays. Reads block for a short query and throw
 * {@link io.infloop.core.error.InfloopException} {@code STORE_UNAVAILABLE}; futures as in {@link RecordStore}. Thread-safe; an OSGi
 * service.
 */
public interface DeliveryStore {
    /**
     * Newest first.
     *
     * @param before only those listed after this {@link DeliverySummary#place}
     */
    List<DeliverySummary> list(DeliveryFilter filter, OptionalLong before, int limit);

    /**
     * Oldest first: the order in which many are replayed.
     *
     * @param after only those with a greater place
     */
    List<DeliverySummary> listOldestFirst(DeliveryFilter filter, OptionalLong after, int limit);

    /** How many there are, counted up to {@code limit}. */
    int count(DeliveryFilter filter, int limit);

    Optional<StoredDelivery> find(String deliveryId);

    /** The delivery that has claimed a {@linkplain DedupKey key} of the trigger, and so makes others of that key duplicates now. */
    Optional<String> claimedBy(String triggerId, String dedupKey);

    /** The raw bytes, of a duplicate the first one's; empty if they were not kept or are gone. */
    Optional<byte[]> body(String deliveryId);

    /**
     * Items that were dropped, newest first. The list ends early when the inputs exceed 64 MB together.
     *
     * @param before only those listed after this {@link DeadLetter#place}
     */
    List<DeadLetter> deadLetters(OptionalLong before, int limit);

    Optional<DeadLetter> deadLetter(String queueId);

    /** Puts a dropped item back into the queue, with its id and at its old place: before everything that came later. */
    CompletableFuture<Requeue> requeue(String queueId);

    /**
     * Forgets the inputs of a dropped item, which stays in the history as removed.
     *
     * @return false if no such item is there
     */
    CompletableFuture<Boolean> discard(String queueId, String reason);

    /** What became of a wish to enqueue again. */
    enum Requeue {
        REQUEUED,
        /** It was not dropped, or it is forgotten. */
        NOT_FOUND,
        /** Its inputs are gone. */
        INPUTS_GONE,
        /** The queue has no room for it. */
        QUEUE_FULL
    }
}
