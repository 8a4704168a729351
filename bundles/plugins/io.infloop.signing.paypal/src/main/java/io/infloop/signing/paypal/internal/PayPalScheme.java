package io.infloop.signing.paypal.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher.KeyPolicy;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * PayPal's transmissions: RSA with SHA-256 over {@code <transmission id>|<time>|<webhook id>|<CRC-32 of the body>}, by a certificate that
 * is fetched from PayPal and must lead to an authority that this Java runtime trusts. The webhook's id is the trigger's secret or its
 * field {@code webhookId}: without it, whoever has a webhook at PayPal could send theirs.
 *
 * <p>The checksum is no hash: who has one genuine transmission can make another body with the same checksum. So transmissions must be
 * deduplicated by their id, as the source of this bundle declares, and those that are older than PayPal repeats them are refused:
 * nobody remembers their ids any more.
 */
@Component(service = SignatureScheme.class)
public final class PayPalScheme implements SignatureScheme {
    static final String WEBHOOK_ID = "webhookId";

    private static final String ID = "paypal-transmission-id";
    private static final String TIME = "paypal-transmission-time";
    private static final String SIGNATURE = "paypal-transmission-sig";
    private static final String CERTIFICATE = "paypal-cert-url";
    private static final String ALGORITHM = "paypal-auth-algo";
    private static final List<String> HEADERS = List.of(ID, TIME, SIGNATURE, CERTIFICATE, ALGORITHM);
    private static final String SIGNER = "messageverificationcerts.paypal.com";
    private static final Duration CERTIFICATE_AGE = Duration.ofHours(24);
    private static final int MAX_CERTIFICATE_BYTES = 128 * 1024;
    private static final int MAX_HEADER = 2_048;
    /** PayPal repeats for three days; a day more for those it began late. */
    private static final Duration PAST = Duration.ofDays(4);

    private static final Duration FUTURE = Duration.ofMinutes(5);

    private final Supplier<Set<X509Certificate>> authorities;

    @Activate
    public PayPalScheme() {
        this(CertificateChain::runtimeAuthorities);
    }

    PayPalScheme(Supplier<Set<X509Certificate>> authorities) {
        this.authorities = authorities;
    }

    @Override
    public String id() {
        return "paypal";
    }

    @Override
    public void check(JsonObject settings) {
        if (!settings.isEmpty()) {
            throw new IllegalArgumentException(
                    settings.asMap().keySet().iterator().next() + ": the scheme paypal has no settings");
        }
    }

    @Override
    public Duration replayWindow(JsonObject settings) {
        return PAST.plus(FUTURE);
    }

    @Override
    public boolean needsSecret(JsonObject settings) {
        return false;
    }

    @Override
    public boolean fetchesKeys(JsonObject settings) {
        return true;
    }

    @Override
    public List<ValueLocation> credentials(JsonObject settings) {
        return List.of(ValueLocation.header(SIGNATURE));
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        try {
            return decide(request, context);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Verification.Deferred("interrupted while fetching a key");
        }
    }

