package io.infloop.signing.declarative.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON Web Tokens, plain tokens, and Basic authentication. */
class TokensTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);
    private static final String LIVEKIT =
            """
            {"source":{"from":"header","name":"authorization"},"algorithms":["HS256"],"issuer":"{config:apiKey}",
             "requireClaims":["exp"],"claims":{"sha256":"{body|sha256|base64}"},"skewSeconds":5}
            """;

    @Test
    void theFirstExampleOfRfc7515Verifies() {
        String settings =
                """
                {"source":{"from":"header","name":"x-jwt"},"algorithms":["HS256"],"issuer":"joe",
                 "requireClaims":["exp","http://example.com/is_root"],"secret":{"encoding":"base64url"}}
                """;
        String token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
                + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
                + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        String key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        Header header = new Header("x-jwt", token);
        assertThat(verify(new Schemes.Jwt(), settings, "", List.of(header), 1_300_819_380L, key))
                .isEqualTo("ok");
        assertThat(verify(new Schemes.Jwt(), settings, "", List.of(header), 1_300_819_440L, key))
                .isEqualTo("STALE");
        assertThat(verify(new Schemes.Jwt(), settings.replace("joe", "jim"), "", List.of(header), 1_300_819_380L, key))
                .isEqualTo("WRONG_VALUE");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "{'alg':'HS256'} | {'iss':'k','exp':1700000060,'sha256':'HASH'} | ok",
                "{'alg':'HS256','typ':'JWT','kid':'x'} | {'iss':'k','exp':1699999996,'sha256':'HASH'} | ok",
                "{'alg':'HS256'} | {'iss':'k','exp':1699999995,'sha256':'HASH'} | STALE",
                "{'alg':'HS256'} | {'iss':'k','sha256':'HASH'} | WRONG_VALUE",
                "{'alg':'HS256'} | {'iss':'k','exp':'1700000060','sha256':'HASH'} | MALFORMED_TIMESTAMP",
                "{'alg':'HS256'} | {'iss':'k','exp':1.7e9,'sha256':'HASH'} | MALFORMED_TIMESTAMP",
                "{'alg':'HS256'} | {'iss':'k','exp':1700000060,'nbf':1700000006,'sha256':'HASH'} | FROM_THE_FUTURE",
                "{'alg':'HS256'} | {'iss':'k','exp':1700000060,'iat':1700000006,'sha256':'HASH'} | FROM_THE_FUTURE",
                "{'alg':'HS256'} | {'iss':'k','exp':1700000060,'iat':1700000005,'sha256':'HASH'} | ok",
                "{'alg':'HS256'} | {'iss':'o','exp':1700000060,'sha256':'HASH'} | WRONG_VALUE",
                "{'alg':'HS256'} | {'exp':1700000060,'sha256':'HASH'} | WRONG_VALUE",
                "{'alg':'HS256'} | {'iss':'k','exp':1700000060,'sha256':'other'} | BODY_MISMATCH",
                "{'alg':'HS256'} | {'iss':'k','exp':1700000060} | BODY_MISMATCH",
                "{'alg':'HS256'} | {'iss':'k','iss':'k','exp':1700000060,'sha256':'HASH'} | MALFORMED_SIGNATURE",
                "{'alg':'HS512'} | {'iss':'k','exp':1700000060,'sha256':'HASH'} | UNSUPPORTED",
                "{'alg':'none'} | {'iss':'k','exp':1700000060,'sha256':'HASH'} | UNSUPPORTED",
                "{'alg':'hs256'} | {'iss':'k','exp':1700000060,'sha256':'HASH'} | UNSUPPORTED",
                "{} | {'iss':'k','exp':1700000060,'sha256':'HASH'} | UNSUPPORTED",
                "{'alg':'HS256','crit':['b64'],'b64':false} | {'iss':'k','exp':1700000060,'sha256':'HASH'} | UNSUPPORTED",
                "[1] | {'iss':'k','exp':1700000060,'sha256':'HASH'} | MALFORMED_SIGNATURE",
            })
    void tokensProveBodyIssuerAndTime(String header, String claims, String result) throws Exception {
        String body = "{\"event\":\"room_started\"}";
        String token =
                token(header.replace('\'', '"'), claims.replace('\'', '"').replace("HASH", hash(body)), "s");
        assertThat(verify(new Schemes.Jwt(), LIVEKIT, body, List.of(new Header("Authorization", token)), NOW, "s"))
                .isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\u0001',
            value = {"{t}x", "{t}=", "{t}.", ".{t}", "a.b", "..", "x", "Bearer {t}"})
    void whatIsNoTokenIsRefused(String written) throws Exception {
        String token = token(
                "{\"alg\":\"HS256\"}", "{\"iss\":\"k\",\"exp\":1700000060,\"sha256\":\"" + hash("{}") + "\"}", "s");
        String sent = written.replace("{t}", token);
        assertThat(verify(new Schemes.Jwt(), LIVEKIT, "{}", List.of(new Header("authorization", token)), NOW, "s"))
                .isEqualTo("ok");
        assertThat(verify(new Schemes.Jwt(), LIVEKIT, "{}", List.of(new Header("authorization", sent)), NOW, "s"))
                .isNotEqualTo("ok");
    }

    @Test
    void tokensAreVerifiedWithPublicKeysToo() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2_048);
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        Map<String, KeyPair> pairs = Map.of(
                "RS256", rsa.generateKeyPair(),
                "ES256", ec.generateKeyPair(),
                "EdDSA", KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        Map<String, String> names =
                Map.of("RS256", "SHA256withRSA", "ES256", "SHA256withECDSAinP1363Format", "EdDSA", "Ed25519");
        for (Map.Entry<String, KeyPair> each : pairs.entrySet()) {
            String settings = "{\"source\":{\"from\":\"header\",\"name\":\"jwt\"},\"algorithms\":[\"" + each.getKey()
                    + "\"],\"publicKey\":{\"encoding\":\"base64-spki\"},"
                    + "\"timestamp\":{\"source\":{\"from\":\"claim\",\"name\":\"iat\"},\"unit\":\"s\",\"toleranceSeconds\":300}}";
            String key = Base64.getEncoder()
                    .encodeToString(each.getValue().getPublic().getEncoded());
            String signed = base64Url("{\"alg\":\"" + each.getKey() + "\"}") + "." + base64Url("{\"iat\":1700000000}");
            Signature signature = Signature.getInstance(names.get(each.getKey()));
            signature.initSign(each.getValue().getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            String token =
                    signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
            List<Header> headers = List.of(new Header("jwt", token));
            assertThat(verify(new Schemes.Jwt(), settings, "", headers, NOW, key))
                    .as(each.getKey())
                    .isEqualTo("ok");
            assertThat(verify(new Schemes.Jwt(), settings, "", headers, NOW.plusSeconds(301), key))
                    .isEqualTo("STALE");
            // A token that is signed with the public key as if it were a shared secret.
            String confused = token("{\"alg\":\"HS256\"}", "{\"iat\":1700000000}", key);
            assertThat(verify(new Schemes.Jwt(), settings, "", List.of(new Header("jwt", confused)), NOW, key))
                    .isEqualTo("UNSUPPORTED");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "'algorithms':[] | signature.algorithms: ",
                "'algorithms':['none'] | signature.algorithms: ",
                "'algorithms':['HS256','RS256'] | signature.algorithms: all of them take the same kind of key",
                "'algorithms':['HS256'],'publicKey':{'encoding':'pem'} | signature.publicKey: ",
                "'algorithms':['RS256'] | signature.publicKey: ",
                "'algorithms':['RS256'],'publicKey':{'encoding':'pem'},'secret':{} | signature.secret: ",
                "'algorithms':['ES384'],'publicKey':{'encoding':'pem'} | signature.publicKey.curve: ",
                "'algorithms':['HS256'],'claims':{'a':'{secret}'} | signature.payload: ",
                "'algorithms':['HS256'],'issuer':'{header:x}' | signature.issuer: ",
                "'algorithms':['HS256'],'timestamp':{'source':{'from':'header','name':'t'},'unit':'s'} | signature.timestamp.source.from: ",
                "'algorithms':['HS256'],'format':{'type':'list','itemSeparator':','} | signature.format.type: ",
                "'algorithms':['HS256'],'skewSeconds':3600 | signature.skewSeconds: ",
            })
    void declarationsOfTokensAreChecked(String members, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Schemes.Jwt()
                        .check(Json.parseObject(
                                ("{'source':{'from':'header','name':'jwt'}," + members + "}").replace('\'', '"'))))
                .withMessageStartingWith(message);
    }

    @Test
    void tokensAreMadeForTestFires() {
        JsonObject settings = Json.parseObject(LIVEKIT);
        SigningContext context = context(NOW, "s");
        WebhookRequest unsigned = request("{\"a\":1}", List.of());
        WebhookRequest signed =
                new Schemes.Jwt().sign(unsigned, settings, context).orElseThrow();
        assertThat(new Schemes.Jwt().verify(signed, settings, context)).isInstanceOf(Accepted.class);
        assertThat(new Schemes.Jwt()
                        .verify(signed.withBody("{\"a\":2}".getBytes(StandardCharsets.UTF_8)), settings, context))
                .isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @CsvSource({
        "the-token, ok",
        "the-toke, MISMATCH",
        "the-token1, MISMATCH",
        "THE-TOKEN, MISMATCH",
        "'', MISMATCH",
    })
    void aTokenIsComparedAsAWhole(String shown, String result) {
        String header = "{\"source\":{\"from\":\"header\",\"name\":\"x-token\"}}";
        assertThat(verify(new Schemes.Token(), header, "", List.of(new Header("X-Token", shown)), NOW, "the-token"))
                .isEqualTo(result);
        String bearer =
                "{\"source\":{\"from\":\"header\",\"name\":\"authorization\"},\"format\":{\"type\":\"prefix\",\"prefix\":\"Bearer \"}}";
        assertThat(verify(
                        new Schemes.Token(),
                        bearer,
                        "",
                        List.of(new Header("Authorization", "Bearer " + shown)),
                        NOW,
                        "the-token"))
                .isEqualTo(result);
        String body = "{\"source\":{\"from\":\"body\",\"path\":\"/value/0/clientState\"}}";
        assertThat(verify(
                        new Schemes.Token(),
                        body,
                        "{\"value\":[{\"clientState\":\"" + shown + "\"}]}",
                        List.of(),
                        NOW,
                        "the-token"))
                .isEqualTo(result);
    }

    @Test
    void aTokenInTheUrlIsACredential() {
        String settings = "{\"source\":{\"from\":\"query\",\"name\":\"key\"}}";
        WebhookRequest request = request("", List.of()).withRawQuery("key=the%2Dtoken");
        SignatureScheme scheme = new Schemes.Token();
        assertThat(scheme.verify(request, Json.parseObject(settings), context(NOW, "the-token")))
                .isInstanceOf(Accepted.class);
        assertThat(scheme.verify(
                        request.withRawQuery("key=the-token&key=the-token"),
                        Json.parseObject(settings),
                        context(NOW, "the-token")))
                .isInstanceOf(Rejected.class);
        assertThat(scheme.credentials(Json.parseObject(settings))).containsExactly(ValueLocation.query("key"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Basic dXNlcjpwYXNzOndvcmQ= | ok",
                "basic dXNlcjpwYXNzOndvcmQ= | ok",
                "Basic dXNlcjpwYXNzOndvcmQ | MALFORMED_SIGNATURE",
                "Basic dXNlcjpwYXNzOndvcmR= | MALFORMED_SIGNATURE",
                "Basic dXNlcjpwYXNz | MISMATCH",
                "Bearer dXNlcjpwYXNzOndvcmQ= | MALFORMED_SIGNATURE",
            })
    void basicAuthenticationIsNameAndPassword(String shown, String result) {
        List<Header> headers = List.of(new Header("Authorization", shown));
        assertThat(verify(new Schemes.Basic(), "{}", "", headers, NOW, "user:pass:word"))
                .isEqualTo(result);
        assertThat(verify(new Schemes.Basic(), "{\"username\":\"user\"}", "", headers, NOW, "pass:word"))
                .isEqualTo(result);
        assertThat(verify(new Schemes.Basic(), "{}", "", List.of(), NOW, "user:pass:word"))
                .isEqualTo("MISSING_SIGNATURE");
    }

    @Test
    void anAlternativeMayBeOfAnotherScheme() throws Exception {
        String settings =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"sig"},
                 "anyOf":[{},{"scheme":"token","source":{"from":"header","name":"x-token"}}]}
                """;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String sig = java.util.HexFormat.of().formatHex(mac.doFinal(new byte[0]));
        assertThat(verify(new Schemes.Hmac(), settings, "", List.of(new Header("sig", sig)), NOW, "s"))
                .isEqualTo("ok");
        assertThat(verify(new Schemes.Hmac(), settings, "", List.of(new Header("x-token", "s")), NOW, "s"))
                .isEqualTo("ok");
        assertThat(verify(new Schemes.Hmac(), settings, "", List.of(new Header("x-token", "t")), NOW, "s"))
                .isEqualTo("MISMATCH");
    }

    private static String verify(
            SignatureScheme scheme, String settings, String body, List<Header> headers, long now, String secret) {
        return verify(scheme, settings, body, headers, Instant.ofEpochSecond(now), secret);
    }

    private static String verify(
            SignatureScheme scheme, String settings, String body, List<Header> headers, Instant now, String secret) {
        JsonObject declared = Json.parseObject(settings);
        scheme.check(declared);
        Verification found = scheme.verify(request(body, headers), declared, context(now, secret));
        return found instanceof Accepted ? "ok" : ((Rejected) found).reason().name();
    }

    private static SigningContext context(Instant now, String secret) {
        return SigningContext.of(
                List.of(new SigningSecret("s", secret)),
                Map.of("apiKey", "k"),
                Clock.fixed(now, ZoneOffset.UTC),
                KeyFetcher.NONE);
    }

    private static WebhookRequest request(String body, List<Header> headers) {
        return new WebhookRequest(
                "POST",
                Optional.of(URI.create("https://hooks.example/t")),
                "",
                HttpHeaders.of(headers),
                body.getBytes(StandardCharsets.UTF_8),
                NOW);
    }

    private static String hash(String body) throws GeneralSecurityException {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String token(String header, String claims, String key) throws GeneralSecurityException {
        String signed = base64Url(header) + "." + base64Url(claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return signed + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base64Url(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
