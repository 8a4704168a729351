package io.infloop.ingress;

import io.infloop.core.audit.Actor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Sends a trigger a delivery made by an operator, through the same checks as one from outside. The delivery is signed with the
 * trigger's secret where the server can; it takes no token of the rate limit and leaves {@code lastFiredAt} alone. Thread-safe; an
 * OSGi service of ingress.
 */
public interface TestFire {
    /** Does not block for the store; completes like the answer to a sender would, never exceptionally. */
    CompletableFuture<Result> fire(String triggerId, Delivery delivery);

    /**
     * What to send.
     *
     * @param headers content type and length are the server's; a signature header given here is sent as it is
     * @param body JSON, at most 1 MiB
     * @param dryRun stop before anything is stored, and tell what would have been
     * @param actor on whose behalf
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Delivery(Map<String, String> headers, byte[] body, boolean dryRun, Actor actor) {
        public Delivery {
            headers = Map.copyOf(new LinkedHashMap<>(headers));
            Objects.requireNonNull(body, "body is null");
            Objects.requireNonNull(actor, "actor is null");
        }
    }

    /**
     * The answer.
     *
     * @param status HTTP status as a sender would get it
     * @param body what a sender would get; for a dry run {@code {dryRun, fires, verified, predicates, inputs | invalidInputs}}
     * @param unsigned why the server did not sign, where the source signs; empty if it did or there is nothing to sign
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Result(int status, byte[] body, Optional<String> unsigned) {}
}
