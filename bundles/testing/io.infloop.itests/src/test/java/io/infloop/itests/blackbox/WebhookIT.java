package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Deliveries as senders send them, good and bad. */
class WebhookIT {
    private static Server server;
    private static String trigger;

    @BeforeAll
    static void prepare() {
        server = SharedServer.get();
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("webhook-quick"));
        trigger = Fixtures.gitHubTrigger(server, "webhook-quick");
    }

    @Test
    void aSignedDeliveryRunsAnAgentAndLeavesOneTrail() throws IOException {
        Fixtures.dropAgent(server.data(), "webhook-agent", Fixtures.agentScript("Looks good to me."));
        Fixtures.awaitProvider(server, "webhook-agent");
        Fixtures.saveWorkflow(
                server,
                Fixtures.agentWorkflow("webhook-review", "webhook-agent", Distribution.temporaryDirectory("cwd")));
        String agentTrigger = Fixtures.gitHubTrigger(server, "webhook-review");

        Answer answer = server.send(GitHub.delivery(
                server, agentTrigger, "pull_request", SECRET, GitHub.pullRequest("opened", 7, "Fix the build")));

        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        String correlationId = answer.json().path("correlationId").asText();
        assertThat(answer.header("x-correlation-id")).contains(correlationId);
        assertThat(answer.json().path("queued").asBoolean()).isTrue();
        assertThat(answer.json().path("position").asInt()).isPositive();

        JsonNode run = Fixtures.awaitRun(server, "webhook-review", correlationId);
        assertThat(run.path("status").asText()).as(run.toString()).isEqualTo("succeeded");
        assertThat(run.path("scope").path("agent-1").path("text").asText()).isEqualTo("Looks good to me.");
        assertThat(run.path("scope").path("agent-1").path("costUsd").asDouble()).isEqualTo(0.0125);
        assertThat(run.path("scope").path("inputs").path("number").asInt()).isEqualTo(7);

        String runId = run.path("runId").asText();
        Path journal = server.data().resolve("runs/webhook-review/" + runId + ".jsonl");
        List<String> lines = Files.readAllLines(journal);
        long sequence = 0;
        for (String line : lines) {
            JsonNode event = Server.JSON.readTree(line);
            assertThat(event.path("runId").asText()).isEqualTo(runId);
            assertThat(event.path("correlationId").asText()).isEqualTo(correlationId);
            assertThat(event.path("ts").asLong()).isPositive();
            assertThat(event.path("seq").asLong()).isGreaterThan(sequence);
            sequence = event.path("seq").asLong();
        }
        Fixtures.await().untilAsserted(() -> assertThat(auditTypes(correlationId))
                .containsSubsequence("webhook.accepted", "run.queued", "run.started", "run.finished"));
        assertThat(Files.readString(server.data().resolve("audit/audit.jsonl")))
                .doesNotContain(SECRET)
                .doesNotContain(agentTrigger);
        assertThat(String.join("\n", lines)).doesNotContain(SECRET).doesNotContain(agentTrigger);
    }

    private static List<String> auditTypes(String correlationId) throws IOException {
        return Files.readAllLines(server.data().resolve("audit/audit.jsonl")).stream()
                .filter(line -> line.contains(correlationId))
                .map(line -> {
                    try {
                        return Server.JSON.readTree(line).path("type").asText();
                    } catch (IOException notJson) {
                        throw new AssertionError(line, notJson);
                    }
                })
                .toList();
    }

    @Test
    void refusesForgedAndUnsignedDeliveriesAlike() {
        String body = GitHub.pullRequest("opened", 1, "Forged");
        Answer forged = server.send(GitHub.delivery(server, trigger, "pull_request", "another secret", body));
        Answer unsigned = server.send(HttpRequest.newBuilder(server.uri("/api/webhook/" + trigger))
                .header("x-github-event", "pull_request")
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(forged.status()).isEqualTo(401);
        assertThat(forged.json().path("error").asText()).isEqualTo("bad-signature");
        assertThat(unsigned.status()).isEqualTo(401);
        assertThat(unsigned.body()).isEqualTo(forged.body());
    }

    @Test
    void checksTheSignatureBeforeTheFilters() {
        Answer otherEvent = server.send(GitHub.delivery(server, trigger, "push", "another secret", "{}"));
        assertThat(otherEvent.status()).isEqualTo(401);
    }

    @Test
    void answersNothingToEventsNobodyWants() {
        Answer otherEvent = server.send(GitHub.delivery(server, trigger, "push", SECRET, "{}"));
        Answer otherAction = server.send(
                GitHub.delivery(server, trigger, "pull_request", SECRET, GitHub.pullRequest("closed", 1, "No")));

        assertThat(otherEvent.status()).isEqualTo(204);
        assertThat(otherAction.status()).isEqualTo(204);
        assertThat(otherAction.body()).isEmpty();
    }

    @Test
    void saysWhichInputDoesNotFit() {
        Answer answer = server.send(GitHub.delivery(
                server, trigger, "pull_request", SECRET, "{\"action\":\"opened\",\"pull_request\":{\"title\":\"x\"}}"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("error").asText()).isEqualTo("invalid-inputs");
        assertThat(answer.json().path("field").asText()).isEqualTo("number");
    }

    @Test
    void treatsUnknownAndDisabledTriggersAlike() {
        String disabled = Fixtures.trigger(
                server,
                """
                {"name":"off","enabled":false,"workflowId":"webhook-quick","pluginId":"generic","match":[],
                 "inputs":{"title":"x","number":"1"}}""");
        Answer unknown = server.post("/api/webhook/AAAAAAAAAAAAAAAAAAAAAA", "{}");
        Answer off = server.post("/api/webhook/" + disabled, "{}");

        assertThat(unknown.status()).isEqualTo(404);
        assertThat(off.status()).isEqualTo(404);
        assertThat(off.body()).isEqualTo(unknown.body());
    }

    @Test
    void boundsTheBodyInBytesWithAndWithoutALength() {
        byte[] tooLong = ("\"" + "é".repeat(524_288) + "\"").getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/api/webhook/" + trigger));

        Answer declared = server.send(request.copy().POST(HttpRequest.BodyPublishers.ofByteArray(tooLong)));
        Answer chunked = server.send(
                request.copy().POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLong))));

        assertThat(declared.status()).isEqualTo(413);
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(chunked.json().path("error").asText()).isEqualTo("payload-too-large");
        assertThat(server.get("/api/health").status()).isEqualTo(200);
    }

    @Test
    void takesOnlyPosts() {
        Answer answer = server.get("/api/webhook/" + trigger);
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).contains("POST");
    }

    @Test
    void queuesARepeatedDeliveryOnce() {
        String body = GitHub.pullRequest("opened", 3, "Repeated");
        String delivery = UUID.randomUUID().toString();
        Answer first = server.send(GitHub.delivery(server, trigger, "pull_request", SECRET, body, delivery));
        Answer second = server.send(GitHub.delivery(server, trigger, "pull_request", SECRET, body, delivery));

        assertThat(first.status()).isEqualTo(202);
        assertThat(second.status()).isEqualTo(202);
        assertThat(second.json().path("queueId").asText())
                .isEqualTo(first.json().path("queueId").asText());
        Fixtures.awaitRun(
                server, "webhook-quick", first.json().path("correlationId").asText());
    }

    @Test
    void refusesToSaveASignedTriggerWithoutSecret() {
        Answer answer = server.post(
                "/api/triggers",
                """
                {"name":"no secret","workflowId":"webhook-quick","pluginId":"github","eventType":"pull_request",
                 "inputs":{"title":"x","number":"1"}}""");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("invalid-trigger");
        assertThat(answer.json().path("reason").asText()).isEqualTo("secret-required");
    }
}
