package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;

/** One request to a trigger that is known and enabled, with its whole body. */
record Inbound(Trigger trigger, WebhookRequest request, String correlationId, FireMode mode, Actor actor) {}
