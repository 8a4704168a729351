package io.infloop.engine.internal.walk;

import static io.infloop.engine.internal.testing.EngineFixture.PATIENCE;
import static io.infloop.engine.internal.testing.EngineFixture.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.engine.internal.testing.EngineFixture;
import io.infloop.engine.internal.testing.FakeProvider;
import io.infloop.engine.internal.testing.TestNodes;
import io.infloop.host.PluginRef;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeExecutionTest {
    private static final PluginRef STRANGER = new PluginRef("com.acme.plugin", "2.0.0", false);

    @TempDir
    Path data;

    private EngineFixture engine;

    @BeforeEach
    void setUp() {
        engine = new EngineFixture(data);
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'n','type':'custom','config':{'text':'{{inputs.x}}'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'n'}]}""");
    }

    @AfterEach
    void tearDown() {
        engine.close();
    }

    private JsonObject run(TestNodes.Code code) {
        engine.contributions.add(TestNodes.of("custom", code));
        return engine.run("w");
    }

    private static String failure(JsonObject record) {
        return record.string("errorMessage").orElseThrow();
    }

    @Test
    void whatAPluginThrowsIsTheFailureOfItsNode() {
        assertThat(failure(run(context -> {
                    throw new IllegalStateException("broken");
                })))
                .isEqualTo("node \"n\" failed: broken");
        assertThat(failure(run(context -> {
                    throw new NoClassDefFoundError("com/acme/Missing");
                })))
                .isEqualTo("node \"n\" failed: NoClassDefFoundError: com/acme/Missing");
        assertThat(failure(run(context -> overflow(1)))).startsWith("node \"n\" failed: StackOverflowError");
        assertThat(failure(run(context -> null))).contains("returned nothing");
        assertThat(failure(run(context -> NodeOutcome.follow("sideways", JsonObject.EMPTY))))
                .contains("chose the handle \"sideways\", which it does not declare");
        assertThat(engine.contributions.openLeases()).isZero();
    }

    @SuppressWarnings("InfiniteRecursion")
    private static NodeOutcome overflow(int depth) {
        return depth < 0 ? NodeOutcome.next(JsonObject.EMPTY) : overflow(depth + 1);
    }

    @Test
    void anUnknownTypeFailsTheRun() {
        assertThat(failure(engine.run("w"))).isEqualTo("node \"n\" failed: unknown node type: custom");
    }

    @Test
    void aNodeWhoseIsolationIsMisspeltIsNotRun() {
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},
                  {'id':'n','type':'custom','config':{'sandboxRequired':'jial'}}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'n'}]}""");
        AtomicReference<String> ran = new AtomicReference<>();
        assertThat(failure(run(context -> {
                    ran.set("yes");
                    return NodeOutcome.next(JsonObject.EMPTY);
                })))
                .contains("sandboxRequired: expected jail, namespace or user");
        assertThat(ran).hasNullValue();
    }

    @Test
    void aTypeWhosePluginWentAwayIsAnErrorTheWorkflowCanHandle() {
        engine.contributions.add(TestNodes.of("custom", context -> NodeOutcome.next(JsonObject.EMPTY)));
        engine.start();
        engine.contributions.remove(NodeType.class, "custom");
        JsonObject record = engine.run("w");
        assertThat(failure(record))
                .isEqualTo("node \"n\" failed: PLUGIN_GONE: no plugin offers node type \"custom\" any more");
        assertThat(events(record, "node_finished").get(1).string("branch")).contains("error");
    }

    @Test
    void aNodeOnAWithdrawnPluginIsStopped() {
        CountDownLatch started = new CountDownLatch(1);
        engine.contributions.add(TestNodes.of("custom", context -> {
            CountDownLatch stopped = new CountDownLatch(1);
            context.cancellation().onCancel(stopped::countDown);
            started.countDown();
            stopped.await();
            return NodeOutcome.next(JsonObject.EMPTY);
        }));
        String runId = engine.begin("w", java.util.Map.of());
        await().atMost(PATIENCE).until(() -> started.getCount() == 0);
        engine.contributions.revoke();
        assertThat(failure(engine.finished("w", runId)))
                .isEqualTo("node \"n\" failed: PLUGIN_GONE: io.infloop.test 1.0.0 was withdrawn while the node ran");
    }

    @Test
    void eachExecutionNamesThePluginItRanOn() {
        engine.contributions.add(TestNodes.of("custom", context -> NodeOutcome.next(JsonObject.EMPTY)), STRANGER);
        JsonObject started = events(engine.run("w"), "node_started").get(1);
        assertThat(started.object("plugin").orElseThrow().asMap())
                .containsEntry("id", "com.acme.plugin")
                .containsEntry("version", "2.0.0");
    }

    @Test
    void aStrangersCodeRunsOnAThreadOfItsOwn() {
        AtomicReference<String> thread = new AtomicReference<>();
        engine.contributions.add(
                TestNodes.of("custom", context -> {
                    thread.set(Thread.currentThread().getName());
                    return NodeOutcome.next(JsonObject.EMPTY);
                }),
                STRANGER);
        engine.run("w");
        assertThat(thread.get()).isEqualTo("infloop-plugin-com.acme.plugin");
        run(context -> {
            thread.set(Thread.currentThread().getName());
            return NodeOutcome.next(JsonObject.EMPTY);
        });
        assertThat(thread.get()).startsWith("infloop-run-");
    }

    @Test
    void whatANodeSaysIsInTheJournalInOrderAndBounded() {
        JsonObject record = run(context -> {
            context.journal().stdout("one");
            context.journal().stderr("two");
            context.journal().notice("[permissions] three");
            context.journal().event("acme.uploaded", JsonObject.of("type", "x"));
            assertThatThrownBy(() -> context.journal().event("run_finished", JsonObject.EMPTY))
                    .isInstanceOf(IllegalArgumentException.class);
            String chunk = "x".repeat(200 * 1024);
            for (int i = 0; i < 60; i++) {
                context.journal().stdout(chunk);
            }
            return NodeOutcome.next(JsonObject.EMPTY);
        });
        assertThat(events(record, "stdout_chunk").get(0).string("line")).contains("one");
        assertThat(events(record, "stderr_chunk")).hasSize(1);
        assertThat(events(record, "notice").get(0).string("line")).contains("[permissions] three");
        assertThat(events(record, "acme.uploaded").get(0).object("data")).contains(JsonObject.of("type", "x"));
        assertThat(events(record, "stdout_chunk")).hasSizeLessThan(45);
        assertThat(events(record, "truncated")).singleElement().satisfies(event -> assertThat(event.string("nodeId"))
                .contains("n"));
        assertThat(record.bool("truncated")).contains(true);
    }

    @Test
    void aJournalThatIsUsedAfterTheNodeHasReturnedIgnoresIt() {
        AtomicReference<io.infloop.spi.journal.NodeJournal> kept = new AtomicReference<>();
        JsonObject record = run(context -> {
            kept.set(context.journal());
            return NodeOutcome.next(JsonObject.EMPTY);
        });
        int before = engine.hub.events().size();
        kept.get().stdout("too late");
        assertThat(engine.hub.events()).hasSize(before);
        assertThat(events(record, "stdout_chunk")).isEmpty();
    }

    @Test
    void hugeOutputsKeepHeadAndTail() {
        JsonObject record =
                run(context -> NodeOutcome.next(JsonObject.of("text", "head" + "x".repeat(9 * 1024 * 1024) + "tail")));
        String text = record.object("scope")
                .orElseThrow()
                .object("n")
                .orElseThrow()
                .string("text")
                .orElseThrow();
        assertThat(text)
                .startsWith("head")
                .endsWith("tail")
                .contains("characters left out")
                .hasSizeLessThan(300 * 1024);
    }

    @Test
    void outputsThatNestTooDeeplyDoNotBreakTheJournal() {
        JsonObject record = run(context -> {
            JsonObject nested = JsonObject.EMPTY;
            for (int i = 0; i < 190; i++) {
                nested = JsonObject.of("n", nested);
            }
            return NodeOutcome.next(nested);
        });
        assertThat(record.string("status")).contains("succeeded");
        assertThat(record.toString()).contains("nests deeper");
    }

    @Test
    void theScratchDirectoryIsPrivateAndRemoved() {
        AtomicReference<Path> scratch = new AtomicReference<>();
        run(context -> {
            Path directory = context.scratchDirectory();
            assertThat(context.scratchDirectory()).isEqualTo(directory).isEmptyDirectory();
            Files.createDirectory(directory.resolve("below"));
            Files.writeString(directory.resolve("below/file"), "x");
            Files.createSymbolicLink(directory.resolve("link"), data);
            scratch.set(directory);
            return NodeOutcome.next(JsonObject.EMPTY);
        });
        assertThat(scratch.get().startsWith(data.resolve("instances/server-1/scratch")))
                .isTrue();
        assertThat(scratch.get()).doesNotExist();
        assertThat(data).exists();
    }

    @Test
    void childrenAreAttributedToTheNodeThatStartsThem() {
        JsonObject record = run(context -> {
            try {
                context.processes().start(ProcessSpec.builder(List.of("true")).build());
            } catch (SpawnException refused) {
                return NodeOutcome.error(refused.getMessage());
            }
            return NodeOutcome.next(JsonObject.EMPTY);
        });
        assertThat(failure(record)).contains("no children in this test");
        assertThat(engine.owners).singleElement().satisfies(owner -> {
            assertThat(owner.pluginId()).isEqualTo("io.infloop.test");
            assertThat(owner.nodePath()).contains("n");
            assertThat(owner.runId()).isEqualTo(record.string("runId"));
            assertThat(owner.correlationId()).isEqualTo(record.string("correlationId"));
        });
    }

    @Test
    void agentsRunOnTheirOwnAccountAndTheirCostIsTheRuns() {
        PluginRef plugin = new PluginRef("provider.fake", "1.0.0", true);
        engine.contributions.add(new FakeProvider("fake", 0.25), plugin);
        JsonObject record = run(context -> FakeProvider.ask(context, "fake"));
        assertThat(record.number("costUsd")).contains(0.25);
        assertThat(record.toString()).contains("/opt/fake outputFormat \\\"missing\\\" is not offered");
        assertThat(engine.owners).singleElement().satisfies(owner -> assertThat(owner.pluginId())
                .isEqualTo("provider.fake"));
        assertThat(engine.contributions.openLeases()).isZero();
        assertThat(failure(run(context -> FakeProvider.ask(context, "nobody"))))
                .contains("no plugin offers Provider nobody");
    }

    @Test
    void previousOutputsAreThoseOfTheNodeBefore() {
        AtomicReference<Optional<JsonObject>> previous = new AtomicReference<>();
        engine.workflows.put(
                """
                {'id':'w','name':'W','nodes':[{'id':'s','type':'start'},{'id':'a','type':'echo','config':{'text':'A'}},{'id':'n','type':'custom'}],
                 'edges':[{'id':'1','source':'s','sourceHandle':'next','target':'a'},{'id':'2','source':'a','sourceHandle':'next','target':'n'}]}""");
        run(context -> {
            previous.set(context.previousOutputs());
            assertThat(context.scope().object("run").orElseThrow().string("id"))
                    .contains(context.run().runId());
            assertThat(context.interpreter("python")).isEqualTo("python3");
            assertThatThrownBy(() -> context.interpreter("perl")).isInstanceOf(IllegalArgumentException.class);
            return NodeOutcome.next(JsonObject.EMPTY);
        });
        assertThat(previous.get()).contains(JsonObject.of("text", "A"));
    }

    @Test
    void templatesFollowTheNewestDescriptorOfTheType() {
        NodeDescriptor without = NodeDescriptor.builder("custom", "Custom").build();
        TestNodes.Code code = context -> NodeOutcome.next(context.config());
        engine.contributions.add(TestNodes.of(without, code));
        assertThat(engine.run("w").toString()).contains("\"n\":{\"text\":\"{{inputs.x}}\"}");
        engine.contributions.add(TestNodes.of(
                NodeDescriptor.builder("custom", "Custom").templated("text").build(), code));
        assertThat(engine.run("w").toString()).contains("\"n\":{\"text\":\"\"}");
    }
}
