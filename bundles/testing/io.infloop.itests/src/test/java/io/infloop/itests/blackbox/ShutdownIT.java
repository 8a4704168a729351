package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Command;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Processes;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** TERM while senders send and agents work. */
class ShutdownIT {
    @Test
    void drainsSettlesWhatRunsAndLosesNothing() throws Exception {
        Path data = Distribution.temporaryDirectory("shutdown").resolve("data");
        String mark = "301." + ProcessHandle.current().pid();
        Fixtures.dropAgent(
                data, "slow", "cat >/dev/null\nsetsid sleep " + mark + " >/dev/null 2>&1 </dev/null &\nsleep " + mark);
        Server server = Server.on(data)
                .with("INFLOOP_RUN_HISTORY_LIMIT", "1000000")
                .with("INFLOOP_MAX_CONCURRENT_RUNS", "2")
                .start();
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        Set<Integer> statuses = ConcurrentHashMap.newKeySet();
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService senders = Executors.newFixedThreadPool(3);
        String slow;
        try {
            Fixtures.awaitProvider(server, "slow");
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("quick"));
            Fixtures.saveWorkflow(server, Fixtures.agentWorkflow("slow", "slow", data.getParent()));
            String quickTrigger = Fixtures.gitHubTrigger(server, "quick");
            slow = deliver(server, Fixtures.gitHubTrigger(server, "slow"))
                    .json()
                    .path("correlationId")
                    .asText();
            Fixtures.await().until(() -> Processes.withArgument(mark).size() >= 2);
            for (int i = 0; i < 3; i++) {
                senders.execute(() -> {
                    while (!stop.get()) {
                        try {
                            Answer answer = deliver(server, quickTrigger);
                            statuses.add(answer.status());
                            if (answer.status() == 202) {
                                acknowledged.add(
                                        answer.json().path("correlationId").asText());
                            }
                        } catch (UncheckedIOException nobodyListens) {
                            return;
                        }
                    }
                });
            }
            Fixtures.await().until(() -> acknowledged.size() > 50);

            assertThat(server.stop()).as(server.log()).isZero();
        } finally {
            stop.set(true);
            senders.shutdown();
            server.close();
        }
        assertThat(senders.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(statuses).isSubsetOf(202, 503);
        assertThat(Processes.withArgument(mark)).as("children of the server").isEmpty();
        assertThat(ends(data, "slow"))
                .containsOnlyKeys(slow)
                .containsEntry(slow, List.of("cancelled: server shutdown"));
        assertThat(Command.run(data, "audit", "verify").exit()).isZero();
        try (var markers = Files.list(data.resolve("active-runs"))) {
            assertThat(markers).isEmpty();
        }

        try (Server second =
                Server.on(data).with("INFLOOP_RUN_HISTORY_LIMIT", "1000000").start()) {
            Fixtures.await()
                    .until(() -> second.get("/api/triggers/queue")
                                    .json()
                                    .path("size")
                                    .asInt()
                            == 0);
            Fixtures.await().untilAsserted(() -> assertThat(ends(data, "quick").keySet())
                    .containsAll(acknowledged));
            assertThat(ends(data, "quick").values())
                    .allSatisfy(
                            ends -> assertThat(ends).hasSize(1).isSubsetOf("succeeded", "cancelled: server shutdown"));
            assertThat(ends(data, "slow"))
                    .as("what was stopped is not started again")
                    .hasSize(1);
        }
    }

    private static Answer deliver(Server server, String trigger) {
        return server.send(
                GitHub.delivery(server, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", 1, "fix")));
    }

    /** By correlation id how the runs of a workflow ended. */
    private static Map<String, List<String>> ends(Path data, String workflow) throws java.io.IOException {
        Map<String, List<String>> ends = new TreeMap<>();
        try (var files = Files.list(data.resolve("runs").resolve(workflow))) {
            for (Path file : files.toList()) {
                List<String> lines = Files.readAllLines(file);
                JsonNode last = Server.JSON.readTree(lines.get(lines.size() - 1));
                if (last.path("type").asText().equals("run_finished")) {
                    String reason = last.path("errorMessage").asText();
                    ends.computeIfAbsent(last.path("correlationId").asText(), unused -> new java.util.ArrayList<>())
                            .add(last.path("status").asText() + (reason.isEmpty() ? "" : ": " + reason));
                }
            }
        }
        return ends;
    }
}
