package io.infloop.engine.internal.run;

import static io.infloop.engine.internal.testing.EngineFixture.PATIENCE;
import static io.infloop.engine.internal.testing.EngineFixture.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.engine.internal.testing.EngineFixture;
import io.infloop.engine.internal.testing.FakeProvider;
import io.infloop.engine.internal.testing.TestNodes;
import io.infloop.host.PluginRef;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The four ceilings, and what happens at each. */
class BudgetTest {
    private static final PluginRef STRANGER = new PluginRef("com.acme.plugin", "2.0.0", false);
    private static final String EDGES = "'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'a'},"
            + "{'id':'2','source':'a','sourceHandle':'next','target':'b'},{'id':'3','source':'b','sourceHandle':'next','target':'c'},"
            + "{'id':'4','source':'c','sourceHandle':'next','target':'d'}]";

    @TempDir
    Path data;

    private EngineFixture engine;
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void setUp() {
        engine = new EngineFixture(data);
        engine.contributions.add(new FakeProvider("dime", 0.1), STRANGER);
        engine.contributions.add(new FakeProvider("free", 0), STRANGER);
        engine.contributions.add(
                TestNodes.of("ask", context -> FakeProvider.ask(context, "dime")),
                TestNodes.of("askFree", context -> FakeProvider.ask(context, "free")),
                TestNodes.of("wait", context -> {
                    CountDownLatch cancelled = new CountDownLatch(1);
                    context.cancellation().onCancel(cancelled::countDown);
                    while (release.getCount() > 0 && cancelled.getCount() > 0) {
                        release.await(1, TimeUnit.MILLISECONDS);
                    }
                    return cancelled.getCount() == 0
                            ? NodeOutcome.error("aborted")
                            : NodeOutcome.next(JsonObject.EMPTY);
                }));
    }

    @AfterEach
    void tearDown() {
        release.countDown();
        engine.close();
    }

    /** start, then the four types in a row. */
    private void row(String id, String a, String b, String c, String d) {
        engine.workflows.put("{'id':'" + id + "','name':'W','nodes':[{'id':'s','type':'start'},{'id':'a','type':'" + a
                + "'},{'id':'b','type':'" + b + "'},{'id':'c','type':'" + c + "'},{'id':'d','type':'" + d + "'}],"
                + EDGES + "}");
    }

    private static void assertFailed(JsonObject record, String message) {
        assertThat(record.string("status")).contains("failed");
        assertThat(record.string("errorMessage")).contains(message);
        assertThat(events(record, "run_finished")).singleElement().satisfies(end -> {
            assertThat(end.string("status")).contains("failed");
            assertThat(end.string("errorMessage")).contains(message);
        });
    }

