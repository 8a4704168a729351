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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Servers that die at any instant, and what those that follow find. */
class CrashIT {
    private static final int SENDERS = 8;
    private static final int ROUNDS = Integer.getInteger("infloop.rounds", 3);

    @Test
    void killedServersLoseNoAcknowledgedDeliveryAndFinishNoneTwice() throws Exception {
        Path data = Distribution.temporaryDirectory("crash").resolve("data");
        Random random = new Random(20_261_121);
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        String trigger = "";
        for (int round = 0; round < ROUNDS; round++) {
            Server server =
                    Server.on(data).with("INFLOOP_RUN_HISTORY_LIMIT", "1000000").start();
            if (round == 0) {
                Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("crash"));
                trigger = Fixtures.gitHubTrigger(server, "crash");
            }
            int target = acknowledged.size() + 40 + random.nextInt(60);
            sendUntil(server, trigger, acknowledged, target);
        }
        try (Server server =
                Server.on(data).with("INFLOOP_RUN_HISTORY_LIMIT", "1000000").start()) {
            Fixtures.await()
                    .atMost(java.time.Duration.ofSeconds(60))
                    .until(() -> server.get("/api/triggers/queue")
                                            .json()
                                            .path("size")
                                            .asInt()
                                    == 0
                            && server.get("/api/run")
                                            .json()
                                            .path("state")
                                            .path("active")
                                            .size()
                                    == 0);
            Map<String, Integer> finished = new HashMap<>();
            for (JsonNode run : finishedRuns(data.resolve("runs/crash"))) {
                assertThat(run.path("status").asText()).isIn("succeeded", "failed");
                finished.merge(run.path("correlationId").asText(), 1, Integer::sum);
            }
            assertThat(finished.keySet()).as("every acknowledged delivery ran").containsAll(acknowledged);
            assertThat(finished.values()).as("none ran twice").containsOnly(1);
        }
    }

    /** Sends from several threads until enough are acknowledged, then kills the server while requests are in flight. */
    private static void sendUntil(Server server, String trigger, Set<String> acknowledged, int target)
            throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger number = new AtomicInteger();
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
        for (int i = 0; i < SENDERS; i++) {
            senders.execute(() -> {
                while (!stop.get()) {
                    try {
                        Answer answer = server.send(GitHub.delivery(
                                server,
                                trigger,
                                "pull_request",
                                SECRET,
                                GitHub.pullRequest("opened", number.incrementAndGet(), "fix")));
                        if (answer.status() == 202) {
                            acknowledged.add(answer.json().path("correlationId").asText());
                        }
                    } catch (UncheckedIOException serverDied) {
                        return;
                    }
                }
            });
        }
        Fixtures.await().until(() -> acknowledged.size() >= target);
        server.kill();
        stop.set(true);
        senders.shutdown();
        assertThat(senders.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    /** The last lines of all journals. */
    private static List<JsonNode> finishedRuns(Path journals) throws IOException {
        try (Stream<Path> files = Files.list(journals)) {
            List<JsonNode> runs = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
                List<String> lines = Files.readAllLines(file);
                JsonNode last = Server.JSON.readTree(lines.get(lines.size() - 1));
                assertThat(last.path("type").asText()).as(file.toString()).isEqualTo("run_finished");
                runs.add(last);
            }
            return runs;
        }
    }

    @Test
    void interruptedRunsAreRecordedAndTheirChildrenKilled() throws IOException {
        Path data = Distribution.temporaryDirectory("orphan").resolve("data");
        Path child = data.resolveSibling("child");
        Server first = Server.on(data).start();
        Fixtures.saveWorkflow(first, Fixtures.sleepingWorkflow("orphan", child));
        Answer started = first.post("/api/run", "{\"workflowId\":\"orphan\"}");
        long pid = Fixtures.awaitPid(child);
        first.kill();
        assertThat(ProcessHandle.of(pid)).isPresent();

        try (Server second = Server.on(data).start()) {
            Fixtures.await()
                    .until(() ->
                            !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
            JsonNode run = Fixtures.awaitRun(
                    second, "orphan", started.json().path("correlationId").asText());
            assertThat(run.path("status").asText()).isEqualTo("failed");
            assertThat(run.path("errorMessage").asText())
                    .isEqualTo("interrupted: the server stopped before this run finished");
            assertThat(run.path("events").size()).isPositive();
        }
    }

    @Test
    void aBrokenDatabaseIsSetAsideAndTheServerServes() throws IOException {
        Path data = Distribution.temporaryDirectory("corrupt").resolve("data");
        Files.createDirectories(data);
        Files.writeString(
                data.resolve("store.db"), "this is not a database, and long enough to be looked at ".repeat(100));
        try (Server server = Server.on(data).start()) {
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("corrupt"));
            String trigger = Fixtures.gitHubTrigger(server, "corrupt");
            assertThat(server.send(GitHub.delivery(
                                    server, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", 1, "fix")))
                            .status())
                    .isEqualTo(202);
            try (var files = Files.list(data)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .anyMatch(name -> name.startsWith("store.db.corrupt-"));
            }
        }
    }
}
