package io.infloop.engine.internal.walk;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.engine.internal.testing.EngineFixture;
import io.infloop.engine.internal.testing.TestNodes;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForkTest {
    @TempDir
    Path data;

    private EngineFixture engine;
    private final AtomicInteger ended = new AtomicInteger();

    @BeforeEach
    void setUp() {
        engine = new EngineFixture(data);
        engine.contributions.add(TestNodes.of("patient", context -> {
            CountDownLatch cancelled = new CountDownLatch(1);
            context.cancellation().onCancel(cancelled::countDown);
            cancelled.await();
            ended.incrementAndGet();
            return NodeOutcome.next(JsonObject.EMPTY);
        }));
    }

    @AfterEach
    void tearDown() {
        engine.close();
    }

    @Test
    void cancellingOneWalkLeavesTheOthersAndTheRunAlone() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'p','type':'all','config':{'race':true},'children':[
                   {'id':'fast','type':'echo','config':{'text':'F'}},{'id':'slow','type':'patient'},{'id':'never','type':'echo'}]},{'id':'after','type':'echo'}],
                 'edges':[{'id':'1','source':'s','target':'p'},{'id':'2','source':'slow','target':'never'},{'id':'3','source':'p','sourceHandle':'all_done','target':'after'}]}""");
        JsonObject record = engine.run("w");
        assertThat(record.string("status")).contains("succeeded");
        JsonObject children = record.object("scope")
                .orElseThrow()
                .object("p")
                .orElseThrow()
                .object("children")
                .orElseThrow();
        assertThat(children.object("fast").orElseThrow().string("result")).contains("FellThrough");
        assertThat(children.object("slow").orElseThrow().string("result")).contains("Cancelled");
        assertThat(record.object("scope").orElseThrow().has("after")).isTrue();
        assertThat(record.toString()).doesNotContain("\"nodeId\":\"never\"");
    }

    @Test
    void stoppingTheRunStopsEveryWalk() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'p','type':'all','children':[
                   {'id':'a','type':'patient'},{'id':'b','type':'patient'}]}],
                 'edges':[{'id':'1','source':'s','target':'p'}]}""");
        String runId = engine.begin("w", Map.of());
        org.awaitility.Awaitility.await()
                .atMost(EngineFixture.PATIENCE)
                .until(() -> engine.runs()
                                .snapshot(false)
                                .array("activeNodeIds")
                                .orElseThrow()
                                .size()
                        == 3);
        engine.runs().stop(runId);
        assertThat(engine.finished("w", runId).string("status")).contains("cancelled");
        assertThat(ended.get()).isEqualTo(2);
    }

    @Test
    void aContainerThatForgetsItsWalksDoesNotLeaveThemBehind() {
        engine.contributions.add(TestNodes.of(
                NodeDescriptor.builder("careless", "Careless")
                        .container(Map.of())
                        .build(),
                context -> {
                    context.body().orElseThrow().fork("slow");
                    return NodeOutcome.next(JsonObject.EMPTY);
                }));
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'p','type':'careless','children':[{'id':'slow','type':'patient'}]}],
                 'edges':[{'id':'1','source':'s','target':'p'}]}""");
        assertThat(engine.run("w").string("status")).contains("succeeded");
        org.awaitility.Awaitility.await()
                .atMost(EngineFixture.PATIENCE)
                .until(() -> engine.contributions.openLeases() == 0);
    }
}
