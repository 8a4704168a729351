package io.infloop.signing.paypal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Deferred;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
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
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayPalSchemeTest {
    private static final String URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594";
    private static final String BODY = "{\"id\":\"WH-1\",\"event_type\":\"PAYMENT.CAPTURE.COMPLETED\"}";
    private static KeyStore store;
    private static Instant now;

    @TempDir
    static Path directory;

    private byte[] pem = pem("paypal");
    private int fetches;

    private final PayPalScheme scheme = new PayPalScheme(() -> Set.of(certificate("ca")));

    @BeforeAll
    static void makeCertificates() throws Exception {
        Path file = directory.resolve("keys.p12");
        Keytool keytool = new Keytool(file);
        keytool.run(
                "-genkeypair", "-alias", "ca", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=CA", "-ext", "bc:c");
        issue(keytool, "paypal", "CN=messageverificationcerts.paypal.com,O=PayPal");
        issue(keytool, "other", "CN=somebody.example.org");
        keytool.run(
                "-genkeypair",
                "-alias",
                "self",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=messageverificationcerts.paypal.com");
        store = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(file)) {
            store.load(input, Keytool.PASSWORD.toCharArray());
        }
        now = certificate("self").getNotBefore().toInstant().plusSeconds(60);
    }

    private static void issue(Keytool keytool, String alias, String name) throws Exception {
        Path request = directory.resolve(alias + ".csr");
        Path issued = directory.resolve(alias + ".crt");
        keytool.run("-genkeypair", "-alias", alias, "-keyalg", "RSA", "-keysize", "2048", "-dname", name);
        keytool.run("-certreq", "-alias", alias, "-file", request.toString());
        keytool.run("-gencert", "-alias", "ca", "-infile", request.toString(), "-outfile", issued.toString());
        keytool.run("-importcert", "-noprompt", "-alias", alias, "-file", issued.toString());
    }

    @Test
    void acceptsAGenuineTransmission() throws Exception {
        assertThat(verify(signed("paypal", "WEBHOOK-1"), BODY)).isInstanceOf(Accepted.class);
        assertThat(fetches).isEqualTo(1);
    }

    @Test
    void rejectsAnotherBodyIdTimeOrWebhook() throws Exception {
        List<Header> headers = signed("paypal", "WEBHOOK-1");
        assertThat(reason(headers, BODY + " ")).isEqualTo(Reason.MISMATCH);
        assertThat(reason(replaced(headers, "PAYPAL-TRANSMISSION-ID", "other"), BODY))
                .isEqualTo(Reason.MISMATCH);
        assertThat(reason(
                        replaced(
                                headers,
                                "PAYPAL-TRANSMISSION-TIME",
                                now.minusSeconds(1).toString()),
                        BODY))
                .isEqualTo(Reason.MISMATCH);
        assertThat(reason(signed("paypal", "WEBHOOK-OF-SOMEBODY-ELSE"), BODY)).isEqualTo(Reason.MISMATCH);
    }

    /** The checksum can be forged for another body; what keeps that out is the id, as long as it is remembered. */
    @Test
    void rejectsTransmissionsWhoseIdsAreForgotten() throws Exception {
        String old = now.minus(scheme.replayWindow(JsonObject.EMPTY)).toString();
        assertThat(reason(signed("paypal", "WEBHOOK-1", old), BODY)).isEqualTo(Reason.STALE);
        String repeated = now.minus(Duration.ofDays(3)).toString();
        assertThat(verify(signed("paypal", "WEBHOOK-1", repeated), BODY)).isInstanceOf(Accepted.class);
        String early = now.plus(Duration.ofHours(1)).toString();
        assertThat(reason(signed("paypal", "WEBHOOK-1", early), BODY)).isEqualTo(Reason.FROM_THE_FUTURE);
        assertThat(reason(signed("paypal", "WEBHOOK-1", "1700000000"), BODY)).isEqualTo(Reason.MALFORMED_TIMESTAMP);
    }

    @Test
    void rejectsASignatureThatIsWrittenInAnotherWay() throws Exception {
        List<Header> headers = signed("paypal", "WEBHOOK-1");
        String signature = headers.get(2).value();
        assertThat(signature).endsWith("==");
        int last = signature.length() - 3;
        // The last character before the padding carries bits that no byte is made of.
        String stray = signature.substring(0, last) + (char) (signature.charAt(last) + 1) + "==";
        for (String other : List.of(stray, signature.substring(0, signature.length() - 2))) {
            assertThat(reason(replaced(headers, "PAYPAL-TRANSMISSION-SIG", other), BODY))
                    .isEqualTo(Reason.MISMATCH);
        }
    }

    @Test
    void rejectsCertificatesThatAreNotPayPalsOrNobodyVouchesFor() throws Exception {
        pem = pem("other");
        assertThat(reason(signed("other", "WEBHOOK-1"), BODY)).isEqualTo(Reason.MISMATCH);
        pem = pem("self");
        assertThat(reason(signed("self", "WEBHOOK-1"), BODY)).isEqualTo(Reason.MISMATCH);
        pem = "no certificate".getBytes(StandardCharsets.US_ASCII);
        assertThat(reason(signed("paypal", "WEBHOOK-1"), BODY)).isEqualTo(Reason.MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.paypal.com.example.org/x",
                "https://paypal.com.evil.example/x",
                "https://evilpaypal.com/x",
                "http://api.paypal.com/x",
                "https://api.paypal.com:444/x",
                "https://a@api.paypal.com/x",
                "https://api.paypal.com@example.org/x"
            })
    void fetchesFromPayPalOnly(String url) throws Exception {
        assertThat(reason(replaced(signed("paypal", "WEBHOOK-1"), "PAYPAL-CERT-URL", url), BODY))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(fetches).isZero();
    }

    @Test
    void separatorsInsideOfWhatIsSignedAreRefused() throws Exception {
        // "a|b" + "c" and "a" + "b|c" would be signed alike.
        assertThat(reason(replaced(signed("paypal", "WEBHOOK-1"), "PAYPAL-TRANSMISSION-ID", "a|b"), BODY))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
    }

    @Test
    void rejectsMissingAndRepeatedHeadersAndOtherAlgorithms() throws Exception {
        List<Header> headers = signed("paypal", "WEBHOOK-1");
        for (Header header : headers) {
            List<Header> without = new ArrayList<>(headers);
            without.remove(header);
            assertThat(reason(without, BODY)).as(header.name()).isEqualTo(Reason.MISSING_SIGNATURE);
            List<Header> twice = new ArrayList<>(headers);
            twice.add(header);
            assertThat(reason(twice, BODY)).as(header.name()).isEqualTo(Reason.DUPLICATE_SIGNATURE);
        }
        assertThat(reason(replaced(headers, "PAYPAL-AUTH-ALGO", "SHA1withRSA"), BODY))
                .isEqualTo(Reason.UNSUPPORTED);
    }

    @Test
    void withoutTheCertificateOrTheWebhooksIdNothingPasses() throws Exception {
        WebhookRequest request = request(signed("paypal", "WEBHOOK-1"), BODY);
        KeyFetcher unreachable = (url, policy) -> {
            throw new KeyFetchException("nobody answers");
        };
        assertThat(scheme.verify(request, JsonObject.EMPTY, context(Map.of("webhookId", "WEBHOOK-1"), unreachable)))
                .isInstanceOf(Deferred.class);
        assertThat(((Rejected) scheme.verify(request, JsonObject.EMPTY, context(Map.of(), this::fetch))).reason())
                .isEqualTo(Reason.UNSUPPORTED);
    }

    /** Written from PayPal's description, not from the scheme. */
    private static List<Header> signed(String alias, String webhookId) throws Exception {
        return signed(alias, webhookId, now.toString());
    }

    private static List<Header> signed(String alias, String webhookId, String time) throws Exception {
        CRC32 checksum = new CRC32();
        checksum.update(BODY.getBytes(StandardCharsets.UTF_8));
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign((PrivateKey) store.getKey(alias, Keytool.PASSWORD.toCharArray()));
        signer.update(("t-1|" + time + "|" + webhookId + "|" + checksum.getValue()).getBytes(StandardCharsets.UTF_8));
        return List.of(
                new Header("PAYPAL-TRANSMISSION-ID", "t-1"),
                new Header("PAYPAL-TRANSMISSION-TIME", time),
                new Header("PAYPAL-TRANSMISSION-SIG", Base64.getEncoder().encodeToString(signer.sign())),
                new Header("PAYPAL-CERT-URL", URL),
                new Header("PAYPAL-AUTH-ALGO", "SHA256withRSA"));
    }

    private static List<Header> replaced(List<Header> headers, String name, String value) {
        return headers.stream()
                .map(header -> header.name().equals(name) ? new Header(name, value) : header)
                .toList();
    }

    private byte[] fetch(URI url, KeyFetcher.KeyPolicy policy) {
        assertThat(policy.hosts()).containsExactly(url.getHost());
        fetches++;
        return pem;
    }

    private static X509Certificate certificate(String alias) {
        try {
            return (X509Certificate) store.getCertificate(alias);
        } catch (java.security.KeyStoreException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] pem(String alias) {
        StringBuilder text = new StringBuilder();
        try {
            for (Certificate certificate : store.getCertificateChain(alias)) {
                text.append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private Verification verify(List<Header> headers, String body) {
        return scheme.verify(
                request(headers, body), JsonObject.EMPTY, context(Map.of("webhookId", "WEBHOOK-1"), this::fetch));
    }

    private Reason reason(List<Header> headers, String body) {
        return ((Rejected) verify(headers, body)).reason();
    }

    private static SigningContext context(Map<String, String> config, KeyFetcher keys) {
        return SigningContext.of(List.of(), config, Clock.fixed(now, ZoneOffset.UTC), keys);
    }

    private static WebhookRequest request(List<Header> headers, String body) {
        return new WebhookRequest(
                "POST", Optional.empty(), "", HttpHeaders.of(headers), body.getBytes(StandardCharsets.UTF_8), now);
    }
}
