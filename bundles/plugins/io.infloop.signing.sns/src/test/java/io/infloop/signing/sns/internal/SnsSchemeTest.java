package io.infloop.signing.sns.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Answered;
import io.infloop.spi.signing.Verification.Deferred;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnsSchemeTest {
    private static final String TOPIC = "arn:aws:sns:eu-west-1:123456789012:builds";
    private static final String CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0f.pem";
    private static final String CONFIRM =
            "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=t&Token=abc";
    private static PrivateKey key;
    private static byte[] pem;
    private static Instant now;

    @TempDir
    static Path directory;

    private final List<URI> fetched = new ArrayList<>();
    private final KeyFetcher keys = (url, policy) -> {
        assertThat(policy.hosts()).containsExactly(url.getHost());
        fetched.add(url);
        assertThat(policy.maxAge()).isEqualTo(url.getPath().endsWith(".pem") ? Duration.ofHours(24) : Duration.ZERO);
        return pem;
    };

    @BeforeAll
    static void makeCertificate() throws Exception {
        Path store = directory.resolve("keys.p12");
        new Keytool(store)
                .run(
                        "-genkeypair",
                        "-alias",
                        "sns",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=sns.amazonaws.com");
        KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(store)) {
            loaded.load(input, Keytool.PASSWORD.toCharArray());
        }
        key = (PrivateKey) loaded.getKey("sns", Keytool.PASSWORD.toCharArray());
        X509Certificate certificate = (X509Certificate) loaded.getCertificate("sns");
        pem = ("-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
        now = certificate.getNotBefore().toInstant().plusSeconds(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void acceptsGenuineNotificationsOfBothVersions(String version) throws Exception {
        assertThat(verify(signed(notification(), version))).isInstanceOf(Accepted.class);
        assertThat(fetched).containsExactly(URI.create(CERTIFICATE));
    }

    @Test
    void aSubjectIsSignedWhenThereIsOne() throws Exception {
        JsonObject withSubject =
                notification().toBuilder().put("Subject", "hello").build();
        JsonObject signed = signed(withSubject, "2");
        assertThat(verify(signed)).isInstanceOf(Accepted.class);
        assertThat(reason(signed.toBuilder().remove("Subject").build())).isEqualTo(Reason.MISMATCH);
        assertThat(reason(signed.toBuilder().put("Subject", "other").build())).isEqualTo(Reason.MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Message", "MessageId", "Timestamp"})
    void rejectsAChangedMember(String member) throws Exception {
        JsonObject changed =
                signed(notification(), "2").toBuilder().put(member, "x").build();
        assertThat(reason(changed)).isEqualTo(Reason.MISMATCH);
    }

    @Test
    void rejectsASignatureThatIsWrittenInAnotherWay() throws Exception {
        JsonObject message = signed(notification(), "2");
        String signature = message.string("Signature").orElseThrow();
        assertThat(signature).endsWith("==");
        int last = signature.length() - 3;
        // The last character before the padding carries bits that no byte is made of.
        String stray = signature.substring(0, last) + (char) (signature.charAt(last) + 1) + "==";
        for (String other : List.of(stray, signature.substring(0, signature.length() - 2))) {
            assertThat(reason(message.toBuilder().put("Signature", other).build()))
                    .isEqualTo(Reason.MISMATCH);
        }
    }

    @Test
    void rejectsTopicsThatTheTriggerDoesNotName() throws Exception {
        JsonObject other = signed(
                notification().toBuilder()
                        .put("TopicArn", TOPIC + "-of-somebody-else")
                        .build(),
                "2");
        assertThat(reason(other)).isEqualTo(Reason.WRONG_VALUE);
        assertThat(fetched).as("nothing is fetched for strangers").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://sns.eu-west-1.amazonaws.com.example.org/a.pem",
                "https://example.org/sns.eu-west-1.amazonaws.com.pem",
                "https://snsxeu-west-1.amazonaws.com/a.pem",
                "https://sns.eu.west.amazonaws.com/a.pem",
                "https://sns.amazonaws.com/a.pem",
                "http://sns.eu-west-1.amazonaws.com/a.pem",
                "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
                "https://user@sns.eu-west-1.amazonaws.com/a.pem",
                "https://sns.eu-west-1.amazonaws.com/a.txt",
                "https://sns.eu-west-1.amazonaws.com@example.org/a.pem",
                "https://SNS.eu-west-1.amazonaws.com\\@example.org/a.pem",
                "https://169.254.169.254/a.pem"
            })
    void fetchesCertificatesFromAmazonOnly(String url) throws Exception {
        JsonObject message = signed(notification(), "2").toBuilder()
                .put("SigningCertURL", url)
                .build();
        assertThat(reason(message)).isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(fetched).isEmpty();
    }

    @Test
    void hostsInChinaAreAmazonsToo() throws Exception {
        JsonObject message = signed(notification(), "2").toBuilder()
                .put("SigningCertURL", "https://sns.cn-north-1.amazonaws.com.cn/a.pem")
                .build();
        assertThat(verify(message)).isInstanceOf(Accepted.class);
    }

    @Test
    void confirmsASubscriptionToANamedTopicOnlyWhenItIsGenuine() throws Exception {
        JsonObject confirmation = confirmation(CONFIRM);
        assertThat(verify(confirmation)).isInstanceOf(Answered.class);
        assertThat(fetched).containsExactly(URI.create(CERTIFICATE), URI.create(CONFIRM));
        fetched.clear();
        assertThat(reason(confirmation.toBuilder().put("Token", "other").build()))
                .isEqualTo(Reason.MISMATCH);
        assertThat(fetched).containsExactly(URI.create(CERTIFICATE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/?Action=ConfirmSubscription&Token=1",
                "https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&TopicArn=t"
            })
    void confirmsNowhereElse(String url) throws Exception {
        assertThat(reason(confirmation(url))).isEqualTo(Reason.UNSUPPORTED);
        assertThat(fetched).containsExactly(URI.create(CERTIFICATE));
    }

    @Test
    void withoutTheCertificateNothingIsDecided() throws Exception {
        SigningContext context = context((url, policy) -> {
            throw new KeyFetchException("nobody answers");
        });
        Verification result = new SnsScheme().verify(request(signed(notification(), "2")), JsonObject.EMPTY, context);
        assertThat(result).isInstanceOf(Deferred.class);
    }

    @Test
    void rejectsWhatIsNoMessageOrHasAnotherVersion() throws Exception {
        assertThat(reason(JsonObject.of("hello", "world"))).isEqualTo(Reason.MISSING_SIGNATURE);
        assertThat(reason(signed(notification(), "2").toBuilder()
                        .put("SignatureVersion", "3")
                        .build()))
                .isEqualTo(Reason.UNSUPPORTED);
        assertThat(reason(signed(notification(), "2").toBuilder()
                        .put("SignatureVersion", "1")
                        .build()))
                .isEqualTo(Reason.MISMATCH);
    }

    @Test
    void rejectsAnExpiredCertificate() throws Exception {
        now = now.plus(Duration.ofDays(3_650));
        try {
            assertThat(reason(signed(notification(), "2"))).isEqualTo(Reason.MISMATCH);
        } finally {
            now = now.minus(Duration.ofDays(3_650));
        }
    }

    @Test
    void hasNoSettings() {
        assertThatThrownBy(() -> new SnsScheme().check(JsonObject.of("x", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x");
    }

    private static JsonObject notification() {
        return JsonObject.builder()
                .put("Type", "Notification")
                .put("MessageId", "m-1")
                .put("TopicArn", TOPIC)
                .put("Message", "Grüße\nworld")
                .put("Timestamp", "2026-01-01T12:00:00.000Z")
                .put("SigningCertURL", CERTIFICATE)
                .build();
    }

    private static JsonObject confirmation(String url) throws Exception {
        return signed(
                notification().toBuilder()
                        .put("Type", "SubscriptionConfirmation")
                        .put("Token", "abc")
                        .put("SubscribeURL", url)
                        .build(),
                "2");
    }

    /** Written from Amazon's description, not from the scheme. */
    private static JsonObject signed(JsonObject message, String version) throws Exception {
        StringBuilder text = new StringBuilder();
        boolean confirmation = message.has("Token");
        for (String name : confirmation
                ? List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
                : List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")) {
            message.string(name).ifPresent(value -> text.append(name + "\n" + value + "\n"));
        }
        Signature signer = Signature.getInstance(version.equals("1") ? "SHA1withRSA" : "SHA256withRSA");
        signer.initSign(key);
        signer.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return message.toBuilder()
                .put("SignatureVersion", version)
                .put("Signature", Base64.getEncoder().encodeToString(signer.sign()))
                .build();
    }

    private Verification verify(JsonObject message) {
        return new SnsScheme().verify(request(message), JsonObject.EMPTY, context(keys));
    }

    private Reason reason(JsonObject message) {
        return ((Rejected) verify(message)).reason();
    }

    private static SigningContext context(KeyFetcher fetcher) {
        return SigningContext.of(
                List.of(),
                Map.of("topicArn", "arn:aws:sns:x:1:y, " + TOPIC),
                Clock.fixed(now, ZoneOffset.UTC),
                fetcher);
    }

    private static WebhookRequest request(JsonObject message) {
        return new WebhookRequest(
                "POST",
                Optional.empty(),
                "",
                HttpHeaders.of(Map.of("content-type", "text/plain; charset=UTF-8")),
                message.toString().getBytes(StandardCharsets.UTF_8),
                now);
    }
}
