package io.infloop.ingress;

import io.infloop.core.audit.Actor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Sends a trigger a delivery made by an operator, through the same checks as one from outside. The delivery is signed with the
 * trigger's secret where its scheme can; it takes no token of the rate limit and leaves {@code lastFiredAt} alone. Thread-safe; an
 * OSGi service of ingress.
 */
public interface TestFire {
    /**
     * Completes like the answer to a sender would, never exceptionally. May block for a scheme, and for a dry run for the store;
     * otherwise not for the store.
     */
    CompletableFuture<Result> fire(String triggerId, Delivery delivery);

    /**
     * What to send.
     *
     * @param method upper case
     * @param query without the question mark
     * @param headers the length is the server's, and so is the content type, unless {@code raw}; a signature given here is sent as it
     *     is
     * @param body at most 1 MiB
     * @param raw whether the body is what the caller says in the content type, not JSON
     * @param dryRun stop before anything is stored, and tell what each check says
     * @param actor on whose behalf
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Delivery(
            String method,
            String query,
            Map<String, String> headers,
            byte[] body,
            boolean raw,
            boolean dryRun,
            Actor actor) {
        public Delivery {
            Objects.requireNonNull(method, "method is null");
            Objects.requireNonNull(query, "query is null");
            headers = Map.copyOf(new LinkedHashMap<>(headers));
            Objects.requireNonNull(body, "body is null");
            Objects.requireNonNull(actor, "actor is null");
        }

        /** JSON that is posted. */
        @SuppressWarnings("ArrayRecordComponent")
        public static Delivery json(Map<String, String> headers, byte[] body, boolean dryRun, Actor actor) {
            return new Delivery("POST", "", headers, body, false, dryRun, actor);
        }
    }

    /**
     * The answer.
     *
     * @param status HTTP status as a sender would get it
     * @param body what a sender would get; for a dry run {@code {dryRun, fires, verified, stages, predicates, inputs |
     *     invalidInputs}}
     * @param unsigned why the server did not sign, where the source signs; empty if it did or there is nothing to sign
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Result(int status, byte[] body, Optional<String> unsigned) {}
}
