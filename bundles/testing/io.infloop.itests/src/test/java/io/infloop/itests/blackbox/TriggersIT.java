package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator does with triggers, and what senders notice of it. */
class TriggersIT {
    private static Server server;

    @BeforeAll
    static void prepare() {
        server = SharedServer.get();
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("triggers-quick"));
    }

    private static Answer deliver(String trigger, String secret) {
        return server.send(GitHub.delivery(
                server, trigger, "pull_request", secret, GitHub.pullRequest("opened", 7, "Fix the build")));
    }

    private static Answer patch(String trigger, String body) {
        return server.send(server.request("/api/triggers/" + trigger)
                .header("content-type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void aSecretIsChangedWithoutLosingADelivery() {
        String trigger = Fixtures.gitHubTrigger(server, "triggers-quick");
        Answer added = server.post(
                "/api/triggers/" + trigger + "/secrets", "{\"generate\":true,\"expireOthersAfterHours\":1}");
        assertThat(added.status()).as(added.body()).isEqualTo(201);
        String value = added.json().path("secret").path("value").asText();
        String older = server.get("/api/triggers/" + trigger)
                .json()
                .path("trigger")
                .path("secrets")
                .path(1)
                .path("id")
                .asText();

        assertThat(deliver(trigger, SECRET).status()).isEqualTo(202);
        assertThat(deliver(trigger, value).status()).isEqualTo(202);
        assertThat(server.delete("/api/triggers/" + trigger + "/secrets/" + older)
                        .status())
                .isEqualTo(204);

        assertThat(deliver(trigger, SECRET).status()).isEqualTo(401);
        assertThat(deliver(trigger, value).status()).isEqualTo(202);
        assertThat(server.get("/api/triggers/" + trigger).body()).doesNotContain(value);
        assertThat(server.log()).doesNotContain(value);
    }

    @Test
    void anOldIdIsUnknownAtOnceAndWhatItBroughtStillRuns() throws IOException {
        Path agents = Distribution.temporaryDirectory("triggers-agent");
        Fixtures.dropAgent(
                server.data(),
                "triggers-agent",
                "cat >/dev/null\nwhile [ ! -e '" + agents + "/go' ]; do sleep 0.05; done\n"
                        + Fixtures.agentScript("Done."));
        Fixtures.awaitProvider(server, "triggers-agent");
        Fixtures.saveWorkflow(server, Fixtures.agentWorkflow("triggers-slow", "triggers-agent", agents));
        String old = Fixtures.gitHubTrigger(server, "triggers-slow");
        Answer first = deliver(old, SECRET);
        // Waits behind the first: a workflow runs once at a time.
        Answer waiting = deliver(old, SECRET);
        assertThat(waiting.status()).isEqualTo(202);

        Answer rotated = server.post("/api/triggers/" + old + "/rotate-id", "");

        assertThat(rotated.status()).as(rotated.body()).isEqualTo(200);
        String id = rotated.json().path("trigger").path("id").asText();
        assertThat(deliver(old, SECRET).status()).isEqualTo(404);
        assertThat(server.get("/api/triggers/" + old).status()).isEqualTo(404);
        Answer third = deliver(id, SECRET);
        assertThat(third.status()).isEqualTo(202);
        Files.createFile(agents.resolve("go"));
        for (Answer answer : new Answer[] {first, waiting, third}) {
            JsonNode run = Fixtures.awaitRun(
                    server, "triggers-slow", answer.json().path("correlationId").asText());
            assertThat(run.path("status").asText()).isEqualTo("succeeded");
        }
        assertThat(Files.readString(server.data().resolve("audit/audit.jsonl")))
                .contains("trigger.id-rotated")
                .doesNotContain(id)
                .doesNotContain(old);
    }

    @Test
    void whatIsSwitchedOffIsUnknownToSenders() {
        String trigger = Fixtures.gitHubTrigger(server, "triggers-quick");

        assertThat(server.post("/api/triggers/" + trigger + "/disable", "").status())
                .isEqualTo(200);
        assertThat(deliver(trigger, SECRET).status()).isEqualTo(404);
        assertThat(server.post("/api/triggers/" + trigger + "/enable", "").status())
                .isEqualTo(200);
        assertThat(deliver(trigger, SECRET).status()).isEqualTo(202);
    }

    @Test
    void whatAcceptsUnsignedDeliveriesIsNamedByItsMask() {
        String trigger = Fixtures.gitHubTrigger(server, "triggers-quick");
        assertThat(server.get("/api/posture").body()).doesNotContain("trigger " + trigger.substring(0, 6));
        assertThat(patch(trigger, "{\"secret\":null}").body()).contains("secret-required");

        assertThat(patch(trigger, "{\"secret\":null,\"verifyOptional\":true}").status())
                .isEqualTo(200);

        Answer posture = server.get("/api/posture");
        assertThat(posture.body())
                .contains("\"trigger " + trigger.substring(0, 6) + "…\"")
                .doesNotContain(trigger);
        server.delete("/api/triggers/" + trigger);
    }

    @Test
    void aTriggerOfASourceThatIsAwayIsKeptAndAnswers503() {
        String trigger = Fixtures.trigger(
                server,
                """
                {"name":"later","workflowId":"triggers-quick","pluginId":"not-there-yet","secret":"something"}""");

        assertThat(server.get("/api/triggers/" + trigger).body()).contains("\"pluginState\":\"absent\"");
        Answer answer = deliver(trigger, "something");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isPresent();
        server.delete("/api/triggers/" + trigger);
    }
}
