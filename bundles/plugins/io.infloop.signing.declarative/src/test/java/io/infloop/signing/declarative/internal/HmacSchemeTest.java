package io.infloop.signing.declarative.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.testkit.spi.SignatureSchemeContract;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HmacSchemeTest extends SignatureSchemeContract {
    private static final String HEADER = "\"source\":{\"from\":\"header\",\"name\":\"X-Hub-Signature-256\"}";
    private static final String GITHUB = "{\"algorithm\":\"sha256\",\"encoding\":\"hex\"," + HEADER
            + ",\"format\":{\"type\":\"prefix\",\"prefix\":\"sha256=\"},\"payload\":\"{body}\"}";

    private final Schemes.Hmac scheme = new Schemes.Hmac();

    @Override
    protected SignatureScheme scheme() {
        return scheme;
    }

    @Override
    protected JsonObject settings() {
        return Json.parseObject(GITHUB);
    }

    @Override
    protected List<Header> sign(byte[] body, SigningSecret secret) throws GeneralSecurityException {
        return header("sha256=" + HexFormat.of().formatHex(mac("HmacSHA256", secret.utf8(), body)));
    }

    @Test
    void verifiesTheExampleGitHubPublishes() {
        SigningSecret secret = new SigningSecret("docs", "It's a Secret to Everybody");
        byte[] body = "Hello, World!".getBytes(StandardCharsets.UTF_8);
        String signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assertThat(verify(body, header(signature), secret)).isEqualTo(new Accepted("docs"));
    }

    @Test
    void agreesWithTheJdkForKeysOfEveryLength() throws Exception {
        byte[] body = "some body".repeat(100).getBytes(StandardCharsets.UTF_8);
        for (Hash algorithm : Hash.values()) {
            String javaName = "Hmac" + algorithm.name();
            for (int length : List.of(1, 20, 63, 64, 65, 127, 128, 129, 300)) {
                byte[] key = "k".repeat(length).getBytes(StandardCharsets.UTF_8);
                assertThat(algorithm.mac(key, List.of(ByteBuffer.wrap(body)))).isEqualTo(mac(javaName, key, body));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sha1, HmacSHA1",
        "sha256, HmacSHA256",
        "sha384, HmacSHA384",
        "sha512, HmacSHA512",
    })
    void knowsTheHashFunctionsAndEncodings(String algorithm, String javaName) throws Exception {
        byte[] body = "x".getBytes(StandardCharsets.UTF_8);
        byte[] mac = mac(javaName, secret().utf8(), body);
        assertThat(verify("\"" + algorithm + "\"", "\"hex\"", "", HexFormat.of().formatHex(mac), body))
                .isInstanceOf(Accepted.class);
        assertThat(verify(
                        "\"" + algorithm + "\"",
                        "\"base64\"",
                        "",
                        Base64.getEncoder().encodeToString(mac),
                        body))
                .isInstanceOf(Accepted.class);
        String unpadded = Base64.getUrlEncoder().withoutPadding().encodeToString(mac);
        assertThat(verify("\"" + algorithm + "\"", "\"base64url\"", "", unpadded, body))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void takesUpperCaseOnlyWhenDeclared() throws Exception {
        byte[] body = "x".getBytes(StandardCharsets.UTF_8);
        String upper = HexFormat.of().withUpperCase().formatHex(mac("HmacSHA256", secret().utf8(), body));
        assertThat(reason(verify("\"sha256\"", "\"hex\"", "", upper, body))).isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(verify("\"sha256\"", "\"hex\"", ",\"hexCase\":\"any\"", upper, body))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void takesOnlyTheCanonicalBase64() throws Exception {
        byte[] body = "x".getBytes(StandardCharsets.UTF_8);
        byte[] mac = mac("HmacSHA256", secret().utf8(), body);
        String canonical = Base64.getEncoder().encodeToString(mac);
        // 32 bytes leave two unused bits before the padding; a lenient decoder ignores them.
        char last = canonical.charAt(42);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        String strayBits = canonical.substring(0, 42) + alphabet.charAt(alphabet.indexOf(last) + 1) + "=";
        for (String other : List.of(
                canonical.substring(0, 43),
                strayBits,
                canonical + "=",
                canonical + "\n",
                " " + canonical,
                "A" + canonical)) {
            assertThat(reason(verify("\"sha256\"", "\"base64\"", "", other, body)))
                    .as(other)
                    .isEqualTo(Reason.MALFORMED_SIGNATURE);
        }
        String padded = Base64.getUrlEncoder().encodeToString(mac);
        assertThat(reason(verify("\"sha256\"", "\"base64url\"", "", padded, body)))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
    }

    @Test
    void tellsTheAuditWhyItRejects() throws Exception {
        byte[] body = "x".getBytes(StandardCharsets.UTF_8);
        List<Header> genuine = sign(body, secret());
        String value = genuine.get(0).value();
        assertThat(reason(verify(body, List.of(), secret()))).isEqualTo(Reason.MISSING_SIGNATURE);
        assertThat(reason(verify(body, List.of(genuine.get(0), genuine.get(0)), secret())))
                .isEqualTo(Reason.DUPLICATE_SIGNATURE);
        assertThat(reason(verify(body, header(value + ", " + value), secret()))).isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(verify(body, header(value.substring(7)), secret()))).isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(verify(body, header("SHA256=" + value.substring(7)), secret())))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(verify(body, header("sha1=" + value.substring(7)), secret())))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(verify(body, header("sha256=" + "a".repeat(20_000)), secret())))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(verify(body, header("sha256=" + "０".repeat(64)), secret())))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(verify(body, genuine, otherSecret()))).isEqualTo(Reason.MISMATCH);
    }

    @Test
    void decodesTheSecretAsDeclared() throws Exception {
        byte[] key = {1, 2, 3, (byte) 0xFF};
        byte[] body = "x".getBytes(StandardCharsets.UTF_8);
        String signature = HexFormat.of().formatHex(mac("HmacSHA256", key, body));
        String base64 = ",\"secret\":{\"encoding\":\"base64\",\"stripPrefix\":\"whsec_\"}";
        String hex = ",\"secret\":{\"encoding\":\"hex\"}";
        assertThat(verify(base64, signature, body, "whsec_AQID/w==")).isInstanceOf(Accepted.class);
        assertThat(verify(base64, signature, body, "AQID/w==")).isInstanceOf(Accepted.class);
        assertThat(verify(hex, signature, body, "010203fF")).isInstanceOf(Accepted.class);
        assertThat(reason(verify(hex, signature, body, "not hex"))).isEqualTo(Reason.UNSUPPORTED);
        assertThat(reason(verify(base64, signature, body, "whsec_"))).isEqualTo(Reason.UNSUPPORTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "'algorithm':'md5','encoding':'hex',SOURCE | signature.algorithm",
                "'encoding':'hex',SOURCE | signature.algorithm",
                "'algorithm':'sha256',SOURCE | signature.encoding",
                "'algorithm':'sha256','encoding':'HEX',SOURCE | signature.encoding",
                "'algorithm':'sha256','encoding':'base64','hexCase':'any',SOURCE | signature.hexCase",
                "'algorithm':'sha256','encoding':'hex','hexCase':'upper',SOURCE | signature.hexCase",
                "'algorithm':'sha256','encoding':'hex' | signature.source",
                "'algorithm':'sha256','encoding':'hex','source':{'from':'cookie','name':'s'} | signature.source.from",
                "'algorithm':'sha256','encoding':'hex','source':{'from':'header','name':'a b'} | signature.source.name",
                "'algorithm':'sha256','encoding':'hex','source':{'from':'header','name':'a','x':1} | signature.source.x",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'format':'hex' | signature.format",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'format':{'type':'list'} | signature.format.itemSeparator",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'format':{'type':'prefix'} | signature.format.prefix",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'payload':'{timestamp}.{body}' | signature.payload",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'payload':7 | signature.payload",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'secret':{'normalize':'NFC'} | signature.secret.normalize",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'secret':{'encoding':'rot13'} | signature.secret.encoding",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'timestamp':{} | signature.timestamp.source",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'additionalSources':[] | signature.additionalSources",
                "'algorithm':'sha256','encoding':'hex',SOURCE,'anyOf':[] | signature.anyOf",
            })
    void refusesADeclarationItDoesNotSupportAndNamesTheField(String members, String field) {
        JsonObject settings = Json.parseObject("{"
                + members.replace("SOURCE", "'source':{'from':'header','name':'x-sig'}")
                        .replace('\'', '"') + "}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scheme.check(settings))
                .withMessageStartingWith(field + ": ");
    }

    @Test
    void readsTheHeaderWhateverItsCase() throws Exception {
        byte[] body = new byte[0];
        Header genuine = sign(body, secret()).get(0);
        Header shouting = new Header(genuine.name().toUpperCase(Locale.ROOT), genuine.value());
        assertThat(verify(body, List.of(shouting), secret())).isInstanceOf(Accepted.class);
    }

    private Verification verify(String algorithm, String encoding, String more, String value, byte[] body) {
        JsonObject settings = Json.parseObject(
                "{\"algorithm\":" + algorithm + ",\"encoding\":" + encoding + "," + HEADER + more + "}");
        return scheme.verify(request(body, header(value)), settings, SigningContext.of(List.of(secret()), clock()));
    }

    private Verification verify(String more, String value, byte[] body, String secret) {
        JsonObject settings = Json.parseObject("{\"algorithm\":\"sha256\",\"encoding\":\"hex\"," + HEADER + more + "}");
        return scheme.verify(
                request(body, header(value)),
                settings,
                SigningContext.of(List.of(new SigningSecret("s", secret)), clock()));
    }

    private static List<Header> header(String value) {
        return List.of(new Header("X-Hub-Signature-256", value));
    }

    private static Reason reason(Verification verification) {
        return ((Rejected) verification).reason();
    }

    private static byte[] mac(String algorithm, byte[] key, byte[] body) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        return mac.doFinal(body);
    }
}
