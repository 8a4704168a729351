package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;
import java.util.Optional;

/**
 * One request to a trigger that is known and enabled, with its whole body.
 *
 * @param replayOf the delivery that it repeats
 */
record Inbound(
        Trigger trigger,
        WebhookRequest request,
        String correlationId,
        FireMode mode,
        Actor actor,
        Optional<String> replayOf) {
    Inbound(Trigger trigger, WebhookRequest request, String correlationId, FireMode mode, Actor actor) {
        this(trigger, request, correlationId, mode, actor, Optional.empty());
    }
}
