package io.infloop.store;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a delivery besides its content.
 *
 * @param workflowId that it is for
 * @param pluginId the trigger's source
 * @param senderId the sender's id of the delivery, as it can be searched for
 * @param query without the question mark, with secrets replaced; may be empty
 * @param sourceIp of the sender
 * @param actor who replayed or fired it; empty for a sender
 * @param replayOf the delivery that it repeats
 * @param timings microseconds by stage, in the order of the stages
 */
public record DeliveryDetails(
        Optional<String> workflowId,
        Optional<String> pluginId,
        Optional<String> senderId,
        String method,
        String query,
        Optional<String> sourceIp,
        Optional<String> actor,
        Optional<String> replayOf,
        Map<String, Long> timings) {
    /** Nothing but that it was a POST. */
    public static final DeliveryDetails NONE = new DeliveryDetails(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "POST",
            "",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of());

    public DeliveryDetails {
        timings = Collections.unmodifiableMap(new LinkedHashMap<>(timings));
    }
}
