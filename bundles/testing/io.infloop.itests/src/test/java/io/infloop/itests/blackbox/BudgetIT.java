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
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the ceilings mean to those who use the API and to senders. */
class BudgetIT {
    private static final String TOTAL = "process budget exceeded: total cost > 0.02 USD (INFLOOP_MAX_TOTAL_COST_USD);"
            + " it is reset by a restart of the server";

    @Test
    void aboveTheTotalNothingStartsAndDeliveriesAreHeldOverARestart() throws IOException {
        Path data = Distribution.temporaryDirectory("budget").resolve("data");
        Fixtures.dropAgent(data, "spender", Fixtures.agentScript("spent"));
        String trigger;
        String held;
        try (Server server = Server.on(data)
                .with("INFLOOP_MAX_TOTAL_COST_USD", "0.02")
                .with("INFLOOP_QUEUE_MAX", "3")
                .start()) {
            Fixtures.awaitProvider(server, "spender");
            Fixtures.saveWorkflow(server, Fixtures.agentWorkflow("spending", "spender", data.getParent()));
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("quick"));
            trigger = Fixtures.gitHubTrigger(server, "quick");
            assertThat(deliver(server, trigger, 0).json().has("held")).isFalse();
            assertThat(run(server).path("status").asText()).isEqualTo("succeeded");
            JsonNode over = run(server);
            assertThat(over.path("status").asText()).isEqualTo("failed");
            assertThat(over.path("errorMessage").asText()).isEqualTo(TOTAL);

            Answer refused = start(server);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.json().path("error").asText()).isEqualTo("cost-budget-exceeded");
            Answer first = deliver(server, trigger, 1);
            assertThat(first.status()).isEqualTo(202);
            assertThat(first.json().path("held").asBoolean()).isTrue();
            held = first.json().path("correlationId").asText();
            assertThat(deliver(server, trigger, 2).status()).isEqualTo(202);
            assertThat(deliver(server, trigger, 3).status()).isEqualTo(202);
            Answer full = deliver(server, trigger, 4);
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.json().path("error").asText()).isEqualTo("queue-full");
            JsonNode queue = server.get("/api/triggers/queue").json();
            assertThat(queue.path("size").asInt()).isEqualTo(3);
            assertThat(queue.path("held").asBoolean()).isTrue();
            assertThat(queue.path("holdReason").asText()).isEqualTo(TOTAL);
            assertThat(server.get("/api/audit?type=budget.exceeded").json().path("entries"))
                    .hasSize(2)
                    .anySatisfy(line -> assertThat(line.path("runId").asText())
                            .isEqualTo(over.path("runId").asText()))
                    .anySatisfy(line -> assertThat(line.has("totalCostUsd")).isTrue());
            assertThat(server.stop()).isZero();
        }
        try (Server server =
                Server.on(data).with("INFLOOP_MAX_TOTAL_COST_USD", "0.02").start()) {
            assertThat(Fixtures.awaitRun(server, "quick", held).path("status").asText())
                    .isEqualTo("succeeded");
            assertThat(start(server).status()).isEqualTo(202);
        }
    }

    @Test
    void aRunThatStepsTooOftenEndsWithItsChildren() throws IOException {
        Path data = Distribution.temporaryDirectory("steps").resolve("data");
        try (Server server =
                Server.on(data).with("INFLOOP_MAX_RUN_NODE_EXECUTIONS", "25").start()) {
            Path log = Files.createFile(data.resolveSibling("visits"));
            Fixtures.saveWorkflow(
                    server,
                    """
                    {"id":"circle","name":"Circle","nodes":[
                      {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                      {"id":"a","type":"condition","position":{"x":1,"y":0},
                       "config":{"kind":"command","command":{"cmd":"echo x >> %s"}}}],
                     "edges":[
                      {"id":"e1","source":"start-1","sourceHandle":"next","target":"a","targetHandle":"in"},
                      {"id":"e2","source":"a","sourceHandle":"met","target":"a","targetHandle":"in"},
                      {"id":"e3","source":"a","sourceHandle":"not_met","target":"a","targetHandle":"in"}]}"""
                            .formatted(log));
            Answer started = server.post("/api/run", "{\"workflowId\":\"circle\"}");
            JsonNode run = Fixtures.awaitRun(
                    server, "circle", started.json().path("correlationId").asText());
            assertThat(run.path("status").asText()).isEqualTo("failed");
            assertThat(run.path("errorMessage").asText())
                    .isEqualTo("run budget exceeded: node executions > 25 (INFLOOP_MAX_RUN_NODE_EXECUTIONS)");
            assertThat(Files.readAllLines(log)).hasSize(24);
        }
    }

    private static Answer start(Server server) {
        return server.post("/api/run", "{\"workflowId\":\"spending\",\"inputs\":{\"title\":\"t\",\"number\":1}}");
    }

    private static JsonNode run(Server server) {
        Answer started = start(server);
        assertThat(started.status()).as(started.body()).isEqualTo(202);
        return Fixtures.awaitRun(
                server, "spending", started.json().path("correlationId").asText());
    }

    private static Answer deliver(Server server, String trigger, int number) {
        return server.send(
                GitHub.delivery(server, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", number, "fix")));
    }
}
