package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
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
    void whatTheServerCannotSignItSays() {
        fixture.scheme.signs = false;
        TestFire.Result result = fire(Map.of(), "{}", false);
        assertThat(result.status()).isEqualTo(401);
        assertThat(result.unsigned()).get().asString().contains("send the signature yourself");
        fixture.put(fixture.trigger().toBuilder().secrets(List.of()).build());
        assertThat(fire(Map.of(), "{}", false).unsigned()).contains("the trigger has no secret to sign with");
    }

    @Test
    void aDryRunShowsEveryStageOfAnEventThatIsNotWanted() {
        JsonObject body = body(fire(Map.of("X-GitHub-Event", "push"), "{}", true));
        assertThat(body.get("fires")).isEqualTo(false);
        assertThat(Json.write(body.get("stages")))
                .isEqualTo("[{\"stage\":\"signature\",\"passed\":true,\"detail\":\"the signature fits\"},"
                        + "{\"stage\":\"event\",\"passed\":false,"
                        + "\"detail\":\"the trigger wants 'pull_request', and there is none\"}]");
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
