package io.infloop.signing.declarative.internal;

import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What a signed text is made of.
 *
 * @param named timestamp and variables
 * @param secret null when the text does not depend on it
 */
record SignedValues(
        WebhookRequest request,
        Map<String, String> named,
        Map<String, String> config,
        byte[] secret,
        boolean missingIsEmpty)
        implements RequestTemplate.Values {
    @Override
    public Optional<byte[]> value(String name) {
        if (name.equals("secret")) {
            return Optional.ofNullable(secret);
        }
        return Optional.ofNullable(named.get(name)).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Optional<String> config(String name) {
        return Optional.ofNullable(config.get(name));
    }

    SignedValues with(byte[] key) {
        return new SignedValues(request, named, config, key, missingIsEmpty);
    }
}
