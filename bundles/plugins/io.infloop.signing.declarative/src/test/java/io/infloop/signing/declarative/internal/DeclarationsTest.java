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
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Formats, texts, times and places, with known answers of senders where they publish them. */
class DeclarationsTest {
    private static final String STANDARD_WEBHOOKS =
            """
            {"algorithm":"sha256","encoding":"base64",
             "source":{"from":"header","name":"webhook-signature"},
             "format":{"type":"list","itemSeparator":" ","prefix":"v1,"},
             "payload":"{id}.{timestamp}.{body}",
             "variables":{"id":{"from":"header","name":"webhook-id","forbid":"."}},
             "timestamp":{"source":{"from":"header","name":"webhook-timestamp"},"unit":"s",
                          "toleranceSeconds":300,"futureToleranceSeconds":300},
             "secret":{"encoding":"base64","stripPrefix":"whsec_"}}
            """;
    private static final String STRIPE =
            """
            {"algorithm":"sha256","encoding":"hex",
             "source":{"from":"header","name":"stripe-signature"},
             "format":{"type":"pairs","itemSeparator":",","keySeparator":"=","signatureKey":"v1","timestampKey":"t"},
             "payload":"{timestamp}.{body}",
             "timestamp":{"source":{"from":"signature"},"unit":"s","toleranceSeconds":300}}
            """;
    private static final String SECRET = "secret-of-the-test";
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);

    @Test
    void theExampleOfStandardWebhooksVerifies() {
        String body = "{\"test\": 2432232314}";
        List<Header> headers = List.of(
                new Header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                new Header("webhook-timestamp", "1614265330"),
                new Header("webhook-signature", "v2,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assertThat(verify(
                        new Schemes.Hmac(),
                        STANDARD_WEBHOOKS,
                        request(body, headers),
                        Instant.ofEpochSecond(1_614_265_330L),
                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void theExampleOfSlackVerifies() {
        String slack =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"x-slack-signature"},
                 "format":{"type":"prefix","prefix":"v0="},"payload":"v0:{timestamp}:{body}",
                 "timestamp":{"source":{"from":"header","name":"x-slack-request-timestamp"},"unit":"s"}}
                """;
        String body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
                + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
                + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
                + "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        List<Header> headers = List.of(
                new Header("X-Slack-Request-Timestamp", "1531420618"),
                new Header("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"));
        assertThat(verify(
                        new Schemes.Hmac(),
                        slack,
                        request(body, headers),
                        Instant.ofEpochSecond(1_531_420_618L),
                        "8f742231b10e8888abcd99yyyzzz85a5"))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void theExampleOfTwilioVerifies() {
        String twilio =
                """
                {"algorithm":"sha1","encoding":"base64","source":{"from":"header","name":"x-twilio-signature"},
                 "payload":"{url}{form.sortedConcat}"}
                """;
        String body =
                "Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE";
        WebhookRequest request = new WebhookRequest(
                "POST",
                Optional.of(URI.create("https://mycompany.com/myapp.php")),
                "foo=1&bar=2",
                HttpHeaders.of(List.of(
                        new Header("Content-Type", "application/x-www-form-urlencoded"),
                        new Header("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="))),
                body.getBytes(StandardCharsets.UTF_8),
                NOW);
        assertThat(verify(new Schemes.Hmac(), twilio, request, NOW, "12345")).isInstanceOf(Accepted.class);
        assertThat(reason(verify(new Schemes.Hmac(), twilio, request.withRawQuery("foo=1&bar=3"), NOW, "12345")))
                .isEqualTo(Reason.MISMATCH);
        WebhookRequest withoutUrl = new WebhookRequest(
                "POST", Optional.empty(), "", request.headers(), body.getBytes(StandardCharsets.UTF_8), NOW);
        assertThat(reason(verify(new Schemes.Hmac(), twilio, withoutUrl, NOW, "12345")))
                .isEqualTo(Reason.UNSUPPORTED);
        assertThat(new Schemes.Hmac().needsPublicUrl(Json.parseObject(twilio))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0, ok",
        "300, ok",
        "301, STALE",
        "-60, ok",
        "-61, FROM_THE_FUTURE",
        "-100000000, FROM_THE_FUTURE",
    })
    void timesAreComparedInBothDirections(long age, String result) throws Exception {
        String time = Long.toString(NOW.getEpochSecond() - age);
        String value = "t=" + time + ",v1=" + hmac(time + ".{}") + ",v0=00";
        assertThat(result(verify(STRIPE, "stripe-signature", value, "{}"))).isEqualTo(result);
    }

    @Test
    void severalSignaturesOfARotationAreTried() throws Exception {
        String good = hmac("1700000000.{}");
        String bad = "0".repeat(64);
        assertThat(result(verify(STRIPE, "stripe-signature", "t=1700000000,v1=" + bad + ",v1=" + good, "{}")))
                .isEqualTo("ok");
        assertThat(result(verify(STRIPE, "stripe-signature", "t=1700000000,v1=" + bad + ",v0=" + good, "{}")))
                .isEqualTo("MISMATCH");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "t=1700000000",
                "v1=GOOD",
                "t=1700000000,v1=GOOD,",
                ",t=1700000000,v1=GOOD",
                "t=1700000000,,v1=GOOD",
                "t=1700000000, v1=GOOD",
                "t=1700000000,v1=GOOD ",
                " t=1700000000,v1=GOOD",
                "t=1700000000,v1=GOOD0",
                "t=1700000000,v1=",
                "t=1700000000,v1",
                "t=1700000000,t=1700000000,v1=GOOD",
                "t=1700000000.0,v1=GOOD",
                "t=+1700000000,v1=GOOD",
                "t=01700000000,v1=GOOD",
                "t=1e9,v1=GOOD",
                "t=NaN,v1=GOOD",
                "t=,v1=GOOD",
                "t=99999999999999999999,v1=GOOD",
                "t=１７,v1=GOOD",
                "t=1700000000;v1=GOOD",
                "=1,t=1700000000,v1=GOOD",
                "T=1700000000,V1=GOOD"
            })
    void whatIsNotWrittenAsDeclaredIsRefused(String value) throws Exception {
        String sent = value.replace("GOOD", hmac("1700000000.{}"));
        assertThat(verify(STRIPE, "stripe-signature", sent, "{}")).isInstanceOf(Rejected.class);
    }

    @Test
    void spacesAfterSeparatorsAreDroppedWhereDeclared() throws Exception {
        String trimmed = STRIPE.replace("\"timestampKey\":\"t\"", "\"timestampKey\":\"t\",\"trim\":true");
        String good = hmac("1700000000.{}");
        assertThat(result(verify(trimmed, "stripe-signature", "t=1700000000, v1=" + good, "{}")))
                .isEqualTo("ok");
        for (String value :
                List.of(" t=1700000000, v1=" + good, "t=1700000000, v1=" + good + " ", "t=1700000000, v1= " + good)) {
            assertThat(verify(trimmed, "stripe-signature", value, "{}")).isInstanceOf(Rejected.class);
        }
    }

    @Test
    void comparisonsAreBounded() throws Exception {
        String good = hmac("1700000000.{}");
        String many = "t=1700000000" + (",v1=" + "0".repeat(64)).repeat(64) + ",v1=" + good;
        assertThat(result(verify(STRIPE, "stripe-signature", many, "{}"))).isEqualTo("TOO_MANY_CANDIDATES");
        String most = "t=1700000000" + (",v1=" + "0".repeat(64)).repeat(63) + ",v1=" + good;
        assertThat(result(verify(STRIPE, "stripe-signature", most, "{}"))).isEqualTo("ok");
        String long8k = "t=1700000000,v1=" + good + ",x=" + "y".repeat(8_192);
        assertThat(result(verify(STRIPE, "stripe-signature", long8k, "{}"))).isEqualTo("MALFORMED_SIGNATURE");
        List<SigningSecret> secrets = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            secrets.add(new SigningSecret("s" + i, "other" + i));
        }
        String seven = "t=1700000000" + (",v1=" + good).repeat(7);
        Verification refused = new Schemes.Hmac()
                .verify(
                        request("{}", List.of(new Header("stripe-signature", seven))),
                        Json.parseObject(STRIPE),
                        SigningContext.of(secrets, clock(NOW)));
        assertThat(result(refused)).isEqualTo("TOO_MANY_CANDIDATES");
    }

    @Test
    void aTimeInTheSignedBodyCounts() throws Exception {
        String linear =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"linear-signature"},
                 "timestamp":{"source":{"from":"body","path":"/webhookTimestamp"},"unit":"ms","type":"number",
                              "toleranceSeconds":60,"futureToleranceSeconds":60}}
                """;
        for (Map.Entry<String, String> each : Map.of(
                        "{\"webhookTimestamp\":1700000000000}", "ok",
                        "{\"webhookTimestamp\":1700000059999}", "ok",
                        "{\"webhookTimestamp\":1700000060001}", "FROM_THE_FUTURE",
                        "{\"webhookTimestamp\":1699999939999}", "STALE",
                        "{\"webhookTimestamp\":\"1700000000000\"}", "MALFORMED_TIMESTAMP",
                        "{\"webhookTimestamp\":1700000000000.5}", "MALFORMED_TIMESTAMP",
                        "{\"webhookTimestamp\":1.7e12}", "MALFORMED_TIMESTAMP",
                        "{\"webhookTimestamp\":null}", "MISSING_TIMESTAMP",
                        "[1]", "MISSING_TIMESTAMP")
                .entrySet()) {
            assertThat(result(verify(linear, "linear-signature", hmac(each.getKey()), each.getKey())))
                    .as(each.getKey())
                    .isEqualTo(each.getValue());
        }
    }

    @Test
    void aTimeInTheBodyIsLookedForOnceTheSignatureFits() {
        String linear =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"sig"},
                 "timestamp":{"source":{"from":"body","path":"/t"},"unit":"ms"}}
                """;
        assertThat(result(verify(linear, "sig", "0".repeat(64), "[".repeat(1_000))))
                .as("a body that is no JSON, and was not parsed")
                .isEqualTo("MISMATCH");
    }

    @ParameterizedTest
    @CsvSource({
        "2023-11-14T22:13:20Z, ok",
        "2023-11-14T22:13:20.123456789Z, ok",
        "2023-11-14T15:13:20-07:00, ok",
        "2023-11-14T22:13:20, MALFORMED_TIMESTAMP",
        "2023-11-14t22:13:20z, MALFORMED_TIMESTAMP",
        "2023-11-14 22:13:20Z, MALFORMED_TIMESTAMP",
        "2023-02-30T22:13:20Z, MALFORMED_TIMESTAMP",
        "1700000000, MALFORMED_TIMESTAMP",
        "2023-11-14T22:03:19.999Z, STALE",
    })
    void timesInIsoAreRead(String time, String result) throws Exception {
        String twitch =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"sig"},
                 "format":{"type":"prefix","prefix":"sha256="},"payload":"{header:id}{timestamp}{body}",
                 "timestamp":{"source":{"from":"header","name":"time"},"unit":"iso8601","toleranceSeconds":600}}
                """;
        WebhookRequest request = request(
                "{}",
                List.of(
                        new Header("id", "7"),
                        new Header("time", time),
                        new Header("sig", "sha256=" + hmac("7" + time + "{}"))));
        assertThat(result(verify(new Schemes.Hmac(), twitch, request, NOW, SECRET)))
                .isEqualTo(result);
    }

    @Test
    void repeatedHeadersAreRefusedWhicheverTheyAre() throws Exception {
        String id = "msg_1";
        String sig = "v1," + Base64.getEncoder().encodeToString(mac("HmacSHA256", SECRET, id + ".1700000000.{}"));
        List<Header> good = List.of(
                new Header("webhook-id", id),
                new Header("webhook-timestamp", "1700000000"),
                new Header("webhook-signature", sig));
        String utf8 = STANDARD_WEBHOOKS.replace("\"encoding\":\"base64\",\"stripPrefix\"", "\"stripPrefix\"");
        assertThat(result(verify(new Schemes.Hmac(), utf8, request("{}", good), NOW, SECRET)))
                .isEqualTo("ok");
        for (Header header : good) {
            List<Header> twice = new ArrayList<>(good);
            twice.add(header);
            assertThat(verify(new Schemes.Hmac(), utf8, request("{}", twice), NOW, SECRET))
                    .as(header.name())
                    .isInstanceOf(Rejected.class);
            List<Header> without = new ArrayList<>(good);
            without.remove(header);
            assertThat(verify(new Schemes.Hmac(), utf8, request("{}", without), NOW, SECRET))
                    .as("without " + header.name())
                    .isInstanceOf(Rejected.class);
        }
        String dotted = "msg.1";
        String dottedSig =
                "v1," + Base64.getEncoder().encodeToString(mac("HmacSHA256", SECRET, dotted + ".1700000000.{}"));
        assertThat(result(verify(
                        new Schemes.Hmac(),
                        utf8,
                        request(
                                "{}",
                                List.of(
                                        new Header("webhook-id", dotted),
                                        new Header("webhook-timestamp", "1700000000"),
                                        new Header("webhook-signature", dottedSig))),
                        NOW,
                        SECRET)))
                .isEqualTo("MALFORMED_SIGNATURE");
    }

    @Test
    void aSignatureMayStandInTheBodyAndCoverPartsOfIt() throws Exception {
        String mailgun =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"body","path":"/signature/signature"},
                 "payload":"{timestamp}{token}","variables":{"token":{"from":"body","path":"/signature/token"}},
                 "timestamp":{"source":{"from":"body","path":"/signature/timestamp"},"unit":"s","type":"string"}}
                """;
        String body = "{\"signature\":{\"timestamp\":\"1700000000\",\"token\":\"abc\",\"signature\":\""
                + hmac("1700000000abc") + "\"},\"event-data\":{}}";
        assertThat(result(verify(new Schemes.Hmac(), mailgun, request(body, List.of()), NOW, SECRET)))
                .isEqualTo("ok");
        assertThat(new Schemes.Hmac().credentials(Json.parseObject(mailgun)))
                .containsExactly(ValueLocation.body("/signature/signature"));
    }

    @Test
    void missingFieldsAreEmptyWhereDeclared() throws Exception {
        String adyen =
                """
                {"algorithm":"sha256","encoding":"base64","onMissing":"empty",
                 "source":{"from":"body","path":"/items/0/sig"},"secret":{"encoding":"hex"},
                 "payload":"{body:/items/0/psp}:{body:/items/0/original}:{body:/items/0/amount/value}:{body:/items/0/ok}"}
                """;
        byte[] key = HexFormat.of().parseHex("44782def54");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String sig =
                Base64.getEncoder().encodeToString(mac.doFinal("7914::1130:true".getBytes(StandardCharsets.UTF_8)));
        String body =
                "{\"items\":[{\"psp\":\"7914\",\"amount\":{\"value\":1130},\"ok\":true,\"sig\":\"" + sig + "\"}]}";
        assertThat(result(verify(new Schemes.Hmac(), adyen, request(body, List.of()), NOW, "44782DEF54")))
                .isEqualTo("ok");
        assertThat(result(verify(
                        new Schemes.Hmac(),
                        adyen.replace("\"onMissing\":\"empty\",", ""),
                        request(body, List.of()),
                        NOW,
                        "44782DEF54")))
                .isEqualTo("MISSING_SIGNATURE");
    }

    /** A sender that leaves a field out signs an empty text: nobody may put an object in its place afterwards. */
    @Test
    void anObjectInPlaceOfAMissingFieldIsRefused() throws Exception {
        String settings =
                """
                {"algorithm":"sha256","encoding":"hex","onMissing":"empty","source":{"from":"header","name":"x-sig"},
                 "variables":{"note":{"from":"body","path":"/note"}},"payload":"{body:/id}:{body:/extra}:{note}"}
                """;
        Header signature = new Header("x-sig", hmac("7::"));
        for (String body : List.of("{'id':7}", "{'id':7,'extra':null}", "{'id':7,'note':''}")) {
            assertThat(result(verify(
                            new Schemes.Hmac(),
                            settings,
                            request(body.replace('\'', '"'), List.of(signature)),
                            NOW,
                            SECRET)))
                    .isEqualTo("ok");
        }
        for (String body : List.of("{'id':7,'extra':{'a':1}}", "{'id':7,'extra':[]}", "{'id':7,'note':['a']}")) {
            assertThat(result(verify(
                            new Schemes.Hmac(),
                            settings,
                            request(body.replace('\'', '"'), List.of(signature)),
                            NOW,
                            SECRET)))
                    .isEqualTo("MISSING_SIGNATURE");
        }
        Header ofNothing = new Header("x-sig", hmac("::"));
        assertThat(result(verify(new Schemes.Hmac(), settings, request("no JSON", List.of(ofNothing)), NOW, SECRET)))
                .isEqualTo("MISSING_SIGNATURE");
    }

    /** Alternatives do not take over what is fixed around them; around them there is no token whose claims could be looked at. */
    @Test
    void aClaimFixedAroundAlternativesIsRefusedInsteadOfForgotten() {
        JsonObject settings = Json.parseObject(
                """
                {"source":{"from":"header","name":"authorization"},"algorithms":["HS256"],
                 "requireEquals":[{"source":{"from":"claim","name":"sub"},"value":"me"}],
                 "anyOf":[{"requireClaims":["exp"]},{"requireClaims":["iat"]}]}
                """);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Schemes.Jwt().check(settings))
                .withMessageStartingWith("signature.requireEquals: ");
    }

    @Test
    void aPlainHashNeedsTheSecretInIt() throws Exception {
        String hubspot =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"sig"},"payload":"{secret}{body}"}
                """;
        String hash = HexFormat.of()
                .formatHex(
                        MessageDigest.getInstance("SHA-256").digest((SECRET + "{}").getBytes(StandardCharsets.UTF_8)));
        assertThat(result(verify(
                        new Schemes.Digest(), hubspot, request("{}", List.of(new Header("sig", hash))), NOW, SECRET)))
                .isEqualTo("ok");
        assertThat(result(verify(
                        new Schemes.Digest(), hubspot, request("{ }", List.of(new Header("sig", hash))), NOW, SECRET)))
                .isEqualTo("MISMATCH");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Schemes.Digest().check(Json.parseObject(hubspot.replace("{secret}{body}", "{body}"))))
                .withMessageStartingWith("signature.payload: ");
    }

    @Test
    void oneOfSeveralWaysIsEnough() throws Exception {
        String box =
                """
                {"algorithm":"sha256","encoding":"base64","payload":"{body}{timestamp}",
                 "timestamp":{"source":{"from":"header","name":"time"},"unit":"iso8601","toleranceSeconds":600},
                 "requireEquals":[{"source":{"from":"header","name":"version"},"value":"1"}],
                 "anyOf":[{"source":{"from":"header","name":"primary"},"secretIndex":0},
                          {"source":{"from":"header","name":"secondary"},"secretIndex":1}]}
                """;
        String time = NOW.toString();
        Header version = new Header("version", "1");
        Header timeHeader = new Header("time", time);
        String first = Base64.getEncoder().encodeToString(mac("HmacSHA256", "one", "{}" + time));
        String second = Base64.getEncoder().encodeToString(mac("HmacSHA256", "two", "{}" + time));
        assertThat(boxed(box, "primary", first, version, timeHeader)).isEqualTo("ok");
        assertThat(boxed(box, "secondary", second, version, timeHeader)).isEqualTo("ok");
        assertThat(boxed(box, "primary", second, version, timeHeader)).isEqualTo("MISMATCH");
        assertThat(boxed(box, "primary", first, timeHeader)).isEqualTo("WRONG_VALUE");
        assertThat(boxed(box, "none", first, version, timeHeader)).isEqualTo("MISSING_SIGNATURE");
        assertThat(new Schemes.Hmac().replayWindow(Json.parseObject(box))).isEqualTo(Duration.ofSeconds(660));
        assertThat(new Schemes.Hmac().credentials(Json.parseObject(box)))
                .containsExactly(ValueLocation.header("primary"), ValueLocation.header("secondary"));
    }

    private static String boxed(String settings, String name, String signature, Header... more) {
        List<Header> headers = new ArrayList<>(List.of(more));
        headers.add(new Header(name, signature));
        return result(new Schemes.Hmac()
                .verify(
                        request("{}", headers),
                        Json.parseObject(settings),
                        SigningContext.of(
                                List.of(new SigningSecret("a", "one"), new SigningSecret("b", "two")), clock(NOW))));
    }

    @Test
    void aWayHoldsOnlyUnderItsCondition() throws Exception {
        String twilio =
                """
                {"algorithm":"sha1","encoding":"base64","source":{"from":"header","name":"sig"},
                 "anyOf":[{"when":{"queryPresent":"bodySHA256"},"payload":"{url}",
                           "requireEquals":[{"source":{"from":"query","name":"bodySHA256"},"value":"{body|sha256|hex}"}]},
                          {"when":{"queryAbsent":"bodySHA256"},"payload":"{url}{form.sortedConcat}"}]}
                """;
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest("{}".getBytes(StandardCharsets.UTF_8)));
        String url = "https://hooks.example/t?bodySHA256=" + hash;
        String sig = Base64.getEncoder().encodeToString(mac("HmacSHA1", SECRET, url));
        WebhookRequest request = new WebhookRequest(
                "POST",
                Optional.of(URI.create("https://hooks.example/t")),
                "bodySHA256=" + hash,
                HttpHeaders.of(Map.of("sig", sig)),
                "{}".getBytes(StandardCharsets.UTF_8),
                NOW);
        assertThat(result(verify(new Schemes.Hmac(), twilio, request, NOW, SECRET)))
                .isEqualTo("ok");
        assertThat(result(verify(
                        new Schemes.Hmac(),
                        twilio,
                        request.withBody("{ }".getBytes(StandardCharsets.UTF_8)),
                        NOW,
                        SECRET)))
                .as("the body is bound by its hash in the URL")
                .isEqualTo("WRONG_VALUE");
    }

    @Test
    void aKeyOfTheTriggerSelectsItsSecret() throws Exception {
        String pusher =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"sig"},
                 "requireEquals":[{"source":{"from":"header","name":"key"},"value":"{config:appKey}"}]}
                """;
        WebhookRequest request = request("{}", List.of(new Header("sig", hmac("{}")), new Header("key", "k1")));
        List<SigningSecret> secrets = List.of(new SigningSecret("s", SECRET));
        for (Map.Entry<Map<String, String>, String> each : Map.of(
                        Map.of("appKey", "k1"),
                        "ok",
                        Map.of("appKey", "k2"),
                        "WRONG_VALUE",
                        Map.<String, String>of(),
                        "WRONG_VALUE")
                .entrySet()) {
            SigningContext context = SigningContext.of(secrets, each.getKey(), clock(NOW), KeyFetcher.NONE);
            assertThat(result(new Schemes.Hmac().verify(request, Json.parseObject(pusher), context)))
                    .isEqualTo(each.getValue());
        }
    }

    @Test
    void secretsAreNormalisedAndDecoded() throws Exception {
        String nfkd =
                """
                {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"sig"},"secret":{"normalize":"NFKD"}}
                """;
        String sig = HexFormat.of().formatHex(mac("HmacSHA256", "u\u0308", "{}"));
        assertThat(result(verify(
                        new Schemes.Hmac(), nfkd, request("{}", List.of(new Header("sig", sig))), NOW, "\u00fc")))
                .isEqualTo("ok");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "'payload':'{id}.{body}' | signature.payload: {id} is not declared",
                "'timestamp':{'source':{'from':'header','name':'t'},'unit':'s'} | signature.timestamp: the time is not part",
                "'timestamp':{'source':{'from':'signature'},'unit':'s'},'payload':'{timestamp}' | signature.timestamp.source: ",
                "'timestamp':{'source':{'from':'header','name':'t'},'unit':'min'} | signature.timestamp.unit: ",
                "'timestamp':{'source':{'from':'header','name':'t'},'unit':'s','tolerance':5} | signature.timestamp.tolerance: unknown member",
                "'timestamp':{'source':{'from':'header','name':'t'},'unit':'s','toleranceSeconds':0} | signature.timestamp.toleranceSeconds: ",
                "'timestamp':{'source':{'from':'header','name':'t'},'unit':'s','type':'number'} | signature.timestamp.type: ",
                "'variables':{'body':{'from':'header','name':'t'}} | signature.variables.body: ",
                "'onMissing':'ignore' | signature.onMissing: ",
                "'secretIndex':-1 | signature.secretIndex: ",
                "'requireEquals':[{'source':{'from':'claim','name':'a'},'value':'b'}] | signature.requireEquals[0].source.from: ",
                "'when':{} | signature.when.method: ",
                "'when':{'headerEquals':{'x-a':'{body}'}} | signature.when: ",
                "'when':{'headerEquals':{'x-a':'{header:x-b}'}} | signature.when: ",
                "'when':{'queryPresnt':'a'} | signature.when.queryPresnt: unknown member; did you mean \"queryPresent\"?",
                "'anyOf':[] | signature.anyOf: ",
                "'anyOf':[{'anyOf':[{}]}] | signature.anyOf[0].anyOf: ",
                "'anyOf':[{'scheme':'magic'}] | signature.anyOf[0].scheme: ",
                "'anyOf':[{'hexcase':'any'}] | signature.anyOf[0].hexcase: unknown member; did you mean \"hexCase\"?",
                "'additionalSources':[{'from':'item','path':'/a'}] | signature.additionalSources[0].from: ",
                "'payload':'ping' | signature.payload: nothing of the request",
                "'payload':'v1:{method}:{config:a}' | signature.payload: nothing of the request",
                "'payload':'{secret}' | signature.payload: nothing of the request",
                "'publicKey':{} | signature.publicKey: unknown member",
                "'algorithms':['HS256'] | signature.algorithms: unknown member; did you mean \"algorithm\"?",
            })
    void declarationsThatProveNothingOrAreNotUnderstoodAreRefused(String members, String message) {
        JsonObject settings = Json.parseObject(
                ("{'algorithm':'sha256','encoding':'hex','source':{'from':'header','name':'x-sig'}," + members + "}")
                        .replace('\'', '"'));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Schemes.Hmac().check(settings))
                .withMessageStartingWith(message);
    }

    @Test
    void manyDeclarationsInTurnDoNotDisturbEachOther() throws Exception {
        SignatureScheme scheme = new Schemes.Hmac();
        List<JsonObject> settings = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            settings.add(Json.parseObject(
                    "{\"algorithm\":\"sha256\",\"encoding\":\"hex\",\"source\":{\"from\":\"header\",\"name\":\"sig" + i
                            + "\"}}"));
        }
        String sig = hmac("{}");
        SigningContext context = SigningContext.of(List.of(new SigningSecret("s", SECRET)), clock(NOW));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < settings.size(); i++) {
                WebhookRequest request = request("{}", List.of(new Header("sig" + i, sig)));
                assertThat(scheme.verify(request, settings.get(i), context)).isInstanceOf(Accepted.class);
                assertThat(scheme.verify(request, settings.get((i + 1) % settings.size()), context))
                        .isInstanceOf(Rejected.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STANDARD_WEBHOOKS_BASE64, STRIPE_AS_SENT, LINEAR_AS_SENT, MAILGUN_AS_SENT, SQUARE_AS_SENT})
    void whatIsSignedForATestFireVerifiesAndOnlyAsItIs(String settings) {
        SignatureScheme scheme = new Schemes.Hmac();
        JsonObject declared = Json.parseObject(settings);
        SigningContext context = SigningContext.of(
                List.of(new SigningSecret("s", "c2VjcmV0LW9mLXRoZS10ZXN0")), clock(NOW.plusMillis(1)));
        WebhookRequest unsigned = request("{\"a\":1}", List.of(new Header("Content-Type", "application/json")));
        WebhookRequest signed = scheme.sign(unsigned, declared, context).orElseThrow();
        assertThat(scheme.verify(signed, declared, context)).isInstanceOf(Accepted.class);
        assertThat(scheme.verify(unsigned, declared, context)).isInstanceOf(Rejected.class);
        for (Header header : signed.headers().all()) {
            if (!header.name().equalsIgnoreCase("content-type")) {
                for (int i = 0; i < header.value().length(); i++) {
                    char[] changed = header.value().toCharArray();
                    changed[i] = changed[i] == '1' ? '2' : '1';
                    List<Header> headers = new ArrayList<>(signed.headers().all());
                    headers.replaceAll(one -> one == header ? new Header(header.name(), new String(changed)) : one);
                    assertThat(scheme.verify(signed.withHeaders(HttpHeaders.of(headers)), declared, context))
                            .as("%s changed at %d", header, i)
                            .isInstanceOf(Rejected.class);
                }
            }
        }
    }

    private static final String STANDARD_WEBHOOKS_BASE64 =
            "{\"algorithm\":\"sha256\",\"encoding\":\"base64\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},"
                    + "\"format\":{\"type\":\"list\",\"itemSeparator\":\" \",\"prefix\":\"v1,\"},\"payload\":\"{id}.{timestamp}.{body}\","
                    + "\"variables\":{\"id\":{\"from\":\"header\",\"name\":\"id\",\"forbid\":\".\"}},"
                    + "\"timestamp\":{\"source\":{\"from\":\"header\",\"name\":\"time\"},\"unit\":\"s\"},"
                    + "\"secret\":{\"encoding\":\"base64\"}}";
    private static final String STRIPE_AS_SENT =
            "{\"algorithm\":\"sha512\",\"encoding\":\"base64url\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},"
                    + "\"format\":{\"type\":\"pairs\",\"itemSeparator\":\";\",\"signatureKey\":\"h1\",\"timestampKey\":\"ts\"},"
                    + "\"payload\":\"{timestamp}:{body}\",\"timestamp\":{\"source\":{\"from\":\"signature\"},\"unit\":\"ms\"}}";
    private static final String LINEAR_AS_SENT =
            "{\"algorithm\":\"sha384\",\"encoding\":\"hex\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},"
                    + "\"timestamp\":{\"source\":{\"from\":\"body\",\"path\":\"/t/ms\"},\"unit\":\"ms\",\"type\":\"number\"}}";
    private static final String MAILGUN_AS_SENT =
            "{\"algorithm\":\"sha256\",\"encoding\":\"hex\",\"source\":{\"from\":\"body\",\"path\":\"/s/sig\"},"
                    + "\"payload\":\"{timestamp}{token}\",\"variables\":{\"token\":{\"from\":\"body\",\"path\":\"/s/token\"}},"
                    + "\"timestamp\":{\"source\":{\"from\":\"body\",\"path\":\"/s/time\"},\"unit\":\"s\"}}";
    private static final String SQUARE_AS_SENT =
            "{\"algorithm\":\"sha256\",\"encoding\":\"base64\",\"source\":{\"from\":\"header\",\"name\":\"sig\"},"
                    + "\"payload\":\"{url}{body}\"}";

    private static Verification verify(String settings, String header, String value, String body) {
        return verify(new Schemes.Hmac(), settings, request(body, List.of(new Header(header, value))), NOW, SECRET);
    }

    private static Verification verify(
            SignatureScheme scheme, String settings, WebhookRequest request, Instant now, String secret) {
        JsonObject declared = Json.parseObject(settings);
        scheme.check(declared);
        return scheme.verify(request, declared, SigningContext.of(List.of(new SigningSecret("s", secret)), clock(now)));
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

    private static Clock clock(Instant now) {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    private static String result(Verification verification) {
        return verification instanceof Accepted ? "ok" : reason(verification).name();
    }

    private static Reason reason(Verification verification) {
        return ((Rejected) verification).reason();
    }

    private static String hmac(String text) throws GeneralSecurityException {
        return HexFormat.of().formatHex(mac("HmacSHA256", SECRET, text));
    }

    private static byte[] mac(String algorithm, String key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), algorithm));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
