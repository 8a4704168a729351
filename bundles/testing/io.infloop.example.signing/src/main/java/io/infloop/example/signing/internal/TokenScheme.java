package io.infloop.example.signing.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * Example of a signature scheme: the sender puts the secret itself into the header {@code X-Example-Token}. Good enough to show the
 * interface; a real scheme signs the body, because a token says nothing about what was sent.
 */
@Component(service = SignatureScheme.class)
public final class TokenScheme implements SignatureScheme {
    @Override
    public String id() {
        return "example-token";
    }

    /** Refuse what you do not understand: a declaration that is ignored is a check that does not happen. */
    @Override
    public void check(JsonObject settings) {
        if (!settings.isEmpty()) {
            throw new IllegalArgumentException("signature."
                    + settings.asMap().keySet().iterator().next() + ": the scheme example-token has no settings");
        }
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        List<String> tokens = request.headers().all("X-Example-Token");
        if (tokens.size() != 1) {
            return tokens.isEmpty()
                    ? Verification.rejected(Reason.MISSING_SIGNATURE, "the token header is missing")
                    : Verification.rejected(Reason.DUPLICATE_SIGNATURE, "the token header is repeated");
        }
        byte[] token = tokens.get(0).getBytes(StandardCharsets.UTF_8);
        for (SigningSecret secret : context.secrets()) {
            // Never equals(): it returns sooner the earlier the texts differ, and so tells an attacker how much is
            // right.
            if (MessageDigest.isEqual(token, secret.utf8())) {
                return Verification.accepted(secret);
            }
        }
        return Verification.rejected(Reason.MISMATCH, "the token is not one of the secrets");
    }

    /** What must never be stored with a delivery. */
    @Override
    public List<ValueLocation> credentials(JsonObject settings) {
        return List.of(ValueLocation.header("x-example-token"));
    }

    /** How the sender would have signed: test fires of an operator use it. */
    @Override
    public Optional<WebhookRequest> sign(WebhookRequest unsigned, JsonObject settings, SigningContext context) {
        List<Header> headers = new ArrayList<>(unsigned.headers().all());
        headers.add(new Header("X-Example-Token", context.secrets().get(0).value()));
        return Optional.of(unsigned.withHeaders(HttpHeaders.of(headers)));
    }
}
