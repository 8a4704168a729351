package io.infloop.testkit.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every signature scheme must do. Extend it and say how a genuine sender signs. */
public abstract class SignatureSchemeContract {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final byte[] BODY = "{\"text\":\"Grüße\"}".getBytes(StandardCharsets.UTF_8);

    protected abstract SignatureScheme scheme();

    /** A declaration the scheme supports. */
    protected abstract JsonObject settings();

    /** The signature headers a genuine sender adds to a body, at the time of {@link #clock()}. */
    protected abstract List<Header> sign(byte[] body, SigningSecret secret) throws Exception;

    /** False for schemes that prove who sends, but not what. */
    protected boolean signsBody() {
        return true;
    }

    protected SigningSecret secret() {
        return new SigningSecret("first", "first-secret-of-the-test");
    }

    protected SigningSecret otherSecret() {
        return new SigningSecret("second", "second-secret-of-the-test");
    }

    protected final Clock clock() {
        return Clock.fixed(NOW, ZoneOffset.UTC);
    }

    protected final WebhookRequest request(byte[] body, List<Header> headers) {
        List<Header> all = new ArrayList<>();
        all.add(new Header("Host", "localhost"));
        all.add(new Header("Content-Type", "application/json"));
        all.addAll(headers);
        return new WebhookRequest("POST", Optional.empty(), "", HttpHeaders.of(all), body, NOW);
    }

    protected final Verification verify(byte[] body, List<Header> headers, SigningSecret... secrets) {
        return scheme().verify(request(body, headers), settings(), SigningContext.of(List.of(secrets), clock()));
    }

    @Test
    void hasAValidId() {
        assertThat(scheme().id()).matches("[a-z][a-z0-9_-]{0,63}").isEqualTo(scheme().id());
    }

    @Test
    void supportsItsOwnDeclaration() {
        assertThatCode(() -> scheme().check(settings())).doesNotThrowAnyException();
    }

    @Test
    void acceptsAGenuineRequestAndNamesTheSecret() throws Exception {
        assertThat(verify(BODY, sign(BODY, secret()), secret())).isEqualTo(new Accepted(secret().label()));
    }

    @Test
    void acceptsAnyOfSeveralSecrets() throws Exception {
        assertThat(verify(BODY, sign(BODY, otherSecret()), secret(), otherSecret()))
                .isEqualTo(new Accepted(otherSecret().label()));
    }

    @Test
    void acceptsBodiesThatAreEmptyOrNotText() throws Exception {
        byte[] notText = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, (byte) 0xFF, 0, (byte) 0xC3, '\r', '\n'};
        assertThat(verify(new byte[0], sign(new byte[0], secret()), secret())).isInstanceOf(Accepted.class);
        assertThat(verify(notText, sign(notText, secret()), secret())).isInstanceOf(Accepted.class);
    }

    @Test
    void rejectsTheSignatureOfAnotherSecret() throws Exception {
        assertThat(verify(BODY, sign(BODY, otherSecret()), secret())).isInstanceOf(Rejected.class);
    }

    @Test
    void rejectsAChangedBody() throws Exception {
        assumeThat(signsBody()).isTrue();
        byte[] changed = BODY.clone();
        changed[2] ^= 1;
        assertThat(verify(changed, sign(BODY, secret()), secret())).isInstanceOf(Rejected.class);
    }

    @Test
    void rejectsAnUnsignedRequest() {
        assertThat(verify(BODY, List.of(), secret())).isInstanceOf(Rejected.class);
    }

    @Test
    void rejectsARepeatedSignatureHeader() throws Exception {
        List<Header> twice = new ArrayList<>(sign(BODY, secret()));
        twice.addAll(sign(BODY, secret()));
        assertThat(verify(BODY, twice, secret())).isInstanceOf(Rejected.class);
    }

    @Test
    void rejectsSignaturesThatAreEmptyOrCutOrLonger() throws Exception {
        for (Header header : sign(BODY, secret())) {
            String value = header.value();
            for (String broken :
                    List.of("", " ", value.substring(0, value.length() - 1), value + "0", value + " ", "\u0000", "é")) {
                assertThat(verify(BODY, List.of(new Header(header.name(), broken)), secret()))
                        .as("header %s with a value of %d characters", header.name(), broken.length())
                        .isInstanceOf(Rejected.class);
            }
        }
    }

    @Test
    void doesNotTellTheSecretOrTheSignature() throws Exception {
        List<Header> headers = sign(BODY, otherSecret());
        String detail = ((Rejected) verify(BODY, headers, secret())).detail();
        assertThat(detail).doesNotContain(secret().value());
        headers.forEach(header -> assertThat(detail).doesNotContain(header.value()));
    }

    /** A scheme that signs test fires signs as it verifies, and says where it put what must not be stored. */
    @Test
    void whatItSignsItAcceptsAndNames() {
        SigningContext context = SigningContext.of(List.of(secret(), otherSecret()), clock());
        Optional<WebhookRequest> signed = scheme().sign(request(BODY, List.of()), settings(), context);
        assumeThat(signed).isPresent();
        assertThat(scheme().verify(signed.orElseThrow(), settings(), context))
                .isEqualTo(new Accepted(secret().label()));
        assertThat(scheme().credentials(settings())).isNotEmpty().allSatisfy(place -> assertThat(
                        place.read(signed.orElseThrow()))
                .isPresent());
    }

    @Test
    void verifiesOnManyThreadsAtOnce() throws Exception {
        List<Header> genuine = sign(BODY, secret());
        List<Header> forged = sign(BODY, otherSecret());
        boolean allRight = IntStream.range(0, 400)
                .parallel()
                .allMatch(
                        i -> verify(BODY, i % 2 == 0 ? genuine : forged, secret()) instanceof Accepted == (i % 2 == 0));
        assertThat(allRight).isTrue();
    }
}
