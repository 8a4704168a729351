package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.net.AddressBlock;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.DeliveryStore;
import io.infloop.store.Trigger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InProcessTestFireTest {
    private final Fixture fixture = new Fixture();
    private final List<String> asked = new ArrayList<>();
    private Optional<String> claimed = Optional.empty();

    @Test
    void aTestIsSignedByTheServerAndReallyQueued() {
        TestFire.Result result =
                fire(Map.of("Content-Type", "text/evil"), "{\"action\":\"opened\",\"number\":3}", false);
        assertThat(result.status()).isEqualTo(202);
        assertThat(result.unsigned()).isEmpty();
        assertThat(fixture.items.get(0).source()).isEqualTo("test");
        assertThat(fixture.deliveries.get(0).headers()).containsEntry("content-type", "application/json");
        assertThat(fixture.touched).isEmpty();
        assertThat(fixture.audit.get(0).actor()).isEqualTo(Actor.API_TOKEN);
    }

    @Test
    void aTestTakesNoTokenOfTheRateLimit() {
        fixture.tokens = 0;
        assertThat(fire(Map.of(), "{\"action\":\"opened\",\"number\":3}", false).status())
                .isEqualTo(202);
    }

    @Test
    void aSignatureOfTheCallerIsSentAsItIs() {
        TestFire.Result result = fire(Map.of("X-Hub-Signature-256", "sha256=00"), "{}", false);
        assertThat(result.status()).isEqualTo(401);
        assertThat(result.unsigned()).contains("the request brought its own signature");
    }

    @Test
    void aDryRunConfirmsNothingAtTheSender() {
        fixture.scheme.called = Optional.of(URI.create("https://sns.example/confirm"));
        JsonObject body = body(fire(Map.of(), "{}", true));
        assertThat(body.get("verified")).isEqualTo(false);
        assertThat(body.toString()).contains("a dry run does not call sns.example");
    }

    @Test
    void aDryRunTellsAndStoresNothing() {
        JsonObject body =
                body(fire(Map.of(), "{\"action\":\"closed\",\"number\":3,\"pull_request\":{\"title\":\"T\"}}", true));
        assertThat(body.get("fires")).isEqualTo(false);
        assertThat(body.get("verified")).isEqualTo(true);
        assertThat(Json.write(body.get("predicates")))
                .isEqualTo("[{\"lhs\":\"closed\",\"op\":\"==\",\"rhs\":\"opened\",\"holds\":false}]");
        assertThat(Json.write(body.get("inputs"))).isEqualTo("{\"number\":3,\"title\":\"T\"}");
        assertThat(fixture.items).isEmpty();
        assertThat(fixture.events).isEmpty();

        JsonObject invalid = body(fire(Map.of(), "{\"action\":\"opened\"}", true));
        assertThat(invalid.get("fires")).isEqualTo(false);
        assertThat(Json.write(invalid.get("invalidInputs"))).contains("\"field\":\"number\"");
    }

    @Test
    void unknownTriggersAndHugeBodiesAreRefused() {
        assertThat(fixtureFire()
                        .fire("unknown-unknown-1", delivery(Map.of(), "{}", false))
                        .join()
                        .status())
                .isEqualTo(404);
        assertThat(fire(Map.of(), "1".repeat(Trigger.DEFAULT_MAX_BODY_BYTES + 1), false)
                        .status())
                .isEqualTo(413);
    }

    @Test
    void aSchemeThatCannotSignSaysSo() {
        fixture.scheme.signs = false;
        TestFire.Result result = fire(Map.of(), "{}", false);
        assertThat(result.status()).isEqualTo(401);
        assertThat(result.unsigned())
                .hasValueSatisfying(why -> assertThat(why).contains("send the signature yourself"));

        fixture.put(Fixture.githubTrigger().toBuilder().secrets(List.of()).build());
        assertThat(fire(Map.of(), "{}", false).unsigned()).contains("the trigger has no secret to sign with");
    }

    @Test
    void aDryRunTellsWhatEachCheckSays() {
        JsonObject body = body(fire(
                Map.of("x-github-delivery", "d-1"),
                "{\"action\":\"opened\",\"number\":3,\"pull_request\":{\"title\":\"T\"}}",
                true));

        assertThat(body.get("fires")).isEqualTo(true);
        assertThat(verdicts(body))
                .containsExactly(
                        "trigger pass",
                        "rate-limit pass",
                        "ip-allow pass",
                        "source pass",
                        "body pass",
                        "signature pass",
                        "challenge pass",
                        "event pass",
                        "workflow pass",
                        "dedup pass",
                        "predicates pass",
                        "inputs pass",
                        "queue pass");
        assertThat(asked).containsExactly("d-1");
    }

    @Test
    void aDryRunGoesOnAfterARefusal() {
        fixture.put(Fixture.githubTrigger().toBuilder()
                .enabled(false)
                .ipAllow(List.of(AddressBlock.parse("192.0.2.7")))
                .workflowId("gone")
                .maxBodyBytes(1_024)
                .build());
        claimed = Optional.of("d-first");
        fixture.waiting = 10;

        JsonObject body = body(fire(
                Map.of("x-hub-signature-256", "sha256=00", "x-github-event", "push", "x-github-delivery", "d-1"),
                "{\"action\":\"closed\",\"text\":\"" + "x".repeat(1_024) + "\"}",
                true));

        assertThat(body.get("fires")).isEqualTo(false);
        assertThat(verdicts(body))
                .containsExactly(
                        "trigger refuse 404",
                        "rate-limit pass",
                        "ip-allow not-checked",
                        "source pass",
                        "body refuse 413",
                        "signature refuse 401",
                        "challenge pass",
                        "event filter 204",
                        "workflow refuse 404",
                        "dedup answer 202",
                        "predicates filter 204",
                        "inputs not-checked",
                        "queue refuse 503");
        assertThat(fixture.audit).isEmpty();
        assertThat(fixture.refusedDeliveries).isEmpty();
        assertThat(fixture.usedSecrets).isEmpty();
    }

    @Test
    void aDryRunWithoutItsSourceTellsTheRest() {
        fixture.put(Fixture.githubTrigger().toBuilder().pluginId("gone").build());

        JsonObject body = Json.parseObject(new String(fire(Map.of(), "{}", true).body(), StandardCharsets.UTF_8));

        assertThat(verdicts(body))
                .contains("source refuse 503", "signature not-checked", "inputs not-checked", "queue pass");
        assertThat(body.get("fires")).isEqualTo(false);
    }

    @Test
    void aDryRunBindsNoTrigger() {
        WebhookSource.Descriptor descriptor =
                Fixture.signed().challenges(List.of(handshake())).build();
        WebhookSource source = () -> descriptor;
        fixture.contributions.add(WebhookSource.class, source);
        fixture.put(Fixture.githubTrigger().toBuilder().secrets(List.of()).build());

        TestFire.Result result = fire(Map.of("x-hook-secret", "captured"), "{}", true);

        JsonObject body = Json.parseObject(new String(result.body(), StandardCharsets.UTF_8));
        assertThat(verdicts(body)).contains("challenge answer 200");
        assertThat(fixture.triggers.get(Fixture.TRIGGER_ID).hasSecret()).isFalse();
    }

    private static ChallengeRule handshake() {
        return new ChallengeRule(
                RequestCondition.builder()
                        .headerPresent(Set.of("x-hook-secret"))
                        .build(),
                false,
                true,
                Optional.of(ValueLocation.header("x-hook-secret")),
                ChallengeRule.Respond.json(200, Map.of(), JsonObject.EMPTY));
    }

    @Test
    void aRawBodyIsSentAsItIs() {
        TestFire.Result result = fixtureFire()
                .fire(
                        Fixture.TRIGGER_ID,
                        new TestFire.Delivery(
                                "POST",
                                "a=b",
                                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                                "payload=%7B%22action%22%3A%22opened%22%2C%22number%22%3A3%7D"
                                        .getBytes(StandardCharsets.UTF_8),
                                true,
                                false,
                                Actor.API_TOKEN))
                .join();

        assertThat(result.status()).isEqualTo(202);
        assertThat(fixture.deliveries.get(0).headers())
                .containsEntry("content-type", "application/x-www-form-urlencoded");
    }

    private static List<String> verdicts(JsonObject body) {
        return body.array("stages").orElseThrow().stream()
                .map(JsonObject.class::cast)
                .map(stage -> stage.get("stage") + " " + stage.get("verdict")
                        + (stage.has("status") ? " " + stage.get("status") : ""))
                .toList();
    }

    private TestFire.Result fire(Map<String, String> headers, String body, boolean dryRun) {
        return fixtureFire()
                .fire(Fixture.TRIGGER_ID, delivery(headers, body, dryRun))
                .join();
    }

    private TestFire fixtureFire() {
        return new InProcessTestFire(
                fixture.pipeline(),
                Fixture.fake(DeliveryStore.class, (method, arguments) -> {
                    asked.add((String) arguments[1]);
                    return claimed;
                }),
                10);
    }

    private static TestFire.Delivery delivery(Map<String, String> headers, String body, boolean dryRun) {
        return TestFire.Delivery.json(headers, body.getBytes(StandardCharsets.UTF_8), dryRun, Actor.API_TOKEN);
    }

    private static JsonObject body(TestFire.Result result) {
        assertThat(result.status()).isEqualTo(200);
        return Json.parseObject(new String(result.body(), StandardCharsets.UTF_8));
    }
}
