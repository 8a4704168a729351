package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.Catalogue.NOW;
import static io.infloop.webhook.catalogue.Hash.hex;
import static io.infloop.webhook.catalogue.Hash.hmac256;
import static io.infloop.webhook.catalogue.Hash.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.HttpReply;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes, answered as their senders want them. */
class ChallengeTest {
    private static final Map<String, String> CONFIG = Map.of("verifyToken", "my own text");
    private static final String SECRET = "first-secret-of-the-test";

    @ParameterizedTest
    @ValueSource(strings = {"meta", "whatsapp"})
    void metaGetsItsChallengeForTheRightToken(String id) {
        Delivery get = Delivery.post(new byte[0]).withMethod("GET");
        String query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=my%20own%20";

        assertText(answer(id, get.withQuery(query + "text")), 200, "1158201444");
        assertThat(answer(id, get.withQuery(query + "tex"))).isEmpty();
        assertThat(answer(id, get.withQuery("hub.mode=subscribe&hub.challenge=1")))
                .isEmpty();
        assertThat(answer(id, get.withQuery(query + "text").withMethod("POST"))).isEmpty();
    }

    @Test
    void dropboxGetsItsChallengeAsPlainTextAndNothingThatIsNoText() {
        Delivery get = Delivery.post(new byte[0]).withMethod("GET");

        assertText(answer("dropbox", get.withQuery("challenge=%3Cscript%3E")), 200, "<script>");
        assertThat(answer("dropbox", get.withQuery("challenge=a%0D%0Ab"))).isEmpty();
        assertThat(answer("dropbox", get.withQuery("challenge=" + "a".repeat(1025))))
                .isEmpty();
        assertThat(answer("dropbox", get)).isEmpty();
    }

    @Test
    void slackGetsItsChallengeWhenItIsSigned() {
        byte[] body = utf8(
                "{\"token\":\"Jhj5dZrVaK7ZwHHjRyZWjbDl\",\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\","
                        + "\"type\":\"url_verification\"}");

        assertText(answer("slack", Delivery.post(body)), 200, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
        assertThat(rule("slack", Delivery.post(body)).orElseThrow().verifySignature())
                .isTrue();
        assertThat(answer("slack", Delivery.post(BodySenders.JSON))).isEmpty();
    }

    /** The answer is a signature with the trigger's secret: a stranger must not choose what is signed. */
    @Test
    void zoomGetsItsTokenSignedOnlyWhenItSigned() {
        Delivery delivery = Delivery.post(utf8(
                "{\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"},\"event\":\"endpoint.url_validation\"}"));

        HttpReply reply = answer("zoom", delivery).orElseThrow();

        assertThat(rule("zoom", delivery).orElseThrow().verifySignature()).isTrue();
        assertThat(reply.contentType()).isEqualTo("application/json");
        assertThat(reply.body())
                .isEqualTo("{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\",\"encryptedToken\":\""
                        + hex(hmac256(utf8(SECRET), "qgg8vlvZRS6UYooatFL8Aw")) + "\"}");
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#sources")
    void nothingIsCalculatedWithTheSecretForAStranger(WebhookSource.Descriptor source) {
        for (ChallengeRule rule : source.challenges()) {
            boolean keyed = rule.respond().templates().stream()
                    .anyMatch(template -> template.names().contains("secret"));
            assertThat(keyed && !rule.verifySignature()).as(source.id()).isFalse();
        }
    }

    @Test
    void twitchGetsItsChallengeAndARevocationStartsNothing() {
        Delivery delivery = Delivery.post(utf8("{\"challenge\":\"pogchamp-kappa-360noscope-vohiyo\"}"));
        String type = "Twitch-Eventsub-Message-Type";

        assertText(
                answer("twitch", delivery.header(type, "webhook_callback_verification")),
                200,
                "pogchamp-kappa-360noscope-vohiyo");
        assertText(answer("twitch", delivery.header(type, "revocation")), 204, "");
        assertThat(answer("twitch", delivery.header(type, "notification"))).isEmpty();
        assertThat(Catalogue.source("twitch").challenges()).allMatch(ChallengeRule::verifySignature);
    }

    @Test
    void notionsTokenIsKeptWhileThereIsNone() {
        Delivery delivery =
                Delivery.post(utf8("{\"verification_token\":\"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl\"}"));

        ChallengeRule rule = rule("notion", delivery).orElseThrow();

        assertThat(rule.onlyWhileUnbound()).isTrue();
        assertThat(rule.captureSecret().orElseThrow().read(received("notion", delivery)))
                .contains("secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl");
        assertThat(answer("notion", delivery)).isPresent();
        assertThat(rule("notion", Delivery.post(BodySenders.JSON))).isEmpty();
    }

    @Test
    void asanasSecretIsEchoedAndKeptWhileThereIsNone() {
        Delivery delivery = Delivery.post(utf8("{}")).header("X-Hook-Secret", "b537207f20cbfa02357cf448134da559");

        ChallengeRule rule = rule("asana", delivery).orElseThrow();

        assertThat(rule.onlyWhileUnbound()).isTrue();
        assertThat(rule.captureSecret().orElseThrow().read(received("asana", delivery)))
                .contains("b537207f20cbfa02357cf448134da559");
        assertThat(answer("asana", delivery).orElseThrow().headers())
                .containsEntry("X-Hook-Secret", "b537207f20cbfa02357cf448134da559");
        assertThat(rule("asana", Delivery.post(utf8("{\"events\":[]}")))).isEmpty();
    }

    @Test
    void oktaGetsItsChallengeInJson() {
        Delivery delivery = Delivery.post(new byte[0])
                .withMethod("GET")
                .header("X-Okta-Verification-Challenge", "yBg_TtwCjCnhU6pGlLSbJ2Ic8nHDbpxWwqYyYjWcAg\"");

        HttpReply reply = answer("okta", delivery).orElseThrow();

        assertThat(reply.contentType()).isEqualTo("application/json");
        assertThat(reply.body()).isEqualTo("{\"verification\":\"yBg_TtwCjCnhU6pGlLSbJ2Ic8nHDbpxWwqYyYjWcAg\\\"\"}");
    }

    @Test
    void microsoftGetsItsTokenAsPlainText() {
        assertText(
                answer("microsoft-graph", Delivery.post(new byte[0]).withQuery("validationToken=a%3A%20b")),
                200,
                "a: b");
    }

    @Test
    void adobeGetsItsClientIdBack() {
        Delivery delivery = Delivery.post(new byte[0]).withMethod("GET").header("X-AdobeSign-ClientId", "CBJCHBCAABAA");

        assertThat(answer("adobe-sign", delivery).orElseThrow().headers())
                .containsEntry("X-AdobeSign-ClientId", "CBJCHBCAABAA");
        assertThat(rule("adobe-sign", delivery).orElseThrow().verifySignature()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"trello", "intercom"})
    void aHeadRequestIsAnswered(String id) {
        assertThat(answer(id, Delivery.post(new byte[0]).withMethod("HEAD"))
                        .orElseThrow()
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "discord              | {\"version\":1,\"type\":0} | 204 | ''",
                "discord-interactions | {\"type\":1,\"id\":\"1\"}  | 200 | '{\"type\":1}'",
            })
    void discordsPingIsAnsweredWhenItIsSigned(String id, String body, int status, String answer) {
        Delivery delivery = Delivery.post(utf8(body));

        HttpReply reply = answer(id, delivery).orElseThrow();

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.body()).isEqualTo(answer);
        assertThat(rule(id, delivery).orElseThrow().verifySignature()).isTrue();
    }

