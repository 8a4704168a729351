package io.infloop.signing.declarative.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Declarations and requests of strangers: nothing may escape but a refusal, and nothing changed may pass. */
class RandomDeclarationsTest {
    private static final int ROUNDS = Integer.getInteger("infloop.fuzz.rounds", 3_000);
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);
    private static final String SOURCE = "\"source\":{\"from\":\"header\",\"name\":\"sig\"}";
    private static final Map<String, SignatureScheme> SCHEMES = Map.of(
            "hmac", new Schemes.Hmac(),
            "digest", new Schemes.Digest(),
            "ed25519", new Schemes.Ed25519(),
            "ecdsa", new Schemes.Ecdsa(),
            "rsa", new Schemes.Rsa(),
            "jwt", new Schemes.Jwt(),
            "token", new Schemes.Token(),
            "basic", new Schemes.Basic());

    /** Of every scheme one or more; those that sign the body come first. */
    private static final List<String> DECLARATIONS = List.of(
            "hmac {\"algorithm\":\"sha256\",\"encoding\":\"hex\"," + SOURCE
                    + ",\"format\":{\"type\":\"pairs\",\"itemSeparator\":\",\",\"signatureKey\":\"v1\",\"timestampKey\":\"t\"},"
                    + "\"payload\":\"{timestamp}.{body}\",\"timestamp\":{\"source\":{\"from\":\"signature\"},\"unit\":\"s\"}}",
            "hmac {\"algorithm\":\"sha512\",\"encoding\":\"base64\"," + SOURCE
                    + ",\"format\":{\"type\":\"list\",\"itemSeparator\":\" \",\"prefix\":\"v1,\"},\"payload\":\"{id}.{timestamp}.{body}\","
                    + "\"variables\":{\"id\":{\"from\":\"header\",\"name\":\"id\",\"forbid\":\".\"}},"
                    + "\"timestamp\":{\"source\":{\"from\":\"header\",\"name\":\"time\"},\"unit\":\"iso8601\"}}",
            "hmac {\"algorithm\":\"sha1\",\"encoding\":\"base64url\"," + SOURCE
                    + ",\"payload\":\"{method}{url}{body|sha256|hex}\",\"anyOf\":[{\"secretIndex\":1},{\"when\":{\"queryAbsent\":\"q\"}}]}",
            "digest {\"algorithm\":\"sha384\",\"encoding\":\"hex\"," + SOURCE + ",\"payload\":\"{secret}{body}\"}",
            "jwt {" + SOURCE
                    + ",\"algorithms\":[\"HS256\"],\"issuer\":\"{config:key}\",\"requireClaims\":[\"exp\",\"jti\"],"
                    + "\"claims\":{\"h\":\"{body|sha256|base64}\"}}",
            "token {" + SOURCE + ",\"format\":{\"type\":\"prefix\",\"prefix\":\"Bearer \"}}",
            "basic {\"username\":\"{config:key}\"}",
            "ed25519 {\"encoding\":\"hex\"," + SOURCE + ",\"publicKey\":{\"encoding\":\"hex\"}}",
            "ecdsa {\"algorithm\":\"sha256\",\"encoding\":\"base64\"," + SOURCE
                    + ",\"publicKey\":{\"encoding\":\"pem\",\"signatureForm\":\"der\"}}",
            "rsa {\"algorithm\":\"sha256\",\"encoding\":\"base64\"," + SOURCE
                    + ",\"publicKey\":{\"encoding\":\"base64-spki\"}}");

    private static final int WITH_BODY = 5;

    @Test
    void whateverIsDeclaredIsRefusedWithItsPathOrWorks() {
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            String[] declared =
                    DECLARATIONS.get(random.nextInt(DECLARATIONS.size())).split(" ", 2);
            SignatureScheme scheme = SCHEMES.get(declared[0]);
            if (!(mutated(Json.parse(declared[1]), random) instanceof JsonObject settings)) {
                continue;
            }
            try {
                scheme.check(settings);
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).as(settings.toString()).startsWith("signature.");
                continue;
            }
            WebhookRequest forged = request(
                    garbage(random),
                    List.of(
                            new Header("sig", garbage(random)),
                            new Header("time", garbage(random)),
                            new Header("id", "1")));
            Verification found = scheme.verify(forged, settings, context());
            assertThat(found).as("%s %s", settings, forged.headers().all()).isNotInstanceOf(Accepted.class);
            scheme.sign(forged, settings, context());
            scheme.credentials(settings);
            scheme.replayWindow(settings);
        }
    }

    @Test
    void oneChangedByteIsEnough() {
        Random random = new Random(11);
        for (int round = 0; round < ROUNDS; round++) {
            String[] declared = DECLARATIONS.get(random.nextInt(WITH_BODY)).split(" ", 2);
            SignatureScheme scheme = SCHEMES.get(declared[0]);
            JsonObject settings = Json.parseObject(declared[1]);
            byte[] body = ("{\"a\":" + random.nextInt() + "}").getBytes(StandardCharsets.UTF_8);
            WebhookRequest signed = scheme.sign(
                            request(new String(body, StandardCharsets.UTF_8), List.of()), settings, context())
                    .orElseThrow(() -> new AssertionError(settings));
            assertThat(scheme.verify(signed, settings, context())).isInstanceOf(Accepted.class);
            byte[] changed = body.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(scheme.verify(signed.withBody(changed), settings, context()))
                    .isNotInstanceOf(Accepted.class);
            List<Header> headers = new ArrayList<>(signed.headers().all());
            int which = random.nextInt(headers.size());
            Header header = headers.get(which);
            char[] value = header.value().toCharArray();
            value[random.nextInt(value.length)] ^= (char) (1 << random.nextInt(7));
            headers.set(which, new Header(header.name(), new String(value)));
            assertThat(scheme.verify(signed.withHeaders(HttpHeaders.of(headers)), settings, context()))
                    .as("%s: %s", settings, headers)
                    .isNotInstanceOf(Accepted.class);
        }
    }

    private static Object mutated(Object value, Random random) {
        if (random.nextInt(24) == 0) {
            return List.of(
                            7L,
                            -1L,
                            1e300,
                            true,
                            "",
                            "{body}",
                            "{body",
                            "{a|b}",
                            "hex",
                            "sha256",
                            "\ud800",
                            List.of(),
                            List.of("HS256", "RS256"),
                            JsonObject.EMPTY,
                            JsonObject.of("from", "signature"),
                            JsonObject.of("anyOf", List.of()))
                    .get(random.nextInt(16));
        }
        if (value instanceof JsonObject object) {
            JsonObject.Builder changed = JsonObject.builder();
            object.asMap().forEach((name, member) -> {
                if (random.nextInt(24) != 0) {
                    changed.put(random.nextInt(48) == 0 ? name + "x" : name, mutated(member, random));
                }
            });
            return changed.build();
        }
        if (value instanceof List<?> elements) {
            return elements.stream().map(element -> mutated(element, random)).toList();
        }
        return value;
    }

    private static String garbage(Random random) {
        String alphabet = "t=v1,;. {}\"\\/:%+-_0123456789abcdefAZz\u00e9\uffff\u0000";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(120); i >= 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static SigningContext context() {
        return SigningContext.of(
                List.of(new SigningSecret("a", "secret-one"), new SigningSecret("b", "secret-two")),
                Map.of("key", "k"),
                Clock.fixed(NOW, ZoneOffset.UTC),
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
}
