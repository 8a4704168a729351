package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.store.Trigger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InProcessTestFireTest {
    private final Fixture fixture = new Fixture();

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
    void theSignerKnowsTheDocumentedExampleAndItsLimits() {
        byte[] body = "Hello, World!".getBytes(StandardCharsets.UTF_8);
        JsonObject settings = Json.parseObject(
                "{\"source\":{\"from\":\"header\",\"name\":\"X-Hub-Signature-256\"},\"format\":{\"type\":\"prefix\",\"prefix\":\"sha256=\"}}");
        assertThat(TestSigner.sign(new SignatureDeclaration("hmac", settings), Fixture.SECRET, body))
                .isEqualTo(new TestSigner.Signed(
                        "x-hub-signature-256",
                        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"));
        for (SignatureDeclaration other : List.of(
                new SignatureDeclaration("ed25519", settings),
                new SignatureDeclaration(
                        "hmac",
                        settings.toBuilder().put("timestamp", JsonObject.EMPTY).build()),
                new SignatureDeclaration(
                        "hmac",
                        settings.toBuilder().put("payload", "{id}.{body}").build()),
                new SignatureDeclaration(
                        "hmac", settings.toBuilder().put("algorithm", "md5").build()),
                new SignatureDeclaration(
                        "hmac", settings.toBuilder().put("encoding", "rot13").build()))) {
            assertThat(TestSigner.sign(other, Fixture.SECRET, body)).isInstanceOf(TestSigner.Unsupported.class);
        }
    }

    private TestFire.Result fire(Map<String, String> headers, String body, boolean dryRun) {
        return fixtureFire()
                .fire(Fixture.TRIGGER_ID, delivery(headers, body, dryRun))
                .join();
    }

    private TestFire fixtureFire() {
        return new InProcessTestFire(fixture.pipeline());
    }

    private static TestFire.Delivery delivery(Map<String, String> headers, String body, boolean dryRun) {
        return new TestFire.Delivery(headers, body.getBytes(StandardCharsets.UTF_8), dryRun, Actor.API_TOKEN);
    }

    private static JsonObject body(TestFire.Result result) {
        assertThat(result.status()).isEqualTo(200);
        assertThat(result.unsigned()).isEqualTo(Optional.empty());
        return Json.parseObject(new String(result.body(), StandardCharsets.UTF_8));
    }
}
