package io.infloop.signing.sns.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher.KeyPolicy;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.HttpReply;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/**
 * Messages of Amazon SNS: RSA over a canonical text, by a certificate that is fetched from Amazon. Only topics that the trigger names
 * are accepted, as anybody can make Amazon sign messages of a topic of their own; a genuine request to confirm a subscription to one
 * of them is confirmed.
 */
@Component(service = SignatureScheme.class)
public final class SnsScheme implements SignatureScheme {
    /** Name of the field in which the trigger names its topics, separated by commas. */
    static final String TOPICS = "topicArn";

    private static final Duration CERTIFICATE_AGE = Duration.ofHours(24);
    private static final int MAX_CERTIFICATE_BYTES = 64 * 1024;
    private static final int MAX_CONFIRMATION_BYTES = 64 * 1024;
    /** Amazon's keys have 2048 bits; this is enough for 8192. */
    private static final int MAX_SIGNATURE_CHARACTERS = 1_400;

    @Override
    public String id() {
        return "aws-sns";
    }

    @Override
    public void check(JsonObject settings) {
        if (!settings.isEmpty()) {
            throw new IllegalArgumentException(
                    settings.asMap().keySet().iterator().next() + ": the scheme aws-sns has no settings");
        }
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
        // A body is stored as it came; its signature proves who wrote it and opens nothing.
        return List.of();
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

    private static Verification decide(WebhookRequest request, SigningContext context) throws InterruptedException {
        Optional<SnsMessage> found = SnsMessage.of(request.json());
        if (found.isEmpty()) {
            return Verification.rejected(
                    Reason.MISSING_SIGNATURE,
                    "the body is not a message of SNS; raw message delivery is not signed and must be off");
        }
        SnsMessage message = found.get();
        if (!topics(context).contains(message.text("TopicArn").orElse(""))) {
            return Verification.rejected(
                    Reason.WRONG_VALUE, "the message is of a topic that the trigger does not name in " + TOPICS);
        }
        Optional<String> signature =
                message.text("Signature").filter(text -> text.length() <= MAX_SIGNATURE_CHARACTERS);
        Optional<byte[]> signed = message.signedBytes();
        Optional<URI> certificateUrl = message.text("SigningCertURL").flatMap(AmazonUrls::certificate);
        if (signature.isEmpty() || signed.isEmpty()) {
            return Verification.rejected(
                    Reason.MISSING_SIGNATURE, "the message lacks its signature or a signed member");
        }
        if (certificateUrl.isEmpty()) {
            return Verification.rejected(
                    Reason.MALFORMED_SIGNATURE, "the certificate is not one of https://sns.<region>.amazonaws.com");
        }
        Optional<String> algorithm = algorithm(message);
        if (algorithm.isEmpty()) {
            return Verification.rejected(Reason.UNSUPPORTED, "the signature's version is neither 1 nor 2");
        }
        byte[] certificate;
        try {
            certificate = fetch(context, certificateUrl.get(), CERTIFICATE_AGE, MAX_CERTIFICATE_BYTES);
        } catch (KeyFetchException unreachable) {
            return new Verification.Deferred("the certificate could not be fetched: " + unreachable.getMessage());
        }
        if (!fits(
                certificate,
                algorithm.get(),
                signed.get(),
                signature.get(),
                Date.from(context.clock().instant()))) {
            return Verification.rejected(Reason.MISMATCH, "the signature does not match the message");
        }
        return switch (message.kind()) {
            case NOTIFICATION -> new Verification.Accepted("certificate of Amazon SNS");
            case SUBSCRIPTION_CONFIRMATION -> confirm(message, context);
            // Answered, not followed: following it would subscribe again.
            case UNSUBSCRIBE_CONFIRMATION -> new Verification.Answered(reply("unsubscribed"));
        };
    }

    private static Optional<String> algorithm(SnsMessage message) {
        return switch (message.text("SignatureVersion").orElse("")) {
            case "1" -> Optional.of("SHA1withRSA");
            case "2" -> Optional.of("SHA256withRSA");
            default -> Optional.empty();
        };
    }

    private static Set<String> topics(SigningContext context) {
        return Arrays.stream(context.config().getOrDefault(TOPICS, "").split(","))
                .map(String::strip)
                .filter(topic -> !topic.isEmpty())
                .collect(java.util.stream.Collectors.toSet());
    }

    private static Verification confirm(SnsMessage message, SigningContext context) throws InterruptedException {
        Optional<URI> url = message.text("SubscribeURL").flatMap(AmazonUrls::confirmation);
        if (url.isEmpty()) {
            return Verification.rejected(
                    Reason.UNSUPPORTED, "the subscription is not confirmed at https://sns.<region>.amazonaws.com");
        }
        try {
            fetch(context, url.get(), Duration.ZERO, MAX_CONFIRMATION_BYTES);
        } catch (KeyFetchException unreachable) {
            return new Verification.Deferred("the subscription could not be confirmed: " + unreachable.getMessage());
        }
        return new Verification.Answered(reply("subscribed"));
    }

    private static byte[] fetch(SigningContext context, URI url, Duration maxAge, int maxBytes)
            throws KeyFetchException, InterruptedException {
        return context.keys().fetch(url, new KeyPolicy(Set.of(url.getHost()), maxAge, maxBytes));
    }

    private static HttpReply reply(String text) {
        return new HttpReply(200, Map.of(), "text/plain", text);
    }

    private static boolean fits(byte[] pem, String algorithm, byte[] signed, String signature, Date now) {
        try {
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
            certificate.checkValidity(now);
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate);
            verifier.update(signed);
            byte[] plain = Base64.getDecoder().decode(signature);
            // The decoder takes missing padding and stray bits at the end; only what the bytes encode to was sent by
            // Amazon.
            return Base64.getEncoder().encodeToString(plain).equals(signature) && verifier.verify(plain);
        } catch (GeneralSecurityException | IllegalArgumentException doesNotFit) {
            return false;
        }
    }
}
