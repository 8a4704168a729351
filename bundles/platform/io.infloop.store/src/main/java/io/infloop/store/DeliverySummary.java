package io.infloop.store;

import java.util.List;
import java.util.Optional;

/**
 * A delivery as it is listed.
 *
 * @param place in the list; later deliveries have greater ones
 * @param triggerId whole; a credential
 * @param senderId the sender's id of the delivery
 * @param reason why it was not accepted: a code, and perhaps a colon and a sentence
 * @param queueIds of the items it became; for a duplicate those of the first one
 * @param duplicateOf the delivery that came first, which may be forgotten by now
 * @param replayOf the delivery that it repeats
 * @param bodyLength as received
 * @param hasBody whether its body, or for a duplicate the first one's, was kept whole
 */
public record DeliverySummary(
        long place,
        String id,
        String triggerId,
        Optional<String> workflowId,
        Optional<String> pluginId,
        Optional<String> eventType,
        Optional<String> senderId,
        DeliveryOutcome outcome,
        Optional<String> reason,
        String correlationId,
        long receivedAt,
        List<String> queueIds,
        Optional<String> duplicateOf,
        Optional<String> replayOf,
        long bodyLength,
        boolean hasBody) {
    public DeliverySummary {
        queueIds = List.copyOf(queueIds);
    }
}
