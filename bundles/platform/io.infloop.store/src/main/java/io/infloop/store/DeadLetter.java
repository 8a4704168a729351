package io.infloop.store;

import io.infloop.store.RecordStore.QueueItem;
import java.util.Optional;

/**
 * An item that left the queue because it could not start.
 *
 * @param place in the list; later items have greater ones
 * @param item with its inputs; without them if they cannot be read
 * @param deliveryId it came with
 * @param reason why it was dropped
 * @param readable whether the inputs are there, so that it can be enqueued again
 */
public record DeadLetter(
        long place, QueueItem item, Optional<String> deliveryId, String reason, long droppedAt, boolean readable) {}
