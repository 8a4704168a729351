package io.infloop.ingress.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 as {@code sha256=<hex>}, independent of the shipped scheme. */
final class FakeHmacScheme implements SignatureScheme {
    Optional<Verification> fixed = Optional.empty();
    RuntimeException failure;
    Error error;
    int calls;
    boolean needsSecret = true;
    boolean needsPublicUrl;
    boolean fetchesKeys;
    boolean signs = true;
    Duration replayWindow = Duration.ZERO;
    /** Called to confirm something. */
    Optional<URI> called = Optional.empty();

    String thread = "";

    @Override
    public String id() {
        return "hmac";
    }

    @Override
    public void check(JsonObject settings) {}

    @Override
    public boolean needsSecret(JsonObject settings) {
        return needsSecret;
    }

    @Override
    public boolean needsPublicUrl(JsonObject settings) {
        return needsPublicUrl;
    }

    @Override
    public boolean fetchesKeys(JsonObject settings) {
        return fetchesKeys;
    }

    @Override
    public Duration replayWindow(JsonObject settings) {
        return replayWindow;
    }

    @Override
    public List<ValueLocation> credentials(JsonObject settings) {
        return List.of(ValueLocation.header("x-hub-signature-256"));
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        calls++;
        thread = Thread.currentThread().getName();
        if (error != null) {
            throw error;
        }
        if (failure != null) {
            throw failure;
        }
        if (fixed.isPresent()) {
            return fixed.get();
        }
        if (called.isPresent()) {
            try {
                context.keys().fetch(called.get(), new KeyFetcher.KeyPolicy(Set.of("*.example"), Duration.ZERO, 1));
            } catch (KeyFetchException refused) {
                return new Verification.Deferred(refused.getMessage());
            } catch (InterruptedException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        Optional<String> header = request.headers().first("x-hub-signature-256");
        if (header.isEmpty()) {
            return Verification.rejected(Verification.Reason.MISSING_SIGNATURE, "no signature header");
        }
        for (SigningSecret secret : context.secrets()) {
            byte[] expected =
                    ("sha256=" + HexFormat.of().formatHex(mac(request, secret))).getBytes(StandardCharsets.UTF_8);
            if (MessageDigest.isEqual(expected, header.get().getBytes(StandardCharsets.UTF_8))) {
                return Verification.accepted(secret);
            }
        }
        return Verification.rejected(Verification.Reason.MISMATCH, "the signature does not fit");
    }

    @Override
    public Optional<WebhookRequest> sign(WebhookRequest unsigned, JsonObject settings, SigningContext context) {
        if (!signs) {
            return Optional.empty();
        }
        Map<String, String> headers = new LinkedHashMap<>(unsigned.headers().joined());
        headers.put(
                "x-hub-signature-256",
                "sha256="
                        + HexFormat.of()
                                .formatHex(mac(unsigned, context.secrets().get(0))));
        return Optional.of(unsigned.withHeaders(HttpHeaders.of(headers)));
    }

    static String signature(String secret, String body) {
        WebhookRequest request = Fixture.request(Map.of(), "", body.getBytes(StandardCharsets.UTF_8));
        return "sha256=" + HexFormat.of().formatHex(mac(request, new SigningSecret("secret", secret)));
    }

    private static byte[] mac(WebhookRequest request, SigningSecret secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.utf8(), "HmacSHA256"));
            mac.update(request.body());
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
