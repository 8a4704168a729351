package io.infloop.engine.internal.dispatch;

import static io.infloop.engine.internal.testing.EngineFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.engine.internal.testing.EngineFixture;
import io.infloop.engine.internal.testing.FakeRecords;
import io.infloop.engine.internal.testing.TestNodes;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.store.Concurrency;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherTest {
    @TempDir
    Path data;

    private EngineFixture engine;
    private final List<String> order = new CopyOnWriteArrayList<>();
    private final Semaphore gate = new Semaphore(0);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @BeforeEach
    void setUp() {
        engine = new EngineFixture(data);
        engine.contributions.add(TestNodes.of("note", context -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            order.add(context.config().string("text").orElseThrow());
            gate.acquire();
            running.decrementAndGet();
            return NodeOutcome.next(JsonObject.EMPTY);
        }));
    }

    @AfterEach
    void tearDown() {
        gate.release(1_000_000);
        engine.close();
    }

    private void workflow(String id, int max) {
        engine.workflows.put("{'id':'" + id + "','name':'" + id + "','concurrency':{'max':" + max
                + "},'inputs':[{'name':'n','type':'string'}],'nodes':[{'id':'s','type':'start'},{'id':'n','type':'note','config':{'text':'"
                + id + "{{inputs.n}}'}}],'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'n'}]}");
    }

    private void enqueue(String workflowId, int number) {
        engine.store.enqueue(
                engine.item("q-" + number + "-" + workflowId, workflowId, Map.of("n", Integer.toString(number))));
    }

    @Test
    void oneWorkflowRunsItsItemsInOrderOneAtATime() {
        workflow("a", 1);
        for (int i = 0; i < 10; i++) {
            enqueue("a", i);
        }
        gate.release(100);
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 10);
        assertThat(order).containsExactly("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9");
        assertThat(most.get()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> engine.triggers.touched().size() == 10);
        assertThat(engine.hub.ofType("trigger_started")).hasSize(10).allSatisfy(event -> {
            assertThat(event.string("triggerId")).contains("trigge…");
            assertThat(event.string("runId")).isPresent();
        });
    }

    @Test
    void aBusyWorkflowBlocksNobody() {
        workflow("a", 1);
        workflow("b", 1);
        for (int i = 0; i < 600; i++) {
            enqueue("a", i);
        }
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 1);
        enqueue("b", 0);
        await().atMost(PATIENCE).until(() -> order.size() == 2);
        assertThat(order).containsExactly("a0", "b0");
    }

    @Test
    void slotsAreTheLimitAcrossWorkflows() {
        engine.settings.maxConcurrentRuns = 3;
        for (String id : List.of("a", "b", "c", "d", "e")) {
            workflow(id, 1);
            enqueue(id, 1);
            enqueue(id, 2);
        }
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 3);
        assertThat(order).containsExactlyInAnyOrder("a1", "b1", "c1");
        gate.release(100);
        await().atMost(PATIENCE).until(() -> order.size() == 10);
        assertThat(most.get()).isEqualTo(3);
    }

    private void enqueue(String workflowId, int number, String key) {
        QueueItem item =
                engine.item("q-" + number + "-" + workflowId, workflowId, Map.of("n", Integer.toString(number)));
        engine.store.enqueue(new QueueItem(
                item.queueId(),
                item.triggerId(),
                item.workflowId(),
                item.workflowName(),
                item.source(),
                item.correlationId(),
                item.inputs(),
                item.receivedAt(),
                Optional.of(new Concurrency(key, Concurrency.Policy.QUEUE))));
    }

    @Test
    void itemsOfOneKeyRunOneAfterTheOtherAndDoNotHoldUpOthers() {
        engine.settings.maxConcurrentRuns = 8;
        workflow("a", 8);
        workflow("b", 1);
        for (int i = 0; i < 100; i++) {
            enqueue("a", i, "one");
        }
        enqueue("a", 100, "two");
        enqueue("b", 101, "one");
        enqueue("a", 102);
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 4);
        assertThat(order).containsExactlyInAnyOrder("a0", "a100", "b101", "a102");
        gate.release(1_000);
        await().atMost(PATIENCE).until(() -> order.size() == 103);
        assertThat(order.stream()
                        .filter(name -> !List.of("a100", "b101", "a102").contains(name)))
                .isSortedAccordingTo(java.util.Comparator.comparingInt(name -> Integer.parseInt(name.substring(1))));
        assertThat(most.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void aWorkflowMayAllowSeveralRuns() {
        workflow("a", 2);
        for (int i = 0; i < 4; i++) {
            enqueue("a", i);
        }
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 2);
        gate.release(100);
        await().atMost(PATIENCE).until(() -> order.size() == 4);
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void anItemThatHasBeenRemovedIsNotStarted() {
        workflow("a", 1);
        enqueue("a", 1);
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 1);
        enqueue("a", 2);
        enqueue("a", 3);
        engine.store.remove("q-2-a", QueueState.REMOVED, "user-cancelled").join();
        gate.release(100);
        await().atMost(PATIENCE).until(() -> order.size() == 2);
        assertThat(order).containsExactly("a1", "a3");
    }

    @Test
    void dropsWhatCannotStartAndSaysWhy() {
        workflow("a", 1);
        engine.workflows.put("{'id':'bad','name':'B','nodes':[],'edges':[]}");
        enqueue("gone", 1);
        engine.store.enqueue(engine.item("q-2-a", "a", Map.of()));
        enqueue("bad", 3);
        enqueue("a", 4);
        gate.release(10);
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 1);
        await().atMost(PATIENCE)
                .until(() -> engine.hub.ofType("trigger_dropped").size() == 3);
        assertThat(engine.hub.ofType("trigger_dropped"))
                .extracting(event -> event.string("reason").orElseThrow())
                .containsExactlyInAnyOrder("workflow-deleted", "invalid-inputs", "engine-start-failed");
        assertThat(engine.hub.ofType("trigger_dropped").get(0).string("workflowId"))
                .isPresent();
        assertThat(engine.store.history("q-1-gone").orElseThrow().state()).isEqualTo(QueueState.DROPPED);
        assertThat(engine.hub.events().toString()).doesNotContain(EngineFixture.TRIGGER);
    }

    @Test
    void aTestFireDoesNotTouchItsTrigger() {
        workflow("a", 1);
        QueueItem item = engine.item("q-1-a", "a", Map.of("n", "1"));
        engine.store.enqueue(new QueueItem(
                item.queueId(),
                item.triggerId(),
                item.workflowId(),
                item.workflowName(),
                "test",
                item.correlationId(),
                item.inputs(),
                item.receivedAt()));
        gate.release(1);
        engine.start();
        await().atMost(PATIENCE).until(() -> !engine.rows("a").isEmpty());
        engine.awaitRecorded(engine.rows("a").get(0).runId());
        assertThat(engine.triggers.touched()).isEmpty();
        assertThat(engine.rows("a").get(0).source()).isEqualTo("test");
    }

    @Test
    void aStoreThatFailsForAWhileLosesNothing() {
        workflow("a", 1);
        engine.start();
        engine.store.setBroken(true);
        enqueue("a", 1);
        enqueue("a", 2);
        gate.release(10);
        await().during(java.time.Duration.ofMillis(200)).atMost(PATIENCE).until(order::isEmpty);
        engine.store.setBroken(false);
        await().atMost(PATIENCE).until(() -> order.size() == 2);
        assertThat(order).containsExactly("a1", "a2");
    }

    @Test
    void onlyOneOfTwoServersDrains() {
        FakeRecords shared = engine.store;
        workflow("a", 1);
        EngineFixture other = new EngineFixture(data, "server-2", shared);
        other.instance.knowing("server-1");
        engine.instance.knowing("server-2");
        try {
            engine.start();
            await().atMost(PATIENCE).until(() -> !shared.as("server-2").holdLease("dispatcher"));
            other.start();
            gate.release(100);
            for (int i = 0; i < 20; i++) {
                enqueue("a", i);
            }
            await().atMost(PATIENCE).until(() -> order.size() == 20);
            assertThat(other.hub.events()).isEmpty();
            assertThat(Optional.of(most.get())).contains(1);
        } finally {
            other.close();
        }
    }

    @Test
    void shortRunsFlow() {
        engine.workflows.put(
                "{'id':'q','name':'q','concurrency':{'max':4},'nodes':[{'id':'s','type':'start'}],'edges':[]}");
        engine.settings.runHistoryLimit = 10_000;
        engine.start();
        for (int i = 0; i < 500; i++) {
            engine.store.enqueue(engine.item("q-" + i + "-q", "q", Map.of()));
        }
        await().atMost(PATIENCE)
                .until(() -> engine.store
                                .runs(Optional.of("q"), Optional.of("succeeded"), Optional.empty(), 1_000)
                                .size()
                        == 500);
        assertThat(engine.store.itemsRead()).isLessThan(20_000);
    }

    @Test
    void anIdleWorkflowStartsAtOnceAndNobodyPolls() {
        workflow("a", 1);
        workflow("b", 1);
        for (int i = 0; i < 500; i++) {
            enqueue("a", i);
        }
        engine.start();
        await().atMost(PATIENCE).until(() -> order.size() == 1);
        int items = engine.store.itemsRead();
        int before = engine.store.reads();
        enqueue("b", 0);
        await().atMost(PATIENCE).until(() -> order.size() == 2);
        await().during(java.time.Duration.ofMillis(900)).atMost(PATIENCE).until(() -> true);
        // One for the signal, one for the claim, and two ticks of the lease; none of them reads what may not start.
        assertThat(engine.store.reads() - before).isLessThan(12);
        assertThat(engine.store.itemsRead() - items).isLessThan(4);
    }

    @Test
    void manyThatCannotStartAreDroppedFewAtATime() {
        for (int i = 0; i < 1_000; i++) {
            enqueue("gone", i);
        }
        engine.start();
        await().atMost(PATIENCE).until(() -> engine.store.waitingCount() == 0);
        await().atMost(PATIENCE)
                .until(() -> engine.hub.ofType("trigger_dropped").size() == 1_000);
    }
}
