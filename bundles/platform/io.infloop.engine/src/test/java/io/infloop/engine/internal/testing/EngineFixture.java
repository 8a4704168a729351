package io.infloop.engine.internal.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.Redactor;
import io.infloop.core.id.Ids;
import io.infloop.core.process.ProcessOwner;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.engine.Runs;
import io.infloop.engine.internal.Engine;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.workspace.WorkspaceRoots;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.RunRow;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** A whole engine on fakes. */
public final class EngineFixture implements AutoCloseable {
    public static final String TRIGGER = "trigger-0123456789abcd";
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    public final FakeSettings settings;
    public final FakeInstance instance;
    public final FakeHub hub = new FakeHub();
    public Redactor redactor = Redactor.NONE;
    public final FakeAudit audit = new FakeAudit();
    public final FakeContributions contributions = new FakeContributions().add(TestNodes.basic());
    public final FakeWorkflows workflows = new FakeWorkflows();
    public final FakeTriggers triggers = new FakeTriggers();
    public final List<ProcessOwner> owners = new CopyOnWriteArrayList<>();
    public final FakeWorktrees worktrees = new FakeWorktrees();
    public final FakeRecords store;
    public Clock clock = Clock.systemUTC();
    /** May be replaced while the engine works. */
    public volatile LongSupplier nanoTime = System::nanoTime;
    /** What ending the children of dead servers does. */
    public volatile Runnable onReap = () -> {};

    private final RecordStore records;
    private Optional<Engine> engine = Optional.empty();

    public EngineFixture(Path data) {
        this(data, "server-1", new FakeRecords());
    }

    public EngineFixture(Path data, String instanceId, FakeRecords store) {
        this.settings = new FakeSettings(data);
        this.instance = new FakeInstance(instanceId, data);
        this.store = store;
        this.records = store.as(instanceId);
    }

    public Runs start() {
        Engine made = new Engine(new Engine.Services(
                settings,
                instance,
                hub,
                audit,
                redactor,
                new Supervisor(),
                new Roots(),
                worktrees,
                contributions,
                records,
                workflows,
                triggers,
                () -> true,
                clock,
                () -> nanoTime.getAsLong()));
        engine = Optional.of(made);
        try {
            made.start();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        return made.runs();
    }

    public Runs runs() {
        return engine.orElseThrow().runs();
    }

    /** Starts a run that must be allowed to start. @return its id */
    public String begin(String workflowId, Map<String, Object> inputs) {
        if (engine.isEmpty()) {
            start();
        }
        Runs.StartResult result = runs().start(workflowId, inputs, Ids.newCorrelationId(), Actor.API_TOKEN);
        assertThat(result).isInstanceOf(Runs.Started.class);
        return ((Runs.Started) result).runId();
    }

    /** Runs a workflow to its end. @return its record, read back from the disk */
    public JsonObject run(String workflowId) {
        return run(workflowId, Map.of());
    }

    public JsonObject run(String workflowId, Map<String, Object> inputs) {
        return finished(workflowId, begin(workflowId, inputs));
    }

    public JsonObject finished(String workflowId, String runId) {
        awaitRecorded(runId);
        return runs().record(workflowId, runId).orElseThrow();
    }

    /** Waits until everything about a run is on disk. */
    public void awaitRecorded(String runId) {
        await().atMost(PATIENCE)
                .until(() -> store.run(runId)
                                .filter(row -> !row.status().equals("running"))
                                .isPresent()
                        && !settings.dataDirectory()
                                .resolve("active-runs/" + runId + ".json")
                                .toFile()
                                .exists());
    }

    public QueueItem item(String queueId, String workflowId, Map<String, Object> inputs) {
        return new QueueItem(
                queueId,
                TRIGGER,
                workflowId,
                workflowId,
                "webhook",
                Ids.newCorrelationId(),
                inputs,
                1_700_000_000_000L);
    }

    public List<RunRow> rows(String workflowId) {
        return store.runs(Optional.of(workflowId), Optional.empty(), Optional.empty(), 10_000);
    }

    /** The events of a record. */
    public static List<JsonObject> events(JsonObject record, String type) {
        return record.array("events").orElseThrow().stream()
                .map(JsonObject.class::cast)
                .filter(event -> event.string("type").orElseThrow().equals(type))
                .toList();
    }

    @Override
    public void close() {
        engine.ifPresent(Engine::close);
    }

    private final class Supervisor implements ProcessSupervisor {
        @Override
        public SandboxLevel sandboxLevel(SandboxDemand demand) {
            return demand.wanted().strongerOf(demand.required());
        }

        @Override
        public ProcessLauncher launcherFor(ProcessOwner owner) {
            owners.add(owner);
            return spec -> {
                throw new SpawnException("no children in this test");
            };
        }

        @Override
        public int reapOrphans() {
            onReap.run();
            return 0;
        }

        @Override
        public int childCount() {
            return 0;
        }
    }

    private static final class Roots implements WorkspaceRoots {
        @Override
        public List<Path> roots() {
            return List.of();
        }

        @Override
        public Path directory(String path) {
            return Path.of(path);
        }
    }
}
