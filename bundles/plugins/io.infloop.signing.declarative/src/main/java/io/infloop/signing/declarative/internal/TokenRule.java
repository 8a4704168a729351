package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The sender shows the secret itself. It proves who sends, and nothing of what is sent. */
record TokenRule(ValueLocation source, SignatureFormat format, SecretForm form, int secretIndex) implements Rule {
    static TokenRule read(Block block) {
        SignatureFormat format = SignatureFormat.read(block);
        if (!(format instanceof SignatureFormat.Raw) && !(format instanceof SignatureFormat.Prefix)) {
            throw block.wrong("format.type", "a token stands alone or after a prefix: raw or prefix");
        }
        return new TokenRule(
                Source.inRequest(block.block("source", "{\"from\":\"header\",\"name\":…}")),
                format,
                SecretForm.read(block),
                Rule.secretIndex(block));
    }

    @Override
    public SigningSecret verify(Call call) throws Refusal {
        Source.Found found = Source.find(source, call.request());
        if (!(found instanceof Source.Value value)) {
            throw refusal(found, "token");
        }
        byte[] token = format.parse(value.text()).candidates().get(0).getBytes(StandardCharsets.UTF_8);
        List<SigningSecret> secrets = call.secrets(secretIndex);
        call.spend(secrets.size());
        for (SigningSecret secret : secrets) {
            byte[] key = form.of(secret);
            if (key != null && MessageDigest.isEqual(key, token)) {
                return secret;
            }
        }
        throw new Refusal(Reason.MISMATCH, "the token is not one of the secrets");
    }

    static Refusal refusal(Source.Found found, String what) {
        if (found instanceof Source.Missing) {
            return new Refusal(Reason.MISSING_SIGNATURE, "the " + what + " is missing");
        }
        return found instanceof Source.Repeated
                ? new Refusal(Reason.DUPLICATE_SIGNATURE, "the " + what + " is repeated")
                : new Refusal(Reason.MALFORMED_SIGNATURE, "the " + what + " is too long");
    }

    @Override
    public Optional<WebhookRequest> sign(WebhookRequest unsigned, SigningContext context) {
        return Rule.newest(context, secretIndex)
                .map(form::of)
                .map(key -> format.compose(new String(key, StandardCharsets.UTF_8), Optional.empty()))
                .flatMap(token -> Placing.put(unsigned, source, token));
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
