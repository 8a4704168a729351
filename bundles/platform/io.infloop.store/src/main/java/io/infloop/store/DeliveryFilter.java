package io.infloop.store;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which deliveries are meant; an empty filter means all of them. Everything matches exactly.
 *
 * @param senderId the sender's id of the delivery
 * @param from received at this time or later, in epoch milliseconds
 * @param to received before this time
 */
public record DeliveryFilter(
        Optional<String> triggerId,
        Optional<String> workflowId,
        Optional<DeliveryOutcome> outcome,
        Optional<String> eventType,
        Optional<String> senderId,
        OptionalLong from,
        OptionalLong to) {
    public static final DeliveryFilter ALL = new DeliveryFilter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
}
