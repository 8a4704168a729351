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
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicKeysTest {
    private static final byte[] BODY = "{\"a\":1}\r\n".getBytes(StandardCharsets.UTF_8);

    @Test
    void theSecondExampleOfRfc8032Verifies() {
        String settings = "{\"encoding\":\"hex\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},"
                + "\"publicKey\":{\"encoding\":\"hex\"}}";
        String key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        String sig = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        SignatureScheme scheme = new Schemes.Ed25519();
        assertThat(verify(scheme, settings, new byte[] {0x72}, sig, key)).isInstanceOf(Accepted.class);
        assertThat(reason(verify(scheme, settings, new byte[] {0x73}, sig, key)))
                .isEqualTo(Reason.MISMATCH);
        assertThat(reason(verify(scheme, settings, new byte[] {0x72}, sig.substring(2), key)))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(verify(scheme, settings, new byte[] {0x72}, sig, key.substring(2))))
                .as("a key that is none")
                .isEqualTo(Reason.UNSUPPORTED);
        assertThat(scheme.sign(
                        request(BODY, ""),
                        Json.parseObject(settings),
                        SigningContext.of(List.of(new SigningSecret("k", key)), Clock.systemUTC())))
                .isEmpty();
    }

    /** Each signature by a private key is compared with the whole body anew: a stranger may send many, and a large body. */
    @Test
    void aLargeBodyIsNotReadForEachOfManySignatures() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] spki = pair.getPublic().getEncoded();
        String settings = "{\"encoding\":\"base64\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},"
                + "\"format\":{\"type\":\"list\",\"itemSeparator\":\" \"},\"publicKey\":{\"encoding\":\"base64-spki\"}}";
        String key = Base64.getEncoder().encodeToString(spki);
        String forged = Base64.getEncoder().encodeToString(new byte[64]);
        String many = (forged + " ").repeat(59) + forged;
        assertThat(reason(verify(new Schemes.Ed25519(), settings, BODY, many, key)))
                .isEqualTo(Reason.MISMATCH);
        assertThat(reason(verify(new Schemes.Ed25519(), settings, new byte[10 << 20], many, key)))
                .isEqualTo(Reason.TOO_MANY_CANDIDATES);
    }

    @ParameterizedTest
    @CsvSource({"base64", "base64-spki", "pem", "hex"})
    void ed25519KeysAreReadInEveryForm(String form) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] spki = pair.getPublic().getEncoded();
        byte[] raw = Arrays.copyOfRange(spki, spki.length - 32, spki.length);
        String key = "whpk_" + written(form, spki, raw);
        String settings =
                "{\"encoding\":\"base64\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},\"payload\":\"x|{body}\","
                        + "\"publicKey\":{\"encoding\":\"" + form + "\",\"stripPrefix\":\"whpk_\"}}";
        String sig = Base64.getEncoder().encodeToString(sign("Ed25519", pair, "x|"));
        assertThat(verify(new Schemes.Ed25519(), settings, BODY, sig, key)).isInstanceOf(Accepted.class);
        assertThat(verify(new Schemes.Ed25519(), settings, new byte[0], sig, key))
                .isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @CsvSource({
        "P-256, secp256r1, sha256, SHA256, base64-spki, der",
        "P-256, secp256r1, sha256, SHA256, hex, p1363",
        "P-384, secp384r1, sha384, SHA384, pem, der",
        "P-384, secp384r1, sha384, SHA384, base64, p1363",
        "P-521, secp521r1, sha512, SHA512, base64, der",
        "P-521, secp521r1, sha512, SHA512, base64-spki, p1363",
    })
    void ecdsaVerifiesOnEveryCurveInBothForms(
            String curve, String javaCurve, String hash, String javaHash, String keyForm, String sigForm)
            throws Exception {
        KeyPair pair = ec(javaCurve);
        byte[] spki = pair.getPublic().getEncoded();
        String key = written(keyForm, spki, point((ECPublicKey) pair.getPublic()));
        String settings = ecdsa(curve, hash, keyForm, sigForm);
        String algorithm = javaHash + "withECDSA" + (sigForm.equals("der") ? "" : "inP1363Format");
        for (int i = 0; i < 2; i++) {
            byte[] sig = sign(algorithm, pair, "");
            String text = Base64.getEncoder().encodeToString(sig);
            assertThat(verify(new Schemes.Ecdsa(), settings, BODY, text, key)).isInstanceOf(Accepted.class);
            assertThat(verify(new Schemes.Ecdsa(), settings, new byte[] {1}, text, key))
                    .isInstanceOf(Rejected.class);
            byte[] longer = Arrays.copyOf(sig, sig.length + 1);
            assertThat(verify(
                            new Schemes.Ecdsa(),
                            settings,
                            BODY,
                            Base64.getEncoder().encodeToString(longer),
                            key))
                    .as("something follows")
                    .isInstanceOf(Rejected.class);
        }
    }

    @Test
    void signaturesOfZerosAndOtherWaysToWriteNumbersAreRefused() throws Exception {
        KeyPair pair = ec("secp256r1");
        String key = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
        String p1363 = ecdsa("P-256", "sha256", "base64-spki", "p1363");
        String der = ecdsa("P-256", "sha256", "base64-spki", "der");
        assertThat(verify(new Schemes.Ecdsa(), p1363, BODY, Base64.getEncoder().encodeToString(new byte[64]), key))
                .isInstanceOf(Rejected.class);
        assertThat(verify(
                        new Schemes.Ecdsa(),
                        der,
                        BODY,
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex("3006020100020100")),
                        key))
                .isInstanceOf(Rejected.class);
        byte[] plain = sign("SHA256withECDSAinP1363Format", pair, "");
        byte[] padded = new byte[4 + 2 + 34 + 34];
        // Both numbers with zeros in front that nobody needs: not the canonical form.
        padded[0] = 0x30;
        padded[1] = (byte) (2 * 36);
        padded = Arrays.copyOf(padded, 2 + 2 * 36);
        for (int i = 0; i < 2; i++) {
            padded[2 + i * 36] = 2;
            padded[3 + i * 36] = 34;
            System.arraycopy(plain, i * 32, padded, 6 + i * 36, 32);
        }
        assertThat(verify(new Schemes.Ecdsa(), der, BODY, Base64.getEncoder().encodeToString(padded), key))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void aKeyOfAnotherCurveOrKindIsNoKey() throws Exception {
        String settings = ecdsa("P-256", "sha256", "base64-spki", "der");
        KeyPair other = ec("secp384r1");
        KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String sig = Base64.getEncoder().encodeToString(sign("SHA256withECDSA", ec("secp256r1"), ""));
        for (KeyPair pair : List.of(other, edwards)) {
            String key = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
            assertThat(reason(verify(new Schemes.Ecdsa(), settings, BODY, sig, key)))
                    .isEqualTo(Reason.UNSUPPORTED);
        }
    }

    @Test
    void rsaVerifiesAndSmallKeysAreRefused() throws Exception {
        for (int bits : List.of(2_048, 1_024)) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            KeyPair pair = generator.generateKeyPair();
            String settings = "{\"algorithm\":\"sha256\",\"encoding\":\"base64\","
                    + "\"source\":{\"from\":\"header\",\"name\":\"sig\"},\"publicKey\":{\"encoding\":\"pem\"}}";
            String key = written("pem", pair.getPublic().getEncoded(), new byte[0]);
            String sig = Base64.getEncoder().encodeToString(sign("SHA256withRSA", pair, ""));
            Verification found = verify(new Schemes.Rsa(), settings, BODY, sig, key);
            if (bits == 2_048) {
                assertThat(found).isInstanceOf(Accepted.class);
                assertThat(verify(new Schemes.Rsa(), settings, new byte[0], sig, key))
                        .isInstanceOf(Rejected.class);
            } else {
                assertThat(reason(found)).isEqualTo(Reason.UNSUPPORTED);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "'publicKey':{'encoding':'jwk','signatureForm':'der'} | signature.publicKey.encoding: ",
                "'publicKey':{'encoding':'pem'} | signature.publicKey.signatureForm: ",
                "'publicKey':{'encoding':'pem','signatureForm':'raw'} | signature.publicKey.signatureForm: ",
                "'publicKey':{'encoding':'pem','signatureForm':'der','curve':'secp256k1'} | signature.publicKey.curve: ",
                "'publicKey':{'encoding':'pem','signatureForm':'der'},'payload':'{secret}{body}' | signature.payload: ",
                "'secret':{} | signature.secret: unknown member",
            })
    void declarationsAreChecked(String members, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Schemes.Ecdsa()
                        .check(Json.parseObject(("{'algorithm':'sha256','encoding':'hex',"
                                        + "'source':{'from':'header','name':'sig'}," + members + "}")
                                .replace('\'', '"'))))
                .withMessageStartingWith(message);
    }

    private static String ecdsa(String curve, String hash, String keyForm, String sigForm) {
        return "{\"algorithm\":\"" + hash
                + "\",\"encoding\":\"base64\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},"
                + "\"publicKey\":{\"encoding\":\"" + keyForm + "\",\"curve\":\"" + curve + "\",\"signatureForm\":\""
                + sigForm + "\"}}";
    }

    private static String written(String form, byte[] spki, byte[] raw) {
        return switch (form) {
            case "hex" -> HexFormat.of().formatHex(raw);
            case "base64" -> Base64.getEncoder().encodeToString(raw);
            case "base64-spki" -> Base64.getEncoder().encodeToString(spki);
            default ->
                "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(spki)
                        + "\n-----END PUBLIC KEY-----\n";
        };
    }

    private static byte[] point(ECPublicKey key) {
        int bytes = (key.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        byte[] point = new byte[2 * bytes + 1];
        point[0] = 4;
        byte[] x = key.getW().getAffineX().toByteArray();
        byte[] y = key.getW().getAffineY().toByteArray();
        copy(x, point, 1 + bytes);
        copy(y, point, 1 + 2 * bytes);
        return point;
    }

    private static void copy(byte[] number, byte[] point, int end) {
        int skipped = number[0] == 0 ? 1 : 0;
        System.arraycopy(number, skipped, point, end - number.length + skipped, number.length - skipped);
    }

    private static KeyPair ec(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static byte[] sign(String algorithm, KeyPair pair, String before) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(pair.getPrivate());
        signature.update(before.getBytes(StandardCharsets.UTF_8));
        signature.update(BODY);
        return signature.sign();
    }

    private static Verification verify(
            SignatureScheme scheme, String settings, byte[] body, String signature, String key) {
        JsonObject declared = Json.parseObject(settings);
        scheme.check(declared);
        return scheme.verify(
                request(body, signature),
                declared,
                SigningContext.of(List.of(new SigningSecret("k", key)), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)));
    }

    private static WebhookRequest request(byte[] body, String signature) {
        return new WebhookRequest(
                "POST",
                Optional.empty(),
                "",
                HttpHeaders.of(List.of(new Header("sig", signature))),
                body,
                Instant.EPOCH);
    }

    private static Reason reason(Verification verification) {
        return ((Rejected) verification).reason();
    }
}
