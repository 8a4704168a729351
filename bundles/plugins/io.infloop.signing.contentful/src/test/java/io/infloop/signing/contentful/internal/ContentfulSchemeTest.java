package io.infloop.signing.contentful.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ContentfulSchemeTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final SigningSecret SECRET = new SigningSecret("first", "a".repeat(60) + "1234");
    private static final String BODY = "{\"sys\":{\"id\":\"é\"}}";
    private final ContentfulScheme scheme = new ContentfulScheme();

    @Test
    void acceptsAGenuineRequest() throws Exception {
        assertThat(verify(signed(NOW.toEpochMilli()), BODY, "a=1")).isEqualTo(new Accepted("first"));
    }

    @Test
    void rejectsAnotherBodyQueryOrHeader() throws Exception {
        List<Header> headers = signed(NOW.toEpochMilli());
        assertThat(reason(headers, BODY + " ", "a=1")).isEqualTo(Reason.MISMATCH);
        assertThat(reason(headers, BODY, "a=2")).isEqualTo(Reason.MISMATCH);
        List<Header> changed = replaced(headers, "x-contentful-topic", "other");
        assertThat(reason(changed, BODY, "a=1")).isEqualTo(Reason.MISMATCH);
    }

    @Test
    void theWindowIsThirtySecondsBothWays() throws Exception {
        assertThat(verify(signed(NOW.toEpochMilli() - 29_000), BODY, "a=1")).isInstanceOf(Accepted.class);
        assertThat(reason(signed(NOW.toEpochMilli() - 31_000), BODY, "a=1")).isEqualTo(Reason.STALE);
        assertThat(reason(signed(NOW.toEpochMilli() + 31_000), BODY, "a=1")).isEqualTo(Reason.FROM_THE_FUTURE);
        assertThat(reason(replaced(signed(1), "x-contentful-timestamp", "1e12"), BODY, "a=1"))
                .isEqualTo(Reason.MALFORMED_TIMESTAMP);
    }

    @Test
    void theListOfHeadersMustHoldItselfAndTheTime() throws Exception {
        List<Header> headers = new ArrayList<>(List.of(
                new Header("x-contentful-timestamp", Long.toString(NOW.toEpochMilli())),
                new Header("x-contentful-signed-headers", "x-contentful-topic"),
                new Header("x-contentful-topic", "t")));
        headers.add(new Header("x-contentful-signature", hex("POST\n/hook/x?a=1\nx-contentful-topic:t\n" + BODY)));
        assertThat(reason(headers, BODY, "a=1")).isEqualTo(Reason.MALFORMED_SIGNATURE);
    }

    @Test
    void rejectsRepeatedHeadersAndSignaturesOfAnotherForm() throws Exception {
        List<Header> headers = signed(NOW.toEpochMilli());
        for (Header header : headers) {
            List<Header> twice = new ArrayList<>(headers);
            twice.add(header);
            assertThat(verify(twice, BODY, "a=1")).as(header.name()).isInstanceOf(Rejected.class);
        }
        String signature = headers.get(headers.size() - 1).value();
        for (String broken :
                List.of("", signature.toUpperCase(java.util.Locale.ROOT), signature + "0", "g" + signature)) {
            assertThat(reason(replaced(headers, "x-contentful-signature", broken), BODY, "a=1"))
                    .isEqualTo(Reason.MALFORMED_SIGNATURE);
        }
    }

    @Test
    void withoutAPublicUrlNothingPasses() throws Exception {
        WebhookRequest request = new WebhookRequest(
                "POST", Optional.empty(), "a=1", HttpHeaders.of(signed(NOW.toEpochMilli())), bytes(BODY), NOW);
        assertThat(((Rejected) scheme.verify(request, JsonObject.EMPTY, context())).reason())
                .isEqualTo(Reason.UNSUPPORTED);
    }

    @Test
    void whatItSignsItselfVerifies() {
        WebhookRequest unsigned = request(List.of(new Header("x-contentful-topic", "t")), BODY, "a=1");
        WebhookRequest signed =
                scheme.sign(unsigned, JsonObject.EMPTY, context()).orElseThrow();
        assertThat(scheme.verify(signed, JsonObject.EMPTY, context())).isInstanceOf(Accepted.class);
    }

    /** Written from Contentful's description, not from the scheme. */
    private static List<Header> signed(long millis) throws Exception {
        List<Header> headers = new ArrayList<>(List.of(
                new Header(
                        "x-contentful-signed-headers",
                        "x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic"),
                new Header("x-contentful-timestamp", Long.toString(millis)),
                new Header("X-Contentful-Topic", "ContentManagement.Entry.publish")));
        String canonical = headers.stream()
                .map(header -> header.name().toLowerCase(java.util.Locale.ROOT) + ":" + header.value())
                .collect(Collectors.joining(";"));
        headers.add(new Header("x-contentful-signature", hex("POST\n/hook/x?a=1\n" + canonical + "\n" + BODY)));
        return headers;
    }

    private static String hex(String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.utf8(), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(bytes(text)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Header> replaced(List<Header> headers, String name, String value) {
        return headers.stream()
                .map(header -> header.name().equalsIgnoreCase(name) ? new Header(name, value) : header)
                .toList();
    }

    private Verification verify(List<Header> headers, String body, String query) {
        return scheme.verify(request(headers, body, query), JsonObject.EMPTY, context());
    }

    private Reason reason(List<Header> headers, String body, String query) {
        return ((Rejected) verify(headers, body, query)).reason();
    }

    private static SigningContext context() {
        return SigningContext.of(List.of(SECRET), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static WebhookRequest request(List<Header> headers, String body, String query) {
        return new WebhookRequest(
                "POST",
                Optional.of(URI.create("https://hooks.example.org/hook/x")),
                query,
                HttpHeaders.of(headers),
                bytes(body),
                NOW);
    }
}
