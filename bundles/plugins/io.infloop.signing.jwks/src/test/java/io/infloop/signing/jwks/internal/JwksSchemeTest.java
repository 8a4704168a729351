package io.infloop.signing.jwks.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.json.Json;
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
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwksSchemeTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final long SECONDS = NOW.getEpochSecond();
    private static final byte[] BODY = "{\"message\":{}}".getBytes(StandardCharsets.UTF_8);
    private static final KeyPair RSA = pair("RSA", 2048);
    private static final KeyPair OTHER_RSA = pair("RSA", 2048);
    private static final KeyPair EC = curve();
    private static final KeyPair ED = pair("Ed25519", 255);

    private final JwksScheme scheme = new JwksScheme();
    private List<JsonObject> published = List.of(rsaKey("k1", RSA), ecKey("k2"), edKey("k3"));
    private final List<Duration> asked = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
    void acceptsGenuineTokensOfAllKindsOfKeys(String algorithm) throws Exception {
        assertThat(verify(token(algorithm, claims()))).isInstanceOf(Accepted.class);
    }

    @Test
    void rejectsTokensOfOtherKeysIssuersAudiencesAndClaims() throws Exception {
        assertThat(reason(sign("RS256", "k1", claims(), OTHER_RSA.getPrivate())))
                .isEqualTo(Reason.MISMATCH);
        assertThat(reason(token("RS256", with("iss", "https://example.org")))).isEqualTo(Reason.WRONG_VALUE);
        assertThat(reason(token("RS256", with("aud", "https://other")))).isEqualTo(Reason.WRONG_VALUE);
        assertThat(reason(token("RS256", with("email", "stranger@example.org"))))
                .isEqualTo(Reason.WRONG_VALUE);
        assertThat(reason(token("RS256", with("email_verified", false)))).isEqualTo(Reason.WRONG_VALUE);
        assertThat(reason(token("RS256", with("aud", null)))).isEqualTo(Reason.WRONG_VALUE);
    }

    @Test
    void audiencesMayBeSeveral() throws Exception {
        assertThat(verify(token("RS256", with("aud", List.of("x", "https://hooks.example.org")))))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void aTokenIsForItsTimeOnly() throws Exception {
        assertThat(reason(token("RS256", with("exp", SECONDS - 61)))).isEqualTo(Reason.STALE);
        assertThat(verify(token("RS256", with("exp", SECONDS - 59)))).isInstanceOf(Accepted.class);
        assertThat(reason(token("RS256", with("exp", null)))).isEqualTo(Reason.MISSING_TIMESTAMP);
        assertThat(reason(token("RS256", with("iat", SECONDS + 61)))).isEqualTo(Reason.FROM_THE_FUTURE);
        assertThat(reason(token("RS256", with("nbf", SECONDS + 61)))).isEqualTo(Reason.FROM_THE_FUTURE);
    }

    @Test
    void aKeyServesItsOwnAlgorithmOnly() throws Exception {
        assertThat(reason(sign("RS256", "k2", claims(), RSA.getPrivate()))).isEqualTo(Reason.MISMATCH);
        // The classic confusion: a public key used as the secret of an HMAC, or no signature at all.
        String none =
                part(JsonObject.builder().put("alg", "none").put("kid", "k1").build()) + "." + part(claims()) + ".";
        assertThat(verify(none)).isInstanceOf(Rejected.class);
        assertThat(reason(token("RS256", claims()).replaceFirst("^[^.]+", part(JsonObject.of("alg", "HS256")))))
                .isEqualTo(Reason.UNSUPPORTED);
        assertThat(reason(token("RS256", claims())
                        .replaceFirst(
                                "^[^.]+",
                                part(JsonObject.builder()
                                        .put("alg", "RS256")
                                        .put("crit", List.of("b64"))
                                        .build()))))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
    }

    @Test
    void onlyTheCanonicalFormIsAToken() throws Exception {
        String token = token("RS256", claims());
        for (String broken :
                List.of("", ".", "..", token + ".x", token + "=", token + " ", token.replace('.', ','), " " + token)) {
            assertThat(verify(broken)).as(broken).isInstanceOf(Rejected.class);
        }
        // Two ways to write the same last bits.
        char last = token.charAt(token.length() - 1);
        for (char c = 'A'; c <= 'Z'; c++) {
            if (c != last) {
                assertThat(verify(token.substring(0, token.length() - 1) + c)).isInstanceOf(Rejected.class);
            }
        }
    }

    @Test
    void asksAgainForAKeyItDoesNotKnowButNotForOthers() throws Exception {
        assertThat(verify(token("RS256", claims()))).isInstanceOf(Accepted.class);
        assertThat(asked).containsExactly(Duration.ofHours(1));
        asked.clear();
        assertThat(reason(sign("RS256", "new", claims(), RSA.getPrivate()))).isEqualTo(Reason.MISMATCH);
        assertThat(asked).containsExactly(Duration.ofHours(1), Duration.ofMinutes(1));
    }

    @Test
    void withoutTheKeysNothingIsDecided() throws Exception {
        KeyFetcher broken = (url, policy) -> {
            throw new KeyFetchException("nobody answers");
        };
        assertThat(scheme.verify(request(token("RS256", claims())), settings(), context(broken)))
                .isInstanceOf(Deferred.class);
        KeyFetcher garbage = (url, policy) -> "<html>".getBytes(StandardCharsets.UTF_8);
        assertThat(scheme.verify(request(token("RS256", claims())), settings(), context(garbage)))
                .isInstanceOf(Deferred.class);
    }

    @Test
    void theBodyMayBeBoundByAClaim() throws Exception {
        JsonObject bound = settings().toBuilder()
                .put(
                        "bodyHash",
                        JsonObject.builder()
                                .put("claim", "request_body_sha256")
                                .put("encoding", "base64")
                                .build())
                .build();
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(BODY));
        String token = token("RS256", with("request_body_sha256", hash));
        assertThat(scheme.verify(request(token), bound, context(this::fetch))).isInstanceOf(Accepted.class);
        String other = token("RS256", with("request_body_sha256", hash.replace('a', 'b') + "x"));
        assertThat(((Rejected) scheme.verify(request(other), bound, context(this::fetch))).reason())
                .isEqualTo(Reason.BODY_MISMATCH);
        assertThat(((Rejected) scheme.verify(request(token("RS256", claims())), bound, context(this::fetch))).reason())
                .isEqualTo(Reason.BODY_MISMATCH);
    }

    @Test
    void declarationsMustTieTokensToTheTrigger() {
        assertThatCode(() -> scheme.check(settings())).doesNotThrowAnyException();
        JsonObject loose =
                settings().toBuilder().remove("audience").remove("claims").build();
        assertThatThrownBy(() -> scheme.check(loose)).hasMessageContaining("audience");
        assertThatThrownBy(() -> scheme.check(
                        settings().toBuilder().put("keys", "http://example.org").build()))
                .hasMessageContaining("keys");
        assertThatThrownBy(() -> scheme.check(settings().toBuilder()
                        .put("algorithms", List.of("HS256"))
                        .build()))
                .hasMessageContaining("algorithms");
        assertThatThrownBy(() ->
                        scheme.check(settings().toBuilder().put("colour", "red").build()))
                .hasMessageContaining("colour");
    }

    @Test
    void aTriggerWithoutItsFieldAcceptsNothing() throws Exception {
        SigningContext empty =
                SigningContext.of(List.of(), Map.of("audience", ""), Clock.fixed(NOW, ZoneOffset.UTC), this::fetch);
        assertThat(scheme.verify(request(token("RS256", with("aud", ""))), settings(), empty))
                .isInstanceOf(Rejected.class);
    }

    private static JsonObject settings() {
        return JsonObject.builder()
                .put(
                        "source",
                        JsonObject.builder()
                                .put("from", "header")
                                .put("name", "Authorization")
                                .build())
                .put("prefix", "Bearer ")
                .put("keys", "https://keys.example.org/certs")
                .put("algorithms", List.of("RS256", "ES256", "EdDSA"))
                .put("issuer", List.of("https://accounts.google.com"))
                .put("audience", "{config:audience}")
                .put(
                        "claims",
                        JsonObject.builder()
                                .put("email", "robot@example.org")
                                .put("email_verified", "true")
                                .build())
                .build();
    }

    private static JsonObject claims() {
        return JsonObject.builder()
                .put("iss", "https://accounts.google.com")
                .put("aud", "https://hooks.example.org")
                .put("email", "robot@example.org")
                .put("email_verified", true)
                .put("iat", SECONDS)
                .put("exp", SECONDS + 3_600)
                .build();
    }

    private static JsonObject with(String name, Object value) {
        return value == null
                ? claims().toBuilder().remove(name).build()
                : claims().toBuilder().put(name, value).build();
    }

    private static String token(String algorithm, JsonObject claims) throws Exception {
        return switch (algorithm) {
            case "RS256" -> sign("RS256", "k1", claims, RSA.getPrivate());
            case "ES256" -> sign("ES256", "k2", claims, EC.getPrivate());
            default -> sign("EdDSA", "k3", claims, ED.getPrivate());
        };
    }

    private static String sign(String algorithm, String kid, JsonObject claims, PrivateKey key) throws Exception {
        String signed =
                part(JsonObject.builder().put("alg", algorithm).put("kid", kid).build()) + "." + part(claims);
        Signature signer = Signature.getInstance(
                switch (algorithm) {
                    case "RS256" -> "SHA256withRSA";
                    case "ES256" -> "SHA256withECDSAinP1363Format";
                    default -> "Ed25519";
                });
        signer.initSign(key);
        signer.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + url(signer.sign());
    }

    private static String part(JsonObject json) {
        return url(Json.write(json).getBytes(StandardCharsets.UTF_8));
    }

    private static String url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static JsonObject rsaKey(String kid, KeyPair pair) {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        return JsonObject.builder()
                .put("kty", "RSA")
                .put("kid", kid)
                .put("use", "sig")
                .put("n", url(key.getModulus().toByteArray()))
                .put("e", url(key.getPublicExponent().toByteArray()))
                .build();
    }

    private static JsonObject ecKey(String kid) {
        ECPublicKey key = (ECPublicKey) EC.getPublic();
        return JsonObject.builder()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("kid", kid)
                .put("x", url(fixed(key.getW().getAffineX())))
                .put("y", url(fixed(key.getW().getAffineY())))
                .build();
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return fixed;
    }

    private static JsonObject edKey(String kid) {
        byte[] encoded = ED.getPublic().getEncoded();
        return JsonObject.builder()
                .put("kty", "OKP")
                .put("crv", "Ed25519")
                .put("kid", kid)
                .put("x", url(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)))
                .build();
    }

    private static KeyPair pair(String algorithm, int size) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("RSA")) {
                generator.initialize(size);
            }
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static KeyPair curve() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private byte[] fetch(URI url, KeyFetcher.KeyPolicy policy) {
        asked.add(policy.maxAge());
        assertThat(policy.hosts()).containsExactly("keys.example.org");
        return JsonObject.of("keys", published).toString().getBytes(StandardCharsets.UTF_8);
    }

    private Verification verify(String token) {
        return scheme.verify(request(token), settings(), context(this::fetch));
    }

    private Reason reason(String token) {
        return ((Rejected) verify(token)).reason();
    }

    private static SigningContext context(KeyFetcher keys) {
        return SigningContext.of(
                List.of(), Map.of("audience", "https://hooks.example.org"), Clock.fixed(NOW, ZoneOffset.UTC), keys);
    }

    private static WebhookRequest request(String token) {
        return new WebhookRequest(
                "POST",
                Optional.empty(),
                "",
                HttpHeaders.of(List.of(new Header("Authorization", "Bearer " + token))),
                BODY,
                NOW);
    }
}
