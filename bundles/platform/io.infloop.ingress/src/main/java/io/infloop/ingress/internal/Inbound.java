package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;
import java.util.Optional;

/**
 * One request to a trigger that is known and enabled, with its whole body.
 *
 * @param replayOf the delivery that it repeats
 * @param remoteAddress of the sender; empty for one made inside
 */
record Inbound(
        Trigger trigger,
        WebhookRequest request,
        String correlationId,
        FireMode mode,
        Actor actor,
        Optional<String> replayOf,
        Optional<String> remoteAddress,
        StageTimes times) {
    /** One that is made inside of the server. */
    Inbound(Trigger trigger, WebhookRequest request, String correlationId, FireMode mode, Actor actor) {
        this(trigger, request, correlationId, mode, actor, Optional.empty());
    }

    /** One that is made inside of the server and repeats another. */
    Inbound(
            Trigger trigger,
            WebhookRequest request,
            String correlationId,
            FireMode mode,
            Actor actor,
            Optional<String> replayOf) {
        this(trigger, request, correlationId, mode, actor, replayOf, Optional.empty(), new StageTimes());
    }

    Inbound with(WebhookRequest other) {
        return new Inbound(trigger, other, correlationId, mode, actor, replayOf, remoteAddress, times);
    }
}
