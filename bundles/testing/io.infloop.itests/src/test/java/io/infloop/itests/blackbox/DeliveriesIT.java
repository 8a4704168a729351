package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What came in is seen, and taken in once more. */
class DeliveriesIT {
    private static final String WITHOUT_INPUTS =
            """
            {"id":"deliveries-dead","name":"Quick",
             "nodes":[
              {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
              {"id":"end-1","type":"end","position":{"x":1,"y":0},"config":{"outcome":"succeeded"}}],
             "edges":[{"id":"e1","source":"start-1","sourceHandle":"next","target":"end-1","targetHandle":"in"}]}""";

    private static Server server;

    @BeforeAll
    static void prepare() {
        server = SharedServer.get();
    }

    private static List<JsonNode> listed(String query) {
        Answer answer = server.get("/api/deliveries?" + query);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        List<JsonNode> found = new ArrayList<>();
        answer.json().path("deliveries").forEach(found::add);
        return found;
    }

    private static Answer send(String trigger, String body, String deliveryId) {
        return server.send(GitHub.delivery(server, trigger, "pull_request", SECRET, body, deliveryId));
    }

    @Test
    void aDeliveryIsFoundWithItsRunAndItsBytesAndRunsAgainWhenReplayed() {
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("deliveries-seen"));
        String trigger = Fixtures.gitHubTrigger(server, "deliveries-seen");
        String body = GitHub.pullRequest("opened", 7, "Für später");
        String deliveryId = UUID.randomUUID().toString();
        Answer first = send(trigger, body, deliveryId);
        String correlationId = first.json().path("correlationId").asText();
        JsonNode run = Fixtures.awaitRun(server, "deliveries-seen", correlationId);
        Answer again = send(trigger, body, deliveryId);
        assertThat(again.json().path("duplicate").asBoolean()).isTrue();

        List<JsonNode> listed = listed("triggerId=" + trigger + "&limit=10");
        assertThat(listed).extracting(one -> one.path("outcome").asText()).containsExactly("duplicate", "accepted");
        String id = listed.get(1).path("id").asText();
        assertThat(listed.get(0).path("duplicateOf").asText()).isEqualTo(id);
        assertThat(listed("deliveryId=" + deliveryId + "&outcome=accepted"))
                .extracting(one -> one.path("id").asText())
                .containsExactly(id);
        Answer shown = server.get("/api/deliveries/" + id);
        JsonNode detail = shown.json().path("delivery");
        assertThat(detail.path("items").path(0).path("runId").asText())
                .isEqualTo(run.path("runId").asText());
        assertThat(detail.path("headers").path("x-github-event").asText()).isEqualTo("pull_request");
        assertThat(shown.body()).doesNotContain(trigger).doesNotContain(GitHub.signature(SECRET, body));
        Answer raw = server.get("/api/deliveries/" + id + "/body");
        assertThat(raw.body()).isEqualTo(body);
        assertThat(raw.header("content-type")).contains("application/octet-stream");
        assertThat(raw.header("content-disposition")).contains("attachment; filename=\"" + id + ".bin\"");
        assertThat(raw.header("x-content-type-options")).contains("nosniff");

        // An operator who "redelivers" on the sender's page sees the duplicate, and replays that.
        Answer replay =
                server.post("/api/deliveries/" + listed.get(0).path("id").asText() + "/replay", "{}");

        assertThat(replay.status()).as(replay.body()).isEqualTo(202);
        JsonNode second = Fixtures.awaitRun(
                server, "deliveries-seen", replay.json().path("correlationId").asText());
        assertThat(second.path("runId").asText()).isNotEqualTo(run.path("runId").asText());
        assertThat(second.path("scope").path("inputs"))
                .isEqualTo(run.path("scope").path("inputs"));
        JsonNode replayed = server.get(
                        "/api/deliveries/" + replay.json().path("deliveryId").asText())
                .json()
                .path("delivery");
        assertThat(replayed.path("replayOf").asText())
                .isEqualTo(listed.get(0).path("id").asText());
        assertThat(server.get("/api/audit?type=delivery.replayed").body())
                .contains(listed.get(0).path("id").asText())
                .doesNotContain(trigger);
        JsonNode counted = server.post(
                        "/api/deliveries/replay",
                        "{\"filter\":{\"triggerId\":\"" + trigger + "\",\"deliveryId\":\"" + deliveryId
                                + "\"},\"dryRun\":true}")
                .json();
        assertThat(counted.path("count").asInt()).isBetween(1, 2);
    }

    @Test
    void whatCouldNotStartIsKeptAndGoesBackIntoTheQueue() {
        Path pid = Distribution.temporaryDirectory("dead").resolve("pid");
        Fixtures.saveWorkflow(server, Fixtures.sleepingWorkflow("deliveries-dead", pid));
        Answer started = server.post("/api/run", "{\"workflowId\":\"deliveries-dead\"}");
        assertThat(started.status()).as(started.body()).isEqualTo(202);
        Fixtures.awaitPid(pid);
        Answer queued = server.post("/api/run?queue=1", "{\"workflowId\":\"deliveries-dead\"}");
        assertThat(queued.status()).as(queued.body()).isEqualTo(202);
        String queueId = queued.json().path("queueId").asText();

        assertThat(server.delete("/api/workflows/deliveries-dead").status()).isEqualTo(204);
        server.post(
                "/api/run/stop", "{\"runId\":\"" + started.json().path("runId").asText() + "\"}");

        String path = "/api/queue/dead/" + queueId;
        Fixtures.await().until(() -> server.get(path).status() == 200);
        assertThat(server.get(path).json().path("item").path("reason").asText()).isEqualTo("workflow-deleted");
        assertThat(server.get("/api/queue/dead").body()).contains(queueId);
        Fixtures.saveWorkflow(server, WITHOUT_INPUTS);
        assertThat(server.post(path + "/requeue", "{}").status()).isEqualTo(202);
        assertThat(server.get(path).status()).isEqualTo(404);
        String correlationId = queued.json().path("correlationId").asText();
        assertThat(Fixtures.awaitRun(server, "deliveries-dead", correlationId)
                        .path("correlationId")
                        .asText())
                .isEqualTo(correlationId);
        assertThat(server.post(path + "/requeue", "{}").status()).isEqualTo(404);
    }
}
