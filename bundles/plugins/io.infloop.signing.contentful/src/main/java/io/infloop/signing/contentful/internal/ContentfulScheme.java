package io.infloop.signing.contentful.internal;

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
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osgi.service.component.annotations.Component;

/**
 * Contentful's canonical requests: HMAC with SHA-256 over the method, the path with its query, headers that the sender chooses, and the
 * body, each on lines of its own. The list of headers must hold itself and the time, or both could be changed.
 */
@Component(service = SignatureScheme.class)
public final class ContentfulScheme implements SignatureScheme {
    private static final String SIGNATURE = "x-contentful-signature";
    private static final String SIGNED_HEADERS = "x-contentful-signed-headers";
    private static final String TIMESTAMP = "x-contentful-timestamp";
    private static final Duration WINDOW = Duration.ofSeconds(30);
    private static final int SECRET_LENGTH = 64;
    private static final int HASH_BYTES = 32;
    private static final int MAX_HEADERS = 64;
    private static final int MAX_LIST = 4_096;
    private static final int MAX_DIGITS = 15;

    @Override
    public String id() {
        return "contentful";
    }

    @Override
    public void check(JsonObject settings) {
        if (!settings.isEmpty()) {
            throw new IllegalArgumentException(
                    settings.asMap().keySet().iterator().next() + ": the scheme contentful has no settings");
        }
    }

    @Override
    public boolean needsPublicUrl(JsonObject settings) {
        return true;
    }

    @Override
    public Duration replayWindow(JsonObject settings) {
        return WINDOW.multipliedBy(2);
    }

    @Override
    public List<ValueLocation> credentials(JsonObject settings) {
        return List.of(ValueLocation.header(SIGNATURE));
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        for (String name : List.of(SIGNATURE, SIGNED_HEADERS, TIMESTAMP)) {
            int count = request.headers().all(name).size();
            if (count != 1) {
                return count == 0
                        ? Verification.rejected(Reason.MISSING_SIGNATURE, "the header " + name + " is missing")
                        : Verification.rejected(Reason.DUPLICATE_SIGNATURE, "the header " + name + " occurs twice");
            }
        }
        Optional<byte[]> signature = signature(value(request, SIGNATURE));
        if (signature.isEmpty()) {
            return Verification.rejected(
                    Reason.MALFORMED_SIGNATURE, "the signature is not 64 lower-case hexadecimal digits");
        }
        Optional<Verification> untimely = untimely(value(request, TIMESTAMP), context);
        if (untimely.isPresent()) {
            return untimely.get();
        }
        if (request.publicUrl().isEmpty()) {
            return Verification.rejected(
                    Reason.UNSUPPORTED,
                    "the trigger has no public URL, which the signature is made over; configure it");
        }
        Optional<byte[]> signed = canonical(request, request.publicUrl().get());
        if (signed.isEmpty()) {
            return Verification.rejected(
                    Reason.MALFORMED_SIGNATURE,
                    "the signed headers are not all there, or the list does not hold itself");
        }
        for (SigningSecret secret : context.secrets()) {
            if (secret.value().length() == SECRET_LENGTH
                    && MessageDigest.isEqual(hmac(secret.utf8(), signed.get()), signature.get())) {
                return Verification.accepted(secret);
            }
        }
        return Verification.rejected(Reason.MISMATCH, "the signature does not match the request");
    }

    @Override
    public Optional<WebhookRequest> sign(WebhookRequest unsigned, JsonObject settings, SigningContext context) {
        if (unsigned.publicUrl().isEmpty() || context.secrets().isEmpty()) {
            return Optional.empty();
        }
        List<Header> headers = new ArrayList<>(unsigned.headers().all());
        headers.add(new Header(TIMESTAMP, Long.toString(context.clock().millis())));
        headers.add(new Header(SIGNED_HEADERS, SIGNED_HEADERS + "," + TIMESTAMP));
        WebhookRequest stamped = with(unsigned, headers);
        byte[] signed = canonical(stamped, unsigned.publicUrl().get()).orElseThrow();
        headers.add(new Header(
                SIGNATURE,
                HexFormat.of().formatHex(hmac(context.secrets().get(0).utf8(), signed))));
        return Optional.of(with(unsigned, headers));
    }

    private static WebhookRequest with(WebhookRequest request, List<Header> headers) {
        byte[] body = new byte[request.bodyLength()];
        request.body().get(body);
        return new WebhookRequest(
                request.method(),
                request.publicUrl(),
                request.rawQuery(),
                HttpHeaders.of(headers),
                body,
                request.receivedAt());
    }

    private static String value(WebhookRequest request, String header) {
        return request.headers().first(header).orElseThrow();
    }

    private static Optional<byte[]> signature(String hex) {
        boolean canonical = hex.length() == 2 * HASH_BYTES
                && hex.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
        return canonical ? Optional.of(HexFormat.of().parseHex(hex)) : Optional.empty();
    }

    private static Optional<Verification> untimely(String text, SigningContext context) {
        boolean number =
                !text.isEmpty() && text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number) {
            return Optional.of(
                    Verification.rejected(Reason.MALFORMED_TIMESTAMP, "the time is not a number of milliseconds"));
        }
        long age = context.clock().millis() - Long.parseLong(text);
        if (age > WINDOW.toMillis()) {
            return Optional.of(Verification.rejected(Reason.STALE, "the request is older than 30 seconds"));
        }
        return age < -WINDOW.toMillis()
                ? Optional.of(Verification.rejected(Reason.FROM_THE_FUTURE, "the request is from the future"))
                : Optional.empty();
    }

    private static Optional<byte[]> canonical(WebhookRequest request, URI url) {
        String list = value(request, SIGNED_HEADERS);
        String[] names = list.split(",", MAX_HEADERS + 1);
        if (list.length() > MAX_LIST || names.length > MAX_HEADERS) {
            return Optional.empty();
        }
        Set<String> seen = new HashSet<>();
        StringBuilder headers = new StringBuilder();
        for (String each : names) {
            String name = each.strip().toLowerCase(Locale.ROOT);
            List<String> values = request.headers().all(name);
            if (!seen.add(name) || values.size() != 1) {
                return Optional.empty();
            }
            headers.append(headers.length() == 0 ? "" : ";")
                    .append(name)
                    .append(':')
                    .append(values.get(0).strip());
        }
        if (!seen.contains(SIGNED_HEADERS) || !seen.contains(TIMESTAMP)) {
            return Optional.empty();
        }
        String path = (url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath())
                + (request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery());
        byte[] head = (request.method() + '\n' + path + '\n' + headers + '\n').getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = request.body();
        ByteArrayOutputStream canonical = new ByteArrayOutputStream(head.length + body.remaining());
        canonical.writeBytes(head);
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        canonical.writeBytes(bytes);
        return Optional.of(canonical.toByteArray());
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has HMAC with SHA-256", impossible);
        }
    }
}
