package io.infloop.ingress;

import io.infloop.core.audit.Actor;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.StoredDelivery;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Takes a delivery in once more, from its stored raw bytes: through the same checks as one from outside, but for signature, rate limit
 * and repetition. It becomes a delivery of its own, which refers to the first one, and leaves {@code lastFiredAt} alone. Audited as
 * {@code delivery.replayed}. Thread-safe; an OSGi service of ingress.
 */
public interface Replays {
    /**
     * Reads the body, which blocks for a short query; does not block for the store otherwise. Completes like the answer to a sender
     * would, never exceptionally.
     *
     * @param triggerId the trigger to take in its stead; empty for the delivery's own
     * @param workflowId the workflow to run in place of the trigger's
     * @param actor on whose behalf
     */
    CompletableFuture<ReplayResult> replay(
            StoredDelivery delivery, Optional<String> triggerId, Optional<String> workflowId, Actor actor);

    /**
     * What became of it.
     *
     * @param status HTTP status as a sender would get it: 202 if it is in the queue, 204 if its trigger does not want it
     * @param body what a sender would get, with {@code reason} as a sentence for operators where it was refused
     * @param deliveryId of the new delivery, if it is in the queue
     */
    record ReplayResult(int status, JsonObject body, Optional<String> deliveryId) {}
}
