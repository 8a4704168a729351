package io.infloop.signing.declarative.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Declarations and requests of strangers: they are refused, or no request passes that was made without the secret. An input is a line
 * with the scheme, one with its settings, one with the query, the headers, an empty line, and the body.
 */
class DeclarationsFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Map<String, SignatureScheme> SCHEMES = Map.of(
            "hmac", new Schemes.Hmac(),
            "digest", new Schemes.Digest(),
            "ed25519", new Schemes.Ed25519(),
            "ecdsa", new Schemes.Ecdsa(),
            "rsa", new Schemes.Rsa(),
            "jwt", new Schemes.Jwt(),
            "token", new Schemes.Token(),
            "basic", new Schemes.Basic());

    /** Keys whose private halves nobody has. */
    private static final Map<String, String> PUBLIC_KEYS = Map.of(
            "ecdsa",
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzCxCs92sI4Ogp5Y6ckfpQQ9kXTxdJKHFGUrCCMUAInpo"
                    + "xMu6z7bFqO4RXPk01OzmnpzNLCgwaDy/xqmE6EaUlw==",
            "rsa",
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzOsYfsYo4oqj1N4D4B0f9a0oyTsqOwu4PlkU"
                    + "6R7cxKU/x4uhrwK4/tD9dEtM1qob7FFRQKU9U6qjocSFJ3AgQUR2pd5+9vSwctp5HkI3Yqji3bBFuTA1"
                    + "X9+VVJorykFQpa1laFQsNU1DuL1XsTC2DN7SmTGhQdCVPydfkNdpEVkRbwrZvdw9x++cRJluUHb/v3r9"
                    + "fxwsU3OP0qH1SOjjf9K/gesX1PVIma0ZwCkVoCzTBk7NYoHc5xGhSDpwYVw1umVP5WRA4y763YeN+Bf0"
                    + "5ee3t9SrjAYFcCDjEEiQeifqX8WfkYFH+/HCWHKxuIefHYepw+VQJ6uC8TMj7FX/IwIDAQAB");

    @FuzzTest(maxDuration = "1m")
    void nothingPassesWithoutTheSecret(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 4);
        SignatureScheme scheme = SCHEMES.get(lines[0]);
        if (scheme != null && lines.length == 4) {
            assertTimeout(LIMIT, () -> check(scheme, lines[1], request(lines[2], lines[3])));
        }
    }

    private static void check(SignatureScheme scheme, String declared, WebhookRequest forged) {
        JsonObject settings;
        try {
            settings = Json.parseObject(declared);
        } catch (JsonParseException notJson) {
            return;
        }
        try {
            scheme.check(settings);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).startsWith("signature.");
            return;
        }
        SigningContext context = context(scheme.id());
        assertThat(scheme.verify(forged, settings, context)).isNotInstanceOf(Accepted.class);
        scheme.sign(forged, settings, context);
        scheme.credentials(settings);
        assertThat(scheme.replayWindow(settings)).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    /** The secret is another one each time: whoever compares with it, byte by byte, would otherwise teach it to the fuzzer. */
    private static SigningContext context(String scheme) {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return SigningContext.of(
                List.of(new SigningSecret(
                        "a", PUBLIC_KEYS.getOrDefault(scheme, HexFormat.of().formatHex(secret)))),
                Map.of("key", "k"),
                Clock.fixed(NOW, ZoneOffset.UTC),
                KeyFetcher.NONE);
    }

    private static WebhookRequest request(String query, String headersAndBody) {
        String[] halves = headersAndBody.split("\n\n", 2);
        List<Header> headers = new ArrayList<>();
        for (String line : halves[0].split("\n")) {
            String[] header = line.split(": ", 2);
            if (header.length == 2) {
                headers.add(new Header(header[0], header[1]));
            }
        }
        return new WebhookRequest(
                "POST",
                Optional.of(URI.create("https://hooks.example/t")),
                query,
                HttpHeaders.of(headers),
                (halves.length == 2 ? halves[1] : "").getBytes(StandardCharsets.UTF_8),
                NOW);
    }
}
