package io.infloop.rest.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.WebhookRequest;

/** A scheme whose demands stand in its settings. */
final class FakeScheme implements SignatureScheme {
    @Override
    public String id() {
        return "hmac";
    }

    @Override
    public void check(JsonObject settings) {}

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        throw new UnsupportedOperationException("nothing is verified here");
    }

    @Override
    public boolean needsSecret(JsonObject settings) {
        return !settings.has("remoteKeys");
    }

    @Override
    public boolean needsPublicUrl(JsonObject settings) {
        return settings.string("payload").orElse("").contains("{url}");
    }
}
