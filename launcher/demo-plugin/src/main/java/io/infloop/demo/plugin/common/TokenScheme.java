package io.infloop.demo.plugin.common;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * The scheme {@code demo-token}: a request is genuine if the declared {@code header} holds the secret. Good enough to show how a
 * scheme is written; a real one signs the body.
 */
@Component
public final class TokenScheme implements SignatureScheme {
    @Override
    public String id() {
        return "demo-token";
    }

    @Override
    public void check(JsonObject settings) {
        if (settings.string("header").filter(name -> !name.isBlank()).isEmpty()) {
            throw new IllegalArgumentException("header: the name of the header with the token is missing");
        }
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        List<String> tokens = request.headers().all(settings.string("header").orElseThrow());
        if (tokens.isEmpty()) {
            return Verification.rejected(Verification.Reason.MISSING_SIGNATURE, "the token header is missing");
        }
        if (tokens.size() > 1) {
            return Verification.rejected(
                    Verification.Reason.DUPLICATE_SIGNATURE, "there is more than one token header");
        }
        byte[] token = tokens.get(0).getBytes(StandardCharsets.UTF_8);
        for (SigningSecret secret : context.secrets()) {
            if (MessageDigest.isEqual(token, secret.utf8())) {
                return Verification.accepted(secret);
            }
        }
        return Verification.rejected(Verification.Reason.MISMATCH, "the token is not the secret");
    }
}
