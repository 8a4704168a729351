package io.infloop.bench;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.engine.internal.graph.Graph;
import io.infloop.engine.internal.graph.WorkflowParser;
import io.infloop.engine.internal.journal.JournalWriter;
import io.infloop.engine.internal.journal.RunJournal;
import io.infloop.engine.internal.state.CostMeter;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.engine.internal.state.RunBudget;
import io.infloop.engine.internal.state.RunEvents;
import io.infloop.engine.internal.state.RunHeader;
import io.infloop.engine.internal.state.Scope;
import io.infloop.engine.internal.walk.EngineServices;
import io.infloop.engine.internal.walk.LeaseWatch;
import io.infloop.engine.internal.walk.NodeExecutor;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.engine.internal.walk.PluginThreads;
import io.infloop.engine.internal.walk.Walker;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.EndStatus;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.node.WalkResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A whole walk through a chain of nodes that do nothing: what the engine costs, templates, events and journal included. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WalkBenchmark {
    /** Nodes between start and end. */
    @Param({"10", "100"})
    private int steps;

    private final Clock clock = Clock.systemUTC();
    private final EventHub nobodyWatches = new NobodyWatches();
    private JournalWriter journals;
    private Path directory;
    private RunJournal journal;
    private Graph graph;
    private Walker walker;

    @Setup
    public void prepare() throws IOException {
        FixedContributions contributions = new FixedContributions(
                Map.of("start", new Step("start"), "step", new Step("step"), "end", new Step("end")));
        NodeTypes types = new NodeTypes(contributions);
        journals = new JournalWriter();
        directory = Files.createTempDirectory("walk");
        walker = new Walker(new NodeExecutor(new EngineServices(
                contributions,
                types,
                null,
                null,
                null,
                null,
                null,
                new PluginThreads(Duration.ofSeconds(5)),
                new LeaseWatch(),
                Runnable::run,
                directory,
                System::nanoTime)));
        WorkflowParser.Parsed parsed = WorkflowParser.parse(document());
        parsed.firstError().ifPresent(problem -> {
            throw new IllegalStateException(problem.toString());
        });
        graph = new Graph(parsed.model(), 1);
    }

    /** A file for each iteration keeps the disk from filling up. */
    @Setup(Level.Iteration)
    public void openJournal() {
        journal = journals.open(directory.resolve("journal.jsonl"));
    }

    @TearDown(Level.Iteration)
    public void dropJournal() throws IOException {
        journal.close().join();
        Files.deleteIfExists(directory.resolve("journal.jsonl"));
    }

    @TearDown
    public void cleanUp() throws IOException {
        journals.close();
        Files.deleteIfExists(directory);
    }

    @Benchmark
    public WalkResult walk() throws InterruptedException {
        RunHeader header = new RunHeader(
                UUID.randomUUID().toString(),
                "measured",
                "Measured",
                1,
                "api",
                "cid_measuredmeasuredmeasu",
                Optional.empty(),
                Optional.empty(),
                clock.millis(),
                Actor.SYSTEM);
        RunBudget.Limits none = new RunBudget.Limits(0, Duration.ZERO, 0);
        RunEvents events =
                new RunEvents(header.runId(), header.correlationId(), journal, nobodyWatches, Redactor.NONE, clock);
        LiveRun run = new LiveRun(
                header,
                graph,
                new RunBudget(none, new CostMeter(0, () -> {}), System::nanoTime),
                events,
                Scope.seeded(JsonObject.EMPTY, JsonObject.of("title", "Fix the queue")));
        WalkResult result = walker.walk(run);
        if (!(result instanceof WalkResult.Ended)) {
            throw new IllegalStateException(result.toString());
        }
        return result;
    }

    private JsonObject document() {
        List<JsonObject> nodes = new ArrayList<>();
        List<JsonObject> edges = new ArrayList<>();
        nodes.add(node("node-0", "start"));
        for (int i = 1; i <= steps + 1; i++) {
            nodes.add(node("node-" + i, i <= steps ? "step" : "end"));
            edges.add(JsonObject.builder()
                    .put("id", "edge-" + i)
                    .put("source", "node-" + (i - 1))
                    .put("sourceHandle", "next")
                    .put("target", "node-" + i)
                    .put("targetHandle", "in")
                    .build());
        }
        return JsonObject.builder()
                .put("id", "measured")
                .put("name", "Measured")
                .put("nodes", nodes)
                .put("edges", edges)
                .build();
    }

    private static JsonObject node(String id, String type) {
        return JsonObject.builder()
                .put("id", id)
                .put("type", type)
                .put("position", JsonObject.builder().put("x", 0).put("y", 0).build())
                .put("config", JsonObject.of("text", "{{inputs.title}} in run {{run.id}}"))
                .build();
    }

    /** Says what it was told. */
    private static final class Step implements NodeType {
        private final NodeDescriptor descriptor;

        Step(String id) {
            descriptor = NodeDescriptor.builder(id, id)
                    .templated("text")
                    .output("text", "string", "The text.")
                    .build();
        }

        @Override
        public NodeDescriptor descriptor() {
            return descriptor;
        }

        @Override
        public NodeOutcome execute(NodeContext context) {
            JsonObject outputs =
                    JsonObject.of("text", context.config().string("text").orElse(""));
            return descriptor.id().equals("end")
                    ? new NodeOutcome.End(EndStatus.SUCCEEDED, outputs)
                    : NodeOutcome.next(outputs);
        }
    }

    private static final class NobodyWatches implements EventHub {
        @Override
        public void publish(String type, Optional<String> runId, Map<String, ?> fields) {}

        @Override
        public long lastId() {
            return 0;
        }

        @Override
        public Registration subscribe(long afterId, Watcher watcher) {
            return () -> {};
        }

        @Override
        public int watcherCount() {
            return 0;
        }
    }
}