    private Verification decide(WebhookRequest request, SigningContext context) throws InterruptedException {
        for (String name : HEADERS) {
            List<String> values = request.headers().all(name);
            if (values.isEmpty()) {
                return Verification.rejected(Reason.MISSING_SIGNATURE, "the header " + name + " is missing");
            }
            if (values.size() > 1) {
                return Verification.rejected(Reason.DUPLICATE_SIGNATURE, "the header " + name + " occurs twice");
            }
            if (values.get(0).isEmpty()
                    || values.get(0).length() > MAX_HEADER
                    || values.get(0).indexOf('|') >= 0) {
                return Verification.rejected(Reason.MALFORMED_SIGNATURE, "the header " + name + " is malformed");
            }
        }
        String webhookId = context.config().getOrDefault(WEBHOOK_ID, "").strip();
        if (webhookId.isEmpty()) {
            return Verification.rejected(
                    Reason.UNSUPPORTED,
                    "the trigger has no " + WEBHOOK_ID + "; copy it from PayPal's list of webhooks");
        }
        if (!value(request, ALGORITHM).equals("SHA256withRSA")) {
            return Verification.rejected(Reason.UNSUPPORTED, "the algorithm is not SHA256withRSA");
        }
        Optional<Verification> untimely =
                untimely(value(request, TIME), context.clock().instant());
        if (untimely.isPresent()) {
            return untimely.get();
        }
        Optional<URI> url = certificateUrl(value(request, CERTIFICATE));
        if (url.isEmpty()) {
            return Verification.rejected(
                    Reason.MALFORMED_SIGNATURE, "the certificate is not one of https://*.paypal.com");
        }
        byte[] pem;
        try {
            pem = context.keys()
                    .fetch(
                            url.get(),
                            new KeyPolicy(Set.of(url.get().getHost()), CERTIFICATE_AGE, MAX_CERTIFICATE_BYTES));
        } catch (KeyFetchException unreachable) {
            return new Verification.Deferred("the certificate could not be fetched: " + unreachable.getMessage());
        }
        return fits(pem, request, webhookId, context)
                ? new Verification.Accepted("certificate of PayPal")
                : Verification.rejected(Reason.MISMATCH, "the signature does not match the transmission");
    }

    private static Optional<Verification> untimely(String text, Instant now) {
        Instant sent;
        try {
            sent = Instant.parse(text);
        } catch (DateTimeParseException otherForm) {
            return Optional.of(Verification.rejected(
                    Reason.MALFORMED_TIMESTAMP, "the transmission's time is not one of ISO 8601"));
        }
        if (sent.isBefore(now.minus(PAST))) {
            return Optional.of(Verification.rejected(Reason.STALE, "the transmission is older than PayPal repeats it"));
        }
        return sent.isAfter(now.plus(FUTURE))
                ? Optional.of(Verification.rejected(Reason.FROM_THE_FUTURE, "the transmission is from the future"))
                : Optional.empty();
    }

    private static String value(WebhookRequest request, String header) {
        return request.headers().first(header).orElseThrow();
    }

    private static Optional<URI> certificateUrl(String text) {
        try {
            URI uri = new URI(text);
            boolean paypal = "https".equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getHost().endsWith(".paypal.com")
                    && uri.getRawUserInfo() == null
                    && (uri.getPort() == -1 || uri.getPort() == 443);
            return paypal ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    private boolean fits(byte[] pem, WebhookRequest request, String webhookId, SigningContext context) {
        CRC32 checksum = new CRC32();
        checksum.update(request.body());
        String signed = value(request, ID) + '|' + value(request, TIME) + '|' + webhookId + '|' + checksum.getValue();
        try {
            CertificateChain chain = CertificateChain.parse(pem);
            if (!isPayPals(chain.signer())
                    || !chain.isTrusted(authorities.get(), context.clock().instant())) {
                return false;
            }
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(chain.signer());
            verifier.update(signed.getBytes(StandardCharsets.UTF_8));
            byte[] plain = Base64.getDecoder().decode(value(request, SIGNATURE));
            // The decoder takes missing padding and stray bits at the end; only what the bytes encode to was sent by
            // PayPal.
            return Base64.getEncoder().encodeToString(plain).equals(value(request, SIGNATURE))
                    && verifier.verify(plain);
        } catch (CertificateException | IllegalArgumentException malformed) {
            return false;
        } catch (GeneralSecurityException doesNotFit) {
            return false;
        }
    }

    /** Any certificate of a trusted authority would do otherwise, as long as somebody got it onto a host of PayPal's. */
    private static boolean isPayPals(X509Certificate certificate) {
        try {
            if (certificate.getSubjectAlternativeNames() != null
                    && certificate.getSubjectAlternativeNames().stream()
                            .anyMatch(name -> name.size() > 1 && isPayPals(name.get(1)))) {
                return true;
            }
        } catch (CertificateException malformed) {
            return false;
        }
        for (String part : certificate.getSubjectX500Principal().getName().split(",")) {
            if (part.startsWith("CN=") && isPayPals(part.substring("CN=".length()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPayPals(Object name) {
        return name instanceof String text && (text.equals(SIGNER) || text.endsWith("." + SIGNER));
    }
}
