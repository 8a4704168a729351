package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.ChallengeRule.Respond;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChallengesTest {
    private final Fixture fixture = new Fixture();

    private static final ChallengeRule META = new ChallengeRule(
            RequestCondition.builder()
                    .method("GET")
                    .queryPresent(Set.of("hub.challenge"))
                    .queryEquals("hub.verify_token", RequestTemplate.compile("{config:verifyToken}"))
                    .build(),
            false,
            false,
            Optional.empty(),
            Respond.text(200, Map.of(), RequestTemplate.compile("{query:hub.challenge}")));

    private static final ChallengeRule ASANA = new ChallengeRule(
            RequestCondition.builder().headerPresent(Set.of("x-hook-secret")).build(),
            false,
            true,
            Optional.of(ValueLocation.header("x-hook-secret")),
            Respond.text(
                    200,
                    Map.of("X-Hook-Secret", RequestTemplate.compile("{header:x-hook-secret}")),
                    RequestTemplate.fixed("")));

    private static final ChallengeRule ZOOM = new ChallengeRule(
            RequestCondition.builder()
                    .bodyEquals("/event", RequestTemplate.fixed("endpoint.url_validation"))
                    .build(),
            true,
            false,
            Optional.empty(),
            Respond.json(
                    200,
                    Map.of(),
                    Json.parse(
                            "{\"plainToken\":\"{body:/token}\",\"encryptedToken\":\"{body:/token|hmac-sha256|hex}\"}")));

    private void rules(ChallengeRule... rules) {
        fixture.put(Fixture.signed().challenges(List.of(rules)));
    }

    @Test
    void aGetIsEchoedAsPlainTextAndStartsNothing() {
        rules(META);
        fixture.put(fixture.trigger().toBuilder()
                .config(Map.of("verifyToken", "let-me-in"))
                .build());
        Reply reply = get("hub.verify_token=let-me-in&hub.challenge=1158201444");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(text(reply)).isEqualTo("1158201444");
        assertThat(reply.contentType()).isEqualTo("text/plain");
        assertThat(reply.headers()).containsEntry("x-content-type-options", "nosniff");
        assertThat(fixture.items).isEmpty();
        assertThat(fixture.auditTypes()).containsExactly("webhook.challenge");

        for (String query : List.of(
                "hub.verify_token=wrong&hub.challenge=1",
                "hub.challenge=1",
                "hub.verify_token=let-me-in&hub.challenge=%0d%0aSet-Cookie:x",
                "hub.verify_token=let-me-in&hub.challenge=" + "x".repeat(1_025),
                "hub.verify_token=let-me-in&hub.challenge=1&hub.challenge=2")) {
            Reply refused = get(query);
            assertThat(refused.status()).as(query).isIn(401, 403);
            assertThat(text(refused)).doesNotContain("Set-Cookie");
        }
    }

    @Test
    void aSecretIsCapturedOnceOnly() {
        rules(ASANA);
        fixture.put(fixture.trigger().toBuilder().secrets(List.of()).build());
        Reply first = post(Map.of("X-Hook-Secret", "b537207f20cbfa02357cf448134da559"), "");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.headers()).containsEntry("X-Hook-Secret", "b537207f20cbfa02357cf448134da559");
        assertThat(fixture.trigger().secrets()).singleElement().satisfies(secret -> assertThat(secret.value())
                .isEqualTo("b537207f20cbfa02357cf448134da559"));
        assertThat(fixture.auditTypes()).containsExactly("webhook.challenge", "trigger.secret_captured");
        assertThat(fixture.audit.toString()).doesNotContain("b537207f");

        Reply second = post(Map.of("X-Hook-Secret", "an-attackers-secret-00000000000"), "");
        assertThat(second.status()).isEqualTo(401);
        assertThat(text(second)).isEqualTo("{\"error\":\"bad-signature\"}");
        assertThat(fixture.trigger().secrets()).singleElement().satisfies(secret -> assertThat(secret.value())
                .startsWith("b537207f"));
    }

    @Test
    void aRefusedHandshakeIsKeptWithoutTheSecretInItsBody() {
        rules(new ChallengeRule(
                RequestCondition.builder()
                        .bodyPresent(Set.of("/verification_token"))
                        .build(),
                false,
                true,
                Optional.of(ValueLocation.body("/verification_token")),
                Respond.text(200, Map.of(), RequestTemplate.fixed(""))));
        fixture.put(fixture.trigger().toBuilder().keepRejected(true).build());

        assertThat(post(Map.of(), "{\"verification_token\":\"secret_tMrlL1qK5vuQAh1b6cZGhF\"}")
                        .status())
                .isEqualTo(401);

        assertThat(fixture.refusedDeliveries).singleElement().satisfies(delivery -> assertThat(
                        new String(delivery.body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"verification_token\":\"[redacted]\"}"));
    }

    @Test
    void aHandshakeThatOvertakesAnotherIsRefused() {
        rules(ASANA);
        fixture.put(fixture.trigger().toBuilder().secrets(List.of()).build());
        Inbound late = fixture.inbound(Map.of("X-Hook-Secret", "the-second-one"), new byte[0]);
        post(Map.of("X-Hook-Secret", "the-first-one"), "");
        assertThat(fixture.process(late).status()).isEqualTo(401);
        assertThat(fixture.trigger().secrets().get(0).value()).isEqualTo("the-first-one");
    }

    @Test
    void neitherATestNorAnUnusableValueCaptures() {
        rules(ASANA);
        fixture.put(fixture.trigger().toBuilder().secrets(List.of()).build());
        Inbound test = new Inbound(
                fixture.trigger(),
                Fixture.request(Map.of("X-Hook-Secret", "from-a-test-fire"), "", new byte[0]),
                "cid_0123456789abcdef",
                FireMode.TEST,
                Actor.API_TOKEN);
        assertThat(fixture.process(test).status()).isEqualTo(500);
        assertThat(post(Map.of("X-Hook-Secret", " "), "").status()).isIn(401, 500);
        assertThat(fixture.trigger().isUnbound()).isTrue();
    }

    /** What is computed with the secret for a stranger could be the signature of a delivery. */
    @Test
    void theSecretIsUsedForAProvenSenderOnly() {
        rules(ZOOM);
        String body = "{\"event\":\"endpoint.url_validation\",\"token\":\"qgg8vlvZRS6UYooatFL8Aw\"}";
        assertThat(post(Map.of(), body).status()).isEqualTo(401);

        Reply reply = post(Map.of("x-hub-signature-256", Fixture.signature(body)), body);
        assertThat(reply.status()).isEqualTo(200);
        JsonObject answer = Fixture.body(reply);
        assertThat(answer.get("plainToken")).isEqualTo("qgg8vlvZRS6UYooatFL8Aw");
        assertThat("sha256=" + answer.get("encryptedToken")).isEqualTo(Fixture.signature("qgg8vlvZRS6UYooatFL8Aw"));

        rules(new ChallengeRule(ZOOM.when(), false, false, Optional.empty(), ZOOM.respond()));
        Reply unproven = post(Map.of(), body);
        assertThat(unproven.status()).isEqualTo(401);
        assertThat(text(unproven)).doesNotContain("encryptedToken");
    }

    private Reply get(String query) {
        return fixture.process(new Inbound(
                fixture.trigger(),
                new WebhookRequest("GET", Optional.empty(), query, HttpHeaders.of(Map.of()), new byte[0], Fixture.NOW),
                "cid_0123456789abcdef",
                FireMode.WEBHOOK,
                Actor.WEBHOOK));
    }

    private Reply post(Map<String, String> headers, String body) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("x-github-event", "pull_request");
        return fixture.process(fixture.inbound(all, body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(Reply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }
}
