package io.infloop.engine.internal.run;

import static io.infloop.engine.internal.testing.EngineFixture.PATIENCE;
import static io.infloop.engine.internal.testing.EngineFixture.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.Redactor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.engine.Runs;
import io.infloop.engine.internal.testing.EngineFixture;
import io.infloop.engine.internal.testing.FakeRecords;
import io.infloop.engine.internal.testing.TestNodes;
import io.infloop.host.PluginRef;
import io.infloop.spi.Registration;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLifecycleTest {
    private static final String CID = "cid_0123456789abcdefghij";

    @TempDir
    Path data;

    private EngineFixture engine;
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void setUp() {
        engine = new EngineFixture(data);
        engine.contributions.add(TestNodes.of("wait", context -> {
            CountDownLatch cancelled = new CountDownLatch(1);
            context.cancellation().onCancel(cancelled::countDown);
            while (release.getCount() > 0 && cancelled.getCount() > 0) {
                release.await(1, java.util.concurrent.TimeUnit.MILLISECONDS);
            }
            return cancelled.getCount() == 0 ? NodeOutcome.error("aborted") : NodeOutcome.next(JsonObject.EMPTY);
        }));
        put("w", "wait");
        put("quick", "echo");
    }

    private void put(String id, String type) {
        engine.workflows.put("{'id':'" + id + "','name':'The W','nodes':[{'id':'s','type':'start'},{'id':'n','type':'"
                + type + "'}],'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'n'}]}");
    }

    @AfterEach
    void tearDown() {
        release.countDown();
        engine.close();
    }

    private Path marker(String runId) {
        return data.resolve("active-runs/" + runId + ".json");
    }

    @Test
    void aSecretThatANodePrintsIsSeenByNobody() throws IOException {
        engine.redactor = new Redactor() {
            @Override
            public Registration add(String secret) {
                throw new UnsupportedOperationException();
            }

            @Override
            public String redact(String text) {
                return text.replace("canary", "[redacted]");
            }
        };
        engine.contributions.add(TestNodes.of("leak", context -> {
            context.journal().stdout("my key is canary");
            throw new IllegalStateException("canary was refused");
        }));
        put("leaky", "leak");

        JsonObject record = engine.run("leaky");

        assertThat(record.toString()).contains("my key is [redacted]").doesNotContain("canary");
        assertThat(Files.readString(
                        data.resolve("runs/leaky/" + record.string("runId").orElseThrow() + ".jsonl")))
                .contains("[redacted]")
                .doesNotContain("canary");
        assertThat(engine.runs().snapshot(true).toString())
                .contains("[redacted]")
                .doesNotContain("canary");
        assertThat(engine.hub.events().toString()).contains("[redacted]").doesNotContain("canary");
    }

    @Test
    void theWorktreesOfARunAreInItsMarkerAndItsRecord() throws IOException {
        engine.contributions.add(TestNodes.of("tree", context -> {
            context.worktrees().orElseThrow().open(data, java.util.Optional.empty());
            release.await();
            return NodeOutcome.next(JsonObject.EMPTY);
        }));
        put("trees", "tree");
        String runId = engine.begin("trees", Map.of());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(Files.readString(marker(runId)))
                .contains("\"worktrees\":[\"" + data.resolve("n") + "\"]"));
        assertThat(engine.worktrees.settled).isEmpty();
        release.countDown();
        JsonObject record = engine.finished("trees", runId);
        assertThat(engine.worktrees.settled).containsExactly(runId);
        assertThat(events(record, "worktree_settled")).singleElement().satisfies(event -> {
            assertThat(event.string("branch")).contains("infloop/12345678/n");
            assertThat(event.string("state")).contains("preserved");
        });
        assertThat(record.array("worktrees").orElseThrow()).hasSize(1);
        assertThat(record.string("status")).contains("succeeded");
    }

    @Test
    void whatWillBeInAJailOrAnotherUsersGetsACloneWhoeverDemandsIt() {
        engine.contributions.add(TestNodes.of("tree", context -> {
            RunWorktrees trees = context.worktrees().orElseThrow();
            trees.open(data, Optional.empty());
            trees.open(data, Optional.empty(), new SandboxDemand(SandboxLevel.JAIL, SandboxLevel.OFF));
            trees.open(data, Optional.empty(), new SandboxDemand(SandboxLevel.OFF, SandboxLevel.NAMESPACE));
            trees.open(data, Optional.empty(), new SandboxDemand(SandboxLevel.USER, SandboxLevel.OFF));
            return NodeOutcome.next(JsonObject.EMPTY);
        }));
        put("trees", "tree");
        engine.run("trees");

        assertThat(engine.worktrees.kinds)
                .containsExactly(TreeKind.WORKTREE, TreeKind.CLONE, TreeKind.WORKTREE, TreeKind.GIVEN);
    }

    @Test
    void aRunThatHasEndedButIsNotRecordedYetShowsItsWorktrees() {
        engine.contributions.add(TestNodes.of("tree", context -> {
            context.worktrees().orElseThrow().open(data, java.util.Optional.empty());
            release.await();
            return NodeOutcome.next(JsonObject.EMPTY);
        }));
        put("trees", "tree");
        String runId = engine.begin("trees", Map.of());
        engine.store.setBroken(true);
        release.countDown();
        await().atMost(PATIENCE).until(() -> record("trees", runId).has("finishedAt"));
        JsonObject ended = record("trees", runId);
        assertThat(ended.string("status")).contains("succeeded");
        assertThat(ended.has("durationMs")).isTrue();
        assertThat(ended.array("worktrees").orElseThrow()).hasSize(1);
        engine.store.setBroken(false);
    }

    private JsonObject record(String workflowId, String runId) {
        return engine.runs().record(workflowId, runId).orElseThrow();
    }

    @Test
    void aWorktreeThatCannotBeKeptOnABranchIsAnErrorOfTheRunButNotItsEnd() {
        engine.contributions.add(TestNodes.of("tree", context -> {
            engine.worktrees.outcomes.put(context.run().runId(), TreeState.LEFT);
            return NodeOutcome.next(JsonObject.EMPTY);
        }));
        put("trees", "tree");
        JsonObject record = engine.run("trees");
        assertThat(record.string("status")).contains("succeeded");
        assertThat(events(record, "error"))
                .extracting(event -> event.string("message").orElseThrow())
                .containsExactly("worktree cleanup failed: /repo/tree stays: it resists");
    }

    @Test
    void aStoppedRunSettlesItsWorktreesToo() {
        String runId = engine.begin("w", Map.of());
        engine.runs().stop(runId);
        assertThat(engine.finished("w", runId).string("status")).contains("cancelled");
        assertThat(engine.worktrees.settled).containsExactly(runId);
    }

    @Test
    void aRunLeavesAJournalARowAndTwoAuditLines() throws IOException {
        JsonObject record = engine.run("quick");
        String runId = record.string("runId").orElseThrow();
        Path journal = data.resolve("runs/quick/" + runId + ".jsonl");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(journal)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(journal.getParent())))
                .isEqualTo("rwx------");
        List<JsonObject> lines =
                Files.readAllLines(journal).stream().map(Json::parseObject).toList();
        assertThat(lines.get(0).string("type")).contains("run_started");
        assertThat(lines.get(lines.size() - 1).string("type")).contains("run_finished");
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i).number("seq")).contains(i + 1L);
            assertThat(lines.get(i).string("runId")).contains(runId);
            assertThat(lines.get(i).string("correlationId")).isEqualTo(record.string("correlationId"));
            assertThat(lines.get(i).number("ts")).isPresent();
        }
        assertThat(record.asMap().keySet())
                .containsExactly(
                        "runId",
                        "workflowId",
                        "workflowName",
                        "workflowVersion",
                        "status",
                        "startedAt",
                        "finishedAt",
                        "durationMs",
                        "scope",
                        "correlationId",
                        "nodeExecutions",
                        "source",
                        "events");
        assertThat(engine.store.run(runId).orElseThrow().eventCount()).isEqualTo(lines.size());
        assertThat(engine.audit.ofType("run.started")).hasSize(1);
        AuditEvent finished = engine.audit.ofType("run.finished").get(0);
        assertThat(finished.actor()).isEqualTo(Actor.API_TOKEN);
        assertThat(finished.fields()).containsEntry("status", "succeeded").containsEntry("runId", runId);
        assertThat(engine.hub.events()).hasSize(lines.size());
        assertThat(engine.hub.events().get(0).runId()).contains(runId);
    }

    @Test
    void aMarkerSaysThatTheRunIsActive() throws IOException {
        String runId = engine.begin("w", Map.of());
        await().atMost(PATIENCE).until(() -> Files.exists(marker(runId)));
        JsonObject marker = Json.parseObject(Files.readString(marker(runId)));
        assertThat(marker.string("workflowName")).contains("The W");
        assertThat(marker.string("serverInstance")).contains("server-1");
        assertThat(marker.number("serverPid")).contains(4711L);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(marker(runId))))
                .isEqualTo("rw-------");
        release.countDown();
        engine.awaitRecorded(runId);
        assertThat(marker(runId)).doesNotExist();
    }

    @Test
    void aStoppedRunIsCancelledWhateverItsNodesSay() {
        String runId = engine.begin("w", Map.of());
        await().atMost(PATIENCE).until(() -> engine.runs()
                .snapshot(false)
                .string("currentNodeId")
                .orElse("")
                .equals("n"));
        assertThat(engine.runs().stop(runId)).isTrue();
        JsonObject record = engine.finished("w", runId);
        assertThat(record.string("status")).contains("cancelled");
        assertThat(record.string("errorMessage")).contains("cancelled by user");
        assertThat(events(record, "node_finished").get(1).string("branch")).contains("cancelled");
        assertThat(engine.runs().stop(runId)).isFalse();
        assertThat(engine.audit.ofType("run.finished").get(0).fields()).containsEntry("reason", "cancelled by user");
    }

    @Test
    void anInfiniteLoopCanBeStopped() {
        engine.settings.maxRunNodeExecutions = 0;
        engine.workflows.put(
                """
                {'id':'l','name':'L','nodes':[{'id':'s','type':'start'},{'id':'l','type':'loop','config':{'infinite':true},'children':[{'id':'c','type':'check'}]}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'l'}]}""");
        String runId = engine.begin("l", Map.of());
        await().atMost(PATIENCE)
                .until(() -> engine.runs()
                                .snapshot(false)
                                .object("iterationByLoopId")
                                .flatMap(loops -> loops.number("l"))
                                .map(Number::intValue)
                                .orElse(0)
                        > 10);
        engine.runs().stop(runId);
        assertThat(engine.finished("l", runId).string("status")).contains("cancelled");
    }

    @Test
    void oneRunPerWorkflowUnlessItsDocumentSaysOtherwise() {
        String runId = engine.begin("w", Map.of());
        assertThat(engine.runs().start("w", Map.of(), CID, Actor.OPEN)).isInstanceOf(Runs.Busy.class);
        Runs.Busy busy = (Runs.Busy) engine.runs().start("w", Map.of(), CID, Actor.OPEN);
        assertThat(busy.active()).singleElement().satisfies(run -> assertThat(run.runId())
                .isEqualTo(runId));
        engine.begin("quick", Map.of());
        engine.workflows.put(
                """
                {'id':'two','name':'Two','concurrency':{'max':2},'nodes':[{'id':'s','type':'start'},{'id':'n','type':'wait'}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'n'}]}""");
        engine.begin("two", Map.of());
        engine.begin("two", Map.of());
        assertThat(engine.runs().start("two", Map.of(), CID, Actor.OPEN)).isInstanceOf(Runs.Busy.class);
    }

    @Test
    void allSlotsTakenIsBusyToo() {
        engine.settings.maxConcurrentRuns = 1;
        String runId = engine.begin("w", Map.of());
        assertThat(engine.runs().start("quick", Map.of(), CID, Actor.OPEN)).isInstanceOf(Runs.Busy.class);
        release.countDown();
        engine.awaitRecorded(runId);
        assertThat(engine.runs().snapshot(false).string("status")).contains("succeeded");
        String next = engine.begin("quick", Map.of());
        assertThat(next).isNotEqualTo(runId);
    }

    @Test
    void theSnapshotIsIdleBeforeTheFirstRunAndShowsTheNewestAfterwards() {
        engine.start();
        JsonObject idle = engine.runs().snapshot(true);
        assertThat(idle.string("status")).contains("idle");
        assertThat(idle.array("events")).contains(List.of());
        String first = engine.begin("w", Map.of());
        engine.run("quick");
        JsonObject newest = engine.runs().snapshot(true);
        assertThat(newest.string("workflowId")).contains("quick");
        assertThat(newest.array("active").orElseThrow())
                .singleElement()
                .satisfies(run -> assertThat(((JsonObject) run).string("runId")).contains(first));
        assertThat(newest.array("events").orElseThrow()).isNotEmpty();
        assertThat(newest.number("nodeExecutions")).contains(2L);
        assertThat(engine.runs().record("w", first).orElseThrow().string("status"))
                .contains("running");
    }

    @Test
    void refusesWhatCannotRun() {
        engine.start();
        assertThatThrownBy(() -> engine.runs().start("gone", Map.of(), CID, Actor.OPEN))
                .isInstanceOfSatisfying(
                        InfloopException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WORKFLOW_NOT_FOUND));
        engine.workflows.put("{'id':'bad','name':'B','nodes':[],'edges':[]}");
        assertThatThrownBy(() -> engine.runs().start("bad", Map.of(), CID, Actor.OPEN))
                .hasMessageContaining("workflow has no 'start' node");
        engine.store.setBroken(true);
        assertThatThrownBy(() -> engine.runs().start("quick", Map.of(), CID, Actor.OPEN))
                .isInstanceOfSatisfying(
                        InfloopException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
        engine.store.setBroken(false);
        engine.run("quick");
    }

    @Test
    void idsThatArePathsAreNoRecords() throws IOException {
        engine.start();
        Files.writeString(data.resolve("secret.json"), "{}");
        assertThat(engine.runs().record("..", "00000000-0000-4000-8000-000000000000"))
                .isEmpty();
        assertThat(engine.runs().record("w", "../../secret")).isEmpty();
    }

    @Test
    void theReferencesRecordsAreReadToo() throws IOException {
        engine.start();
        String runId = "00000000-0000-4000-8000-000000000000";
        Files.createDirectories(data.resolve("runs/old"));
        Files.writeString(
                data.resolve("runs/old/" + runId + ".json"),
                "{\"runId\":\"" + runId
                        + "\",\"workflowId\":\"old\",\"workflowName\":\"Old\",\"status\":\"succeeded\",\"startedAt\":1,\"finishedAt\":2,\"events\":[]}");
        assertThat(engine.runs().record("old", runId).orElseThrow().string("workflowName"))
                .contains("Old");
        assertThat(engine.runs().record("other", runId)).isEmpty();
    }

    @Test
    void anUnwritableJournalIsSaidAndDoesNotStopTheRun() throws IOException {
        Files.writeString(data.resolve("runs"), "a file where the directory should be");
        String runId = engine.begin("quick", Map.of());
        engine.awaitRecorded(runId);
        assertThat(engine.store.run(runId).orElseThrow().status()).isEqualTo("succeeded");
        assertThat(engine.hub.ofType("error")).singleElement().satisfies(event -> assertThat(
                        event.string("message").orElseThrow())
                .startsWith("history not saved: "));
        assertThat(engine.hub.ofType("run_finished")).hasSize(1);
    }

    @Test
    void onlyTheNewestRunsAreKept() {
        engine.settings.runHistoryLimit = 3;
        engine.run("quick");
        for (int i = 0; i < 6; i++) {
            engine.run("quick");
        }
        await().atMost(PATIENCE).until(() -> engine.rows("quick").size() == 3);
        await().atMost(PATIENCE).until(() -> data.resolve("runs/quick").toFile().list().length == 3);
    }

    @Test
    void aShutdownSettlesWhatRuns() throws IOException {
        String runId = engine.begin("w", Map.of());
        await().atMost(PATIENCE).until(() -> Files.exists(marker(runId)));
        Runs runs = engine.runs();
        engine.close();
        assertThat(engine.store.run(runId).orElseThrow().status()).isEqualTo("cancelled");
        assertThat(engine.store.run(runId).orElseThrow().errorMessage()).contains("server shutdown");
        assertThat(marker(runId)).doesNotExist();
        assertThat(Files.readString(data.resolve("runs/w/" + runId + ".jsonl"))).contains("server shutdown");
        assertThatThrownBy(() -> runs.start("quick", Map.of(), CID, Actor.OPEN))
                .isInstanceOfSatisfying(
                        InfloopException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
    }

    @Test
    void aShutdownDoesNotWaitForANodeThatNeverReturns() throws IOException {
        CountDownLatch stuck = new CountDownLatch(1);
        engine.contributions.add(
                TestNodes.of("stuck", context -> {
                    boolean out = false;
                    while (!out) {
                        try {
                            stuck.await();
                            out = true;
                        } catch (InterruptedException ignored) {
                            // A plugin that does not want to hear it.
                        }
                    }
                    return NodeOutcome.next(JsonObject.EMPTY);
                }),
                new PluginRef("com.acme", "1.0.0", false));
        put("stuck", "stuck");
        String runId = engine.begin("stuck", Map.of());
        await().atMost(PATIENCE).until(() -> engine.runs()
                .snapshot(false)
                .string("currentNodeId")
                .orElse("")
                .equals("n"));
        long before = System.nanoTime();
        engine.close();
        assertThat((System.nanoTime() - before) / 1_000_000).isLessThan(5_000);
        assertThat(engine.store.run(runId).orElseThrow().status()).isEqualTo("cancelled");
        stuck.countDown();
    }

    @Test
    void whatCannotBeginTakesNoPlaceAndLeavesNoRunningRow() {
        engine.settings.maxConcurrentRuns = 1;
        engine.start();
        assertThatThrownBy(() -> engine.runs().start("quick", Map.of("x", new Object()), CID, Actor.OPEN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(engine.runs().active()).isEmpty();
        assertThat(engine.rows("quick")).noneMatch(row -> row.status().equals("running"));
        engine.run("quick");
    }

    @Test
    void aRowThatIsStoredTooLateIsEnded() throws InterruptedException {
        java.util.Queue<Runnable> late = new java.util.concurrent.ConcurrentLinkedQueue<>();
        java.util.concurrent.atomic.AtomicBoolean slow = new java.util.concurrent.atomic.AtomicBoolean(true);
        FakeRecords records = new FakeRecords(task -> {
            if (slow.get()) {
                late.add(task);
            } else {
                task.run();
            }
        });
        try (EngineFixture other = new EngineFixture(data, "server-1", records)) {
            other.workflows.put("{'id':'w','name':'W','nodes':[{'id':'s','type':'start'}],'edges':[]}");
            Runs runs = other.start();
            Thread caller = new Thread(() -> assertThatThrownBy(() -> runs.start("w", Map.of(), CID, Actor.OPEN))
                    .isInstanceOf(InfloopException.class));
            caller.start();
            await().atMost(PATIENCE).until(() -> !late.isEmpty());
            caller.interrupt();
            caller.join();
            slow.set(false);
            late.forEach(Runnable::run);
            assertThat(other.rows("w")).singleElement().satisfies(row -> assertThat(row.status())
                    .isEqualTo("failed"));
            assertThat(runs.active()).isEmpty();
        }
    }

    @Test
    void anEndThatIsFailedIsNoError() {
        engine.workflows.put(
                "{'id':'f','name':'F','nodes':[{'id':'s','type':'start'},{'id':'e','type':'end','config':{'outcome':'failed'}}],"
                        + "'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'e'}]}");
        JsonObject record = engine.run("f");
        assertThat(record.string("status")).contains("failed");
        assertThat(events(record, "error")).isEmpty();
    }

    @Test
    void aSnapshotIsOfOneMoment() throws InterruptedException {
        engine.start();
        java.util.concurrent.atomic.AtomicReference<String> contradiction =
                new java.util.concurrent.atomic.AtomicReference<>("");
        java.util.concurrent.atomic.AtomicBoolean done = new java.util.concurrent.atomic.AtomicBoolean();
        Thread watcher = new Thread(() -> {
            while (!done.get()) {
                JsonObject snapshot = engine.runs().snapshot(true);
                boolean ended = !events(snapshot, "run_finished").isEmpty();
                boolean running = snapshot.string("status").orElseThrow().equals("running");
                if (ended == running && !snapshot.string("status").orElseThrow().equals("idle")) {
                    contradiction.set(snapshot.toString());
                }
            }
        });
        watcher.start();
        for (int i = 0; i < 100; i++) {
            engine.run("quick");
        }
        done.set(true);
        watcher.join();
        assertThat(contradiction.get()).isEmpty();
        assertThat(engine.runs().snapshot(true)).isSameAs(engine.runs().snapshot(true));
    }
}
