package io.infloop.engine.internal.run;

import static io.infloop.engine.internal.testing.EngineFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.engine.Runs;
import io.infloop.engine.internal.testing.EngineFixture;
import io.infloop.engine.internal.testing.FakeRecords;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.workspace.worktree.TreeState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
    private static final String RUN = "11111111-1111-4111-8111-111111111111";
    private static final String CID = "cid_0123456789abcdefghij";

    @TempDir
    Path data;

    private final FakeRecords store = new FakeRecords();
    private EngineFixture engine;

    @BeforeEach
    void setUp() {
        engine = new EngineFixture(data, "server-2", store);
    }

    @AfterEach
    void tearDown() {
        engine.close();
    }

    private void row(String runId, String instance) {
        store.insertRun(new RunRow(
                        runId,
                        "w",
                        "The W",
                        3,
                        "running",
                        "webhook",
                        CID,
                        Optional.of("q-1-a"),
                        Optional.empty(),
                        instance,
                        1_000,
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        0))
                .join();
    }

    private Path marker(String instance) throws IOException {
        Path marker = data.resolve("active-runs/" + RUN + ".json");
        Files.createDirectories(marker.getParent());
        Files.writeString(
                marker,
                "{\"runId\":\"" + RUN
                        + "\",\"workflowId\":\"w\",\"workflowName\":\"The W\",\"startedAt\":1000,\"correlationId\":\""
                        + CID
                        + "\",\"serverInstance\":\"" + instance + "\",\"serverPid\":1,\"serverStartTime\":1}");
        return marker;
    }

    private Path journal(String content) throws IOException {
        Path journal = data.resolve("runs/w/" + RUN + ".jsonl");
        Files.createDirectories(journal.getParent());
        return Files.writeString(journal, content, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void endsTheRunsOfADeadServer() throws IOException {
        row(RUN, "server-1");
        Path marker = marker("server-1");
        journal("{\"type\":\"run_started\",\"runId\":\"" + RUN
                + "\",\"seq\":1,\"ts\":1000,\"workflowId\":\"w\",\"source\":\"webhook\"}\n{\"type\":\"node_sta");
        engine.start();
        JsonObject record = engine.runs().record("w", RUN).orElseThrow();
        assertThat(record.string("status")).contains("failed");
        assertThat(record.string("errorMessage")).contains("interrupted: the server stopped before this run finished");
        assertThat(record.string("source")).contains("webhook");
        assertThat(record.array("events").orElseThrow()).hasSize(2);
        assertThat(record.bool("truncated")).contains(true);
        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("failed");
        assertThat(marker).doesNotExist();
        assertThat(engine.audit.ofType("run.finished")).singleElement().satisfies(line -> {
            assertThat(line.actor()).isEqualTo(Actor.SYSTEM);
            assertThat(line.fields())
                    .containsEntry("reason", "interrupted")
                    .containsEntry("runId", RUN)
                    .containsEntry("correlationId", CID);
        });
    }

    @Test
    void theWorktreesOfADeadServerAreSettledBeforeItsRunsEnd() throws IOException {
        row(RUN, "server-1");
        marker("server-1");
        engine.worktrees.outcomes.put(RUN, TreeState.PRESERVED);
        engine.onReap = () -> assertThat(engine.worktrees.settled).isEmpty();
        engine.start();
        assertThat(engine.worktrees.settled).containsExactly(RUN);
        JsonObject record = engine.runs().record("w", RUN).orElseThrow();
        assertThat(record.array("worktrees").orElseThrow().get(0).toString()).contains("infloop/12345678/n");
        assertThat(engine.worktrees.abandoned).isNotEmpty().allSatisfy(isDead -> {
            assertThat(isDead.test("server-1")).isTrue();
            assertThat(isDead.test("server-2")).isFalse();
        });
    }

    @Test
    void aRowAloneOrAMarkerAloneIsEnough() throws IOException {
        row("22222222-2222-4222-8222-222222222222", "server-1");
        marker("server-1");
        engine.start();
        assertThat(store.run("22222222-2222-4222-8222-222222222222")
                        .orElseThrow()
                        .status())
                .isEqualTo("failed");
        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("failed");
        assertThat(engine.runs().record("w", RUN)).isPresent();
        assertThat(engine.audit.ofType("run.finished")).hasSize(2);
    }

    @Test
    void neverTouchesTheRunsOfALivingServer() throws IOException {
        engine.instance.knowing("server-1");
        row(RUN, "server-1");
        Path marker = marker("server-1");
        engine.start();
        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("running");
        assertThat(marker).exists();
        assertThat(data.resolve("runs/w")).doesNotExist();
    }

    @Test
    void aRunThatHadEndedKeepsItsEnd() throws IOException {
        row(RUN, "server-1");
        Path marker = marker("server-1");
        journal(
                """
                {"type":"run_started","seq":1}
                {"type":"run_finished","seq":2,"status":"succeeded","finishedAt":1500}
                """);
        engine.start();
        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("succeeded");
        assertThat(store.run(RUN).orElseThrow().finishedAt()).hasValue(1_500);
        assertThat(marker).doesNotExist();
        assertThat(Files.readAllLines(data.resolve("runs/w/" + RUN + ".jsonl"))).hasSize(2);
        assertThat(engine.audit.ofType("run.finished")).singleElement().satisfies(line -> {
            assertThat(line.outcome()).isEqualTo(AuditEvent.Outcome.OK);
            assertThat(line.fields()).containsEntry("status", "succeeded").doesNotContainKey("reason");
        });
    }

    @Test
    void whatTheDeadServerAuditedIsNotAuditedAgain() throws IOException {
        row(RUN, "server-1");
        marker("server-1");
        journal("{\"type\":\"run_finished\",\"seq\":1,\"status\":\"succeeded\",\"finishedAt\":1500}\n");
        engine.audit.append(AuditEvent.of("run.finished", Actor.API_TOKEN).with("runId", RUN));
        engine.start();
        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("succeeded");
        assertThat(engine.audit.ofType("run.finished")).hasSize(1);
    }

    @Test
    void anAuditThatCannotBeReadKeepsNoRunFromItsEnd() throws IOException {
        row(RUN, "server-1");
        marker("server-1");
        engine.audit.makeUnreadable();

        engine.start();

        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("failed");
        assertThat(engine.audit.ofType("run.finished")).hasSize(1);
    }

    @Test
    void aRecoveryThatDiedInTheMiddleIsCompletedOnce() throws IOException {
        row(RUN, "server-1");
        marker("server-1");
        journal("{\"type\":\"run_finished\",\"seq\":1,\"status\":\"failed\",\"finishedAt\":1500,"
                + "\"errorMessage\":\"interrupted: the server stopped before this run finished\"}\n");
        engine.start();
        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("failed");
        assertThat(engine.audit.ofType("run.finished")).singleElement().satisfies(line -> assertThat(line.fields())
                .containsEntry("reason", "interrupted"));
    }

    @Test
    void brokenMarkersHurtNobody() throws IOException {
        Files.createDirectories(data.resolve("active-runs"));
        Files.writeString(data.resolve("active-runs/" + RUN + ".json"), "{\"runId\":");
        Files.writeString(data.resolve("active-runs/x.json"), "{\"runId\":\"../../x\",\"workflowId\":\"..\"}");
        engine.workflows.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        assertThat(engine.run("w").string("status")).contains("succeeded");
    }

    @Test
    void takesOverWhenTheOtherServerDies() throws IOException {
        engine.instance.knowing("server-1");
        store.as("server-1").holdLease("dispatcher");
        engine.workflows.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        row(RUN, "server-1");
        engine.start();
        store.enqueue(engine.item("q-1-b", "w", java.util.Map.of()));
        await().during(java.time.Duration.ofMillis(700)).atMost(PATIENCE).until(() -> store.waitingCount() == 1);
        engine.instance.died("server-1");
        store.forgetLeases();
        await().atMost(PATIENCE).until(() -> store.waitingCount() == 0);
        await().atMost(PATIENCE)
                .until(() -> store.run(RUN).orElseThrow().status().equals("failed"));
    }

    @Test
    void childrenOfADeadServerEndBeforeItsRuns() {
        row(RUN, "server-1");
        List<String> statusThen = new CopyOnWriteArrayList<>();
        engine.onReap = () -> statusThen.add(store.run(RUN).orElseThrow().status());
        engine.start();
        assertThat(statusThen).startsWith("running");
        assertThat(store.run(RUN).orElseThrow().status()).isEqualTo("failed");
    }

    @Test
    void aServerThatDiesWithoutTheLeaseIsMissedToo() throws IOException {
        engine.instance.knowing("server-1");
        AtomicInteger reaps = new AtomicInteger();
        engine.onReap = reaps::incrementAndGet;
        engine.start();
        await().atMost(PATIENCE).until(() -> !store.as("server-3").holdLease("dispatcher"));
        await().atMost(PATIENCE).until(() -> reaps.get() == 1);
        row(RUN, "server-1");
        Files.createDirectories(data.resolve("instances"));
        Files.writeString(data.resolve("instances/server-1.json"), "{}");
        engine.instance.died("server-1");
        await().atMost(PATIENCE)
                .until(() -> store.run(RUN).orElseThrow().status().equals("failed"));
        assertThat(reaps.get()).isEqualTo(2);
    }

    @Test
    void runsThatBeganInTheSameMillisecondAreAllFound() {
        for (int i = 0; i < 1_100; i++) {
            row("11111111-1111-4111-8111-%012d".formatted(i), "server-1");
        }
        engine.start();
        assertThat(store.runs(Optional.of("w"), Optional.of("running"), Optional.empty(), 10))
                .isEmpty();
    }

    @Test
    void nothingStartsWhileAnotherServerEndsTheRunsOfADeadOne() {
        engine.workflows.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        store.as("server-3").holdLease("recovery");
        engine.start();
        store.enqueue(engine.item("q-1-b", "w", Map.of()));
        await().during(Duration.ofMillis(700)).atMost(PATIENCE).until(() -> store.waitingCount() == 1);
        store.as("server-3").releaseLease("recovery");
        await().atMost(PATIENCE).until(() -> store.waitingCount() == 0);
    }

    @Test
    void aWorkflowRunsOnceAtATimeAcrossServers() {
        engine.instance.knowing("server-1");
        engine.workflows.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        row(RUN, "server-1");
        Runs runs = engine.start();
        assertThat(runs.start("w", Map.of(), CID, Actor.OPEN))
                .isInstanceOfSatisfying(Runs.Busy.class, busy -> assertThat(busy.active())
                        .extracting(Runs.ActiveRun::runId)
                        .containsExactly(RUN));
        assertThat(runs.active()).isEmpty();
        assertThat(runs.elsewhere()).extracting(Runs.ActiveRun::runId).containsExactly(RUN);
        assertThat(runs.stop(RUN)).isFalse();
        store.enqueue(engine.item("q-1-b", "w", Map.of()));
        await().during(Duration.ofMillis(700)).atMost(PATIENCE).until(() -> store.waitingCount() == 1);
        store.finishRun(RUN, "succeeded", 2_000, OptionalDouble.empty(), Optional.empty(), 1)
                .join();
        await().atMost(PATIENCE).until(() -> store.waitingCount() == 0);
    }

    @Test
    void theRunOfADeadServerCountsUntilItsChildrenHaveEnded() {
        engine.instance.knowing("server-1");
        engine.workflows.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
        AtomicInteger reaps = new AtomicInteger();
        engine.onReap = reaps::incrementAndGet;
        Runs runs = engine.start();
        await().atMost(PATIENCE).until(() -> reaps.get() == 1);
        row(RUN, "server-1");
        engine.instance.died("server-1");
        assertThat(runs.start("w", Map.of(), CID, Actor.OPEN)).isInstanceOf(Runs.Busy.class);
        await().atMost(PATIENCE).until(() -> runs.start("w", Map.of(), CID, Actor.OPEN) instanceof Runs.Started);
        assertThat(reaps.get()).isEqualTo(2);
        await().atMost(PATIENCE)
                .until(() -> store.run(RUN).orElseThrow().status().equals("failed"));
    }
}
