package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * HTTP Basic authentication (RFC 7617).
 *
 * @param username the name, when the secret is the password alone; else the secret is {@code name:password}
 */
record BasicRule(ValueLocation source, Optional<RequestTemplate> username, SecretForm form, int secretIndex)
        implements Rule {
    private static final String PREFIX = "Basic ";
    private static final ValueLocation AUTHORIZATION = ValueLocation.header("authorization");

    static BasicRule read(Block block) {
        Optional<RequestTemplate> username =
                block.has("username") ? Optional.of(block.template("username")) : Optional.empty();
        if (username.isPresent()
                && (!username.get().names().isEmpty()
                        || !username.get().locations().isEmpty())) {
            throw block.wrong("username", "a text or {config:…} is expected");
        }
        if (block.has("format")) {
            throw block.wrong("format", "the scheme basic has one form only");
        }
        ValueLocation source = block.has("source")
                ? Source.inRequest(block.block("source", "{\"from\":\"header\",\"name\":…}"))
                : AUTHORIZATION;
        return new BasicRule(source, username, SecretForm.read(block), Rule.secretIndex(block));
    }

    @Override
    public SigningSecret verify(Call call) throws Refusal {
        Source.Found found = Source.find(source, call.request());
        if (!(found instanceof Source.Value value)) {
            throw TokenRule.refusal(found, "authorization");
        }
        // The name of the method is the one part of the header that has no case (RFC 7235).
        byte[] shown = value.text().regionMatches(true, 0, PREFIX, 0, PREFIX.length())
                ? Encoding.BASE64.decode(value.text(), PREFIX.length(), Source.MAX_LENGTH)
                : null;
        if (shown == null) {
            throw new Refusal(Reason.MALFORMED_SIGNATURE, "the authorization is not of the form Basic");
        }
        List<SigningSecret> secrets = call.secrets(secretIndex);
        call.spend(secrets.size());
        for (SigningSecret secret : secrets) {
            Optional<byte[]> expected = credentials(secret, call.values());
            if (expected.isPresent() && MessageDigest.isEqual(expected.get(), shown)) {
                return secret;
            }
        }
        throw new Refusal(Reason.MISMATCH, "name and password are not those of the trigger");
    }

    private Optional<byte[]> credentials(SigningSecret secret, RequestTemplate.Values values) {
        Optional<String> password =
                Optional.ofNullable(form.of(secret)).map(key -> new String(key, StandardCharsets.UTF_8));
        Optional<String> pair = username.isEmpty()
                ? password.filter(text -> text.indexOf(':') >= 0)
                : username.get().renderText(values).flatMap(name -> password.map(text -> name + ":" + text));
        return pair.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Optional<WebhookRequest> sign(WebhookRequest unsigned, SigningContext context) {
        return Rule.newest(context, secretIndex)
                .flatMap(secret -> credentials(secret, new Call(unsigned, context).values()))
                .flatMap(pair -> Placing.put(
                        unsigned, source, PREFIX + Base64.getEncoder().encodeToString(pair)));
    }

    @Override
    public List<ValueLocation> credentials() {
        return List.of(source);
    }

    @Override
    public Duration replayWindow() {
        return Duration.ZERO;
    }

    @Override
    public boolean needsPublicUrl() {
        return false;
    }
}
