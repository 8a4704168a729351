package io.infloop.testkit.spi;

import io.infloop.spi.Cancellation;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.Agents;
import io.infloop.spi.node.Body;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.RunInfo;
import io.infloop.spi.node.SubworkflowException;
import io.infloop.spi.node.Subworkflows;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.WorkspaceRoots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a node sees, made by a test: an empty scope, no agents, no processes and no scratch directory unless the test gives them.
 * Templates in the configuration are not resolved.
 */
public final class FakeNodeContext implements NodeContext {
    private final String nodeId;
    private final JsonObject config;
    private final JsonObject scope;
    private final Optional<JsonObject> previousOutputs;
    private final OptionalInt iteration;
    private final Cancellation cancellation;
    private final RecordingJournal journal = new RecordingJournal();
    private final ProcessLauncher processes;
    private final WorkspaceRoots workspaceRoots;
    private final Optional<RunWorktrees> worktrees;
    private final Agents agents;
    private final Subworkflows subworkflows;
    private final Optional<Body> body;
    private final Optional<Path> scratchDirectory;
    private final Map<String, String> interpreters;

    private FakeNodeContext(Builder builder) {
        this.nodeId = builder.nodeId;
        this.config = builder.config;
        this.scope = builder.scope;
        this.previousOutputs = builder.previousOutputs;
        this.iteration = builder.iteration;
        this.cancellation = builder.cancellation;
        this.processes = builder.processes;
        this.workspaceRoots = builder.workspaceRoots;
        this.worktrees = builder.worktrees;
        this.agents = builder.agents;
        this.subworkflows = builder.subworkflows;
        this.body = builder.body;
        this.scratchDirectory = builder.scratchDirectory;
        this.interpreters = Map.copyOf(builder.interpreters);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A context with this configuration, as JSON text, and nothing else. */
    public static FakeNodeContext of(String config) {
        return builder().config(config).build();
    }

    @Override
    public String nodeId() {
        return nodeId;
    }

    @Override
    public String nodePath() {
        return nodeId;
    }

    @Override
    public RunInfo run() {
        return new RunInfo(
                "00000000-0000-4000-8000-000000000001",
                "test-workflow",
                "cid_test",
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Override
    public JsonObject config() {
        return config;
    }

    @Override
    public JsonObject scope() {
        return scope;
    }

    @Override
    public Optional<JsonObject> previousOutputs() {
        return previousOutputs;
    }

    @Override
    public OptionalInt iteration() {
        return iteration;
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public RecordingJournal journal() {
        return journal;
    }

    @Override
    public ProcessLauncher processes() {
        return processes;
    }

    @Override
    public WorkspaceRoots workspaceRoots() {
        return workspaceRoots;
    }

    @Override
    public Optional<RunWorktrees> worktrees() {
        return worktrees;
    }

    @Override
    public Agents agents() {
        return agents;
    }

    @Override
    public Subworkflows subworkflows() {
        return subworkflows;
    }

    @Override
    public Optional<Body> body() {
        return body;
    }

    @Override
    public Path scratchDirectory() throws IOException {
        return scratchDirectory.orElseThrow(() -> new IOException("the test gives no scratch directory"));
    }

    @Override
    public String interpreter(String name) {
        if (!interpreters.containsKey(name)) {
            throw new IllegalArgumentException("unknown interpreter: " + name);
        }
        return interpreters.get(name);
    }

    /** Builds a {@link FakeNodeContext}. */
    public static final class Builder {
        private String nodeId = "node-1";
        private JsonObject config = JsonObject.EMPTY;
        private JsonObject scope = JsonObject.EMPTY;
        private Optional<JsonObject> previousOutputs = Optional.empty();
        private OptionalInt iteration = OptionalInt.empty();
        private Cancellation cancellation = Cancellation.NEVER;
        private ProcessLauncher processes = FakeProcessLauncher.refusing("the test gives no processes");
        private WorkspaceRoots workspaceRoots = new FakeWorkspaceRoots();
        private Optional<RunWorktrees> worktrees = Optional.empty();
        private Agents agents = new FakeAgents();
        private Subworkflows subworkflows = (workflowId, inputs) -> {
            throw new SubworkflowException("the test gives no workflows");
        };
        private Optional<Body> body = Optional.empty();
        private Optional<Path> scratchDirectory = Optional.empty();
        private final Map<String, String> interpreters = new LinkedHashMap<>(Map.of("python", "python3", "bun", "bun"));

        private Builder() {}

        public Builder nodeId(String id) {
            this.nodeId = id;
            return this;
        }

        /** @param json the configuration as JSON text */
        public Builder config(String json) {
            return config(Json.parseObject(json));
        }

        public Builder config(JsonObject object) {
            this.config = object;
            return this;
        }

        public Builder scope(JsonObject object) {
            this.scope = object;
            return this;
        }

        public Builder previousOutputs(JsonObject outputs) {
            this.previousOutputs = Optional.of(outputs);
            return this;
        }

        public Builder iteration(int number) {
            this.iteration = OptionalInt.of(number);
            return this;
        }

        public Builder cancellation(Cancellation handle) {
            this.cancellation = handle;
            return this;
        }

        public Builder processes(ProcessLauncher launcher) {
            this.processes = launcher;
            return this;
        }

        public Builder workspaceRoots(WorkspaceRoots roots) {
            this.workspaceRoots = roots;
            return this;
        }

        public Builder worktrees(RunWorktrees available) {
            this.worktrees = Optional.of(available);
            return this;
        }

        public Builder agents(Agents available) {
            this.agents = available;
            return this;
        }

        public Builder subworkflows(Subworkflows available) {
            this.subworkflows = available;
            return this;
        }

        public Builder body(Body children) {
            this.body = Optional.of(children);
            return this;
        }

        public Builder scratchDirectory(Path directory) {
            this.scratchDirectory = Optional.of(directory);
            return this;
        }

        public Builder interpreter(String name, String program) {
            interpreters.put(name, program);
            return this;
        }

        public FakeNodeContext build() {
            return new FakeNodeContext(this);
        }
    }
}