    private void assertAudited(JsonObject record, String message) {
        String runId = record.string("runId").orElseThrow();
        assertThat(engine.audit.ofType("budget.exceeded").stream()
                        .filter(line -> runId.equals(line.fields().get("runId"))))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.actor()).isEqualTo(Actor.SYSTEM);
                    assertThat(line.outcome()).isEqualTo(AuditEvent.Outcome.ERROR);
                    assertThat(message)
                            .contains("(" + line.fields().get("budget") + ")")
                            .contains("INFLOOP_MAX_");
                    assertThat(line.fields())
                            .containsEntry("reason", message)
                            .containsEntry(
                                    "correlationId",
                                    record.string("correlationId").orElseThrow());
                });
        assertThat(engine.audit.ofType("run.finished").stream()
                        .filter(line -> runId.equals(line.fields().get("runId"))))
                .singleElement()
                .satisfies(line -> assertThat(line.fields())
                        .containsEntry("status", "failed")
                        .containsEntry("reason", message));
    }

    @Test
    void nodesContainersAndIterationsCountExactly() {
        // start, loop, 3 iterations of 1 node, the node after it: 1 + 1 + 3 + 3 + 1.
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},
                   {'id':'l','type':'loop','config':{'maxIterations':3},'children':[{'id':'x','type':'echo'}]},{'id':'after','type':'echo'}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'l'},{'id':'2','source':'l','sourceHandle':'next','target':'after'}]}""");
        engine.settings.maxRunNodeExecutions = 9;
        JsonObject within = engine.run("w");
        assertThat(within.string("status")).contains("succeeded");
        assertThat(within.number("nodeExecutions")).contains(9L);
        assertThat(engine.audit.ofType("budget.exceeded")).isEmpty();
        engine.close();

        engine.settings.maxRunNodeExecutions = 8;
        engine.start();
        JsonObject beyond = engine.run("w");
        String message = "run budget exceeded: node executions > 8 (INFLOOP_MAX_RUN_NODE_EXECUTIONS)";
        assertFailed(beyond, message);
        assertAudited(beyond, message);
        assertThat(events(beyond, "node_started")).hasSize(5);
    }

    @Test
    void branchesAndCalledWorkflowsCountToo() {
        engine.workflows.put("{'id':'child','name':'C','nodes':[{'id':'s','type':'start'},{'id':'x','type':'echo'}],"
                + "'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'x'}]}");
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},
                   {'id':'p','type':'all','children':[{'id':'a','type':'echo'},{'id':'b','type':'echo'}]},
                   {'id':'sub','type':'call','config':{'workflowId':'child'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'p'},{'id':'2','source':'p','sourceHandle':'all_done','target':'sub'}]}""");
        assertThat(engine.run("w").number("nodeExecutions")).contains(7L);
    }

    @Test
    void theDurationIsWhatHasPassedAndIsLookedAtBetweenNodes() {
        AtomicLong day = new AtomicLong(1_700_000_000_000L);
        AtomicLong nanos = new AtomicLong();
        engine.clock = clock(day);
        engine.nanoTime = nanos::get;
        engine.settings.maxRunDuration = Duration.ofHours(1);
        engine.contributions.add(
                TestNodes.of("jump", context -> {
                    // Somebody sets the clock, two days ahead and then back behind where it was.
                    day.addAndGet(context.nodeId().equals("a") ? 172_800_000L : -345_600_000L);
                    return NodeOutcome.next(JsonObject.EMPTY);
                }),
                TestNodes.of("long", context -> {
                    nanos.addAndGet(TimeUnit.HOURS.toNanos(2));
                    assertThat(context.cancellation().isCancelled()).isFalse();
                    return NodeOutcome.next(JsonObject.of("text", "whole"));
                }));
        row("jumps", "jump", "jump", "echo", "echo");
        JsonObject jumped = engine.run("jumps");
        assertThat(jumped.string("status")).contains("succeeded");
        assertThat(events(jumped, "run_finished").get(0).number("durationMs")).contains(0L);
        assertThat(events(jumped, "node_finished"))
                .allSatisfy(node -> assertThat(node.number("durationMs")).contains(0L));

        row("slow", "echo", "long", "echo", "echo");
        JsonObject slow = engine.run("slow");
        String message = "run budget exceeded: duration > 3600000 ms (INFLOOP_MAX_RUN_DURATION_MS)";
        assertFailed(slow, message);
        assertAudited(slow, message);
        assertThat(slow.object("scope").orElseThrow().object("b").orElseThrow().string("text"))
                .as("a long node is not interrupted")
                .contains("whole");
        assertThat(slow.object("scope").orElseThrow().has("c")).isFalse();
    }

    private static Clock clock(AtomicLong millis) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis.get());
            }
        };
    }

    @Test
    void aRunMayCostWhatItMayCostAndNotACentMore() {
        engine.settings.maxRunCostUsd = 0.3;
        row("three", "ask", "ask", "ask", "echo");
        JsonObject within = engine.run("three");
        assertThat(within.string("status")).as("0.1 + 0.1 + 0.1 is 0.3").contains("succeeded");
        assertThat(within.number("costUsd")).contains(0.3);

        row("four", "ask", "ask", "ask", "ask");
        JsonObject beyond = engine.run("four");
        String message = "run budget exceeded: cost > 0.3 USD (INFLOOP_MAX_RUN_COST_USD)";
        assertFailed(beyond, message);
        assertAudited(beyond, message);
        assertThat(beyond.object("scope").orElseThrow().has("d"))
                .as("what was paid for is kept")
                .isTrue();
    }

    @Test
    void eachCostInALoopCounts() {
        engine.settings.maxRunCostUsd = 0.45;
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},
                   {'id':'l','type':'loop','config':{'infinite':true},'children':[{'id':'x','type':'ask'}]}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'l'}]}""");
        JsonObject record = engine.run("w");
        assertFailed(record, "run budget exceeded: cost > 0.45 USD (INFLOOP_MAX_RUN_COST_USD)");
        assertThat(events(record, "node_finished").stream()
                        .filter(node -> node.string("nodeId").orElseThrow().endsWith("x")))
                .hasSize(5);
    }

    @Test
    void aCeilingEndsWhatTheRunHasUnderWayLikeStopDoes() {
        engine.settings.maxRunCostUsd = 0.05;
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},
                   {'id':'p','type':'all','children':[{'id':'a','type':'wait'},{'id':'b','type':'ask'}]}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'p'}]}""");
        JsonObject record = engine.run("w");
        assertFailed(record, "run budget exceeded: cost > 0.05 USD (INFLOOP_MAX_RUN_COST_USD)");
        assertThat(events(record, "node_finished").stream()
                        .filter(node -> node.string("nodeId").orElseThrow().endsWith("a")))
                .singleElement()
                .satisfies(node -> assertThat(node.string("branch")).contains("cancelled"));
    }

    @Test
    void aboveTheTotalNothingStartsRunsEndAtTheirNextCostAndTheQueueIsHeld() {
        engine.settings.maxTotalCostUsd = 0.1;
        row("inFlight", "wait", "echo", "askFree", "echo");
        row("spender", "ask", "ask", "echo", "echo");
        row("quick", "echo", "echo", "echo", "echo");
        String inFlight = engine.begin("inFlight", Map.of());
        assertThat(engine.runs().hold()).isEmpty();

        JsonObject spender = engine.run("spender");
        String message = "process budget exceeded: total cost > 0.1 USD (INFLOOP_MAX_TOTAL_COST_USD);"
                + " it is reset by a restart of the server";
        assertFailed(spender, message);
        assertAudited(spender, message);
        assertThat(spender.object("scope").orElseThrow().has("b")).isTrue();
        assertThat(engine.audit.ofType("budget.exceeded").stream()
                        .filter(line -> !line.fields().containsKey("runId")))
                .singleElement()
                .satisfies(line -> assertThat(line.fields())
                        .containsEntry("budget", "INFLOOP_MAX_TOTAL_COST_USD")
                        .containsEntry("reason", message)
                        .containsEntry("totalCostUsd", 0.2));

        assertThatThrownBy(() -> engine.begin("quick", Map.of()))
                .isInstanceOfSatisfying(InfloopException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.COST_BUDGET_EXCEEDED);
                    assertThat(refused.code().httpStatus()).isEqualTo(503);
                });
        await().atMost(PATIENCE).until(() -> engine.runs().hold().equals(java.util.Optional.of(message)));
        engine.store.enqueue(engine.item("q-1-w", "quick", Map.of()));
        engine.runs().kick();
        release.countDown();

        JsonObject other = engine.finished("inFlight", inFlight);
        assertFailed(other, message);
        assertThat(other.object("scope").orElseThrow().has("b"))
                .as("what costs nothing goes on")
                .isTrue();
        assertThat(other.object("scope").orElseThrow().has("d")).isFalse();
        await().during(Duration.ofMillis(200)).atMost(PATIENCE).until(() -> engine.store.waitingCount() == 1);

        engine.close();
        engine.start();
        await().atMost(PATIENCE).until(() -> engine.store.waitingCount() == 0);
        assertThat(engine.runs().hold()).isEmpty();
    }
}