    @Test
    void testMessagesOfBitbucketAndWooCommerceAreAnswered() {
        assertThat(answer(
                        "bitbucket", Delivery.post(utf8("{\"test\":true}")).header("X-Event-Key", "diagnostics:ping")))
                .isPresent();
        Delivery ping = Delivery.post(utf8("webhook_id=7"));
        for (String type :
                List.of("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8")) {
            assertThat(answer("woocommerce", ping.with("Content-Type", type))).isPresent();
            assertThat(answer(
                            "woocommerce",
                            ping.with("Content-Type", type).header("X-WC-Webhook-Signature", "c2lnbmVk")))
                    .as("what says to be signed is verified")
                    .isEmpty();
        }
        assertThat(answer("woocommerce", Delivery.post(BodySenders.JSON))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adyen-payments | 200 | [accepted]",
                "dropbox-sign   | 200 | Hello API Event Received",
                "line           | 200 | ''",
                "xero           | 200 | ''",
                "discord-interactions | 200 | {\"type\":5}",
            })
    void sendersThatInsistGetTheirAcknowledgement(String id, int status, String body) {
        assertThat(Catalogue.source(id).ack().orElseThrow().status()).isEqualTo(status);
        assertThat(Catalogue.source(id).ack().orElseThrow().body()).isEqualTo(body);
    }

    @Test
    void sendersThatInsistGetTheirRefusal() {
        assertThat(Catalogue.source("xero").reject().orElseThrow().status()).isEqualTo(401);
        assertThat(Catalogue.source("xero").reject().orElseThrow().body()).isEmpty();
        assertThat(Catalogue.source("gocardless").reject().orElseThrow().status())
                .isEqualTo(498);
    }

    private static void assertText(Optional<HttpReply> reply, int status, String body) {
        assertThat(reply).isPresent();
        assertThat(reply.get().status()).isEqualTo(status);
        assertThat(reply.get().contentType()).startsWith("text/plain");
        assertThat(reply.get().headers()).containsEntry("X-Content-Type-Options", "nosniff");
        assertThat(reply.get().body()).isEqualTo(body);
    }

    private static WebhookRequest received(String id, Delivery delivery) {
        return delivery.received(Catalogue.source(id).intake(), NOW);
    }

    private static Optional<ChallengeRule> rule(String id, Delivery delivery) {
        RequestTemplate.Values values = values(id, delivery);
        return Catalogue.source(id).challenges().stream()
                .filter(rule -> rule.when().matches(values))
                .findFirst();
    }

    private static Optional<HttpReply> answer(String id, Delivery delivery) {
        return rule(id, delivery).flatMap(rule -> rule.respond().render(values(id, delivery)));
    }

    private static RequestTemplate.Values values(String id, Delivery delivery) {
        WebhookRequest request = received(id, delivery);
        return new RequestTemplate.Values() {
            @Override
            public WebhookRequest request() {
                return request;
            }

            @Override
            public Optional<String> config(String name) {
                return Optional.ofNullable(CONFIG.get(name));
            }

            @Override
            public Optional<byte[]> value(String name) {
                return name.equals("secret") ? Optional.of(utf8(SECRET)) : Optional.empty();
            }
        };
    }
}
