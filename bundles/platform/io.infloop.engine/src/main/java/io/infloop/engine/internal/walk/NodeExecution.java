package io.infloop.engine.internal.walk;

import io.infloop.core.process.ProcessOwner;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.state.CancellationSource;
import io.infloop.spi.Cancellation;
import io.infloop.spi.journal.NodeJournal;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.Agents;
import io.infloop.spi.node.Body;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.RunInfo;
import io.infloop.spi.node.Subworkflows;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.WorkspaceRoots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** One execution of one node, as the node sees it. Thread-safe. */
final class NodeExecution implements NodeContext, AutoCloseable {
    private final EngineServices services;
    private final WalkContext context;
    private final GraphNode node;
    private final JsonObject config;
    private final NodeSandbox sandbox;
    private final Optional<JsonObject> previous;
    private final String pluginId;
    private final CancellationSource cancellation;
    private final NodeOutput output;
    private final Scratch scratch;
    private final Optional<GraphBody> body;
    private final WorkflowCalls workflowCalls;
    private final RunAgents agents;
    private volatile boolean costReported;

    NodeExecution(
            EngineServices services,
            WalkContext outer,
            GraphNode node,
            NodeDescriptor descriptor,
            JsonObject config,
            NodeSandbox sandbox,
            Optional<JsonObject> previous,
            String pluginId,
            CancellationSource cancellation,
            Walker walker) {
        this.services = services;
        this.context = outer.withCancellation(cancellation);
        this.node = node;
        this.config = config;
        this.sandbox = sandbox;
        this.previous = previous;
        this.pluginId = pluginId;
        this.cancellation = cancellation;
        this.output = new NodeOutput(context.run().events(), nodePath(), context.iteration(), NodeOutput.MAX_BYTES);
        this.scratch = new Scratch(services.scratchRoot(), services.processes(), sandbox.demand());
        this.body = descriptor
                .container()
                .map(container -> new GraphBody(
                        walker,
                        context.inside(node, container.bodySignals()),
                        nodePath(),
                        context.graph().entries(node, container.bodySignals().keySet()).stream()
                                .filter(child -> !services.types().isAnnotation(child.type()))
                                .toList(),
                        false,
                        services.forks()));
        this.workflowCalls = new WorkflowCalls(services, walker, context, node);
        this.agents = new RunAgents(services, cancellation, this::owner, this::addCost);
    }

    private ProcessOwner owner(String onAccountOf) {
        return new ProcessOwner(
                onAccountOf,
                Optional.of(context.run().header().runId()),
                Optional.of(nodePath()),
                Optional.of(context.run().header().correlationId()),
                cancellation,
                Optional.of(directory()),
                sandbox.demand(),
                sandbox.egressAllowlist());
    }

    private Path directory() {
        try {
            return scratch.directory();
        } catch (IOException unwritable) {
            throw new UncheckedIOException("no scratch directory: " + unwritable.getMessage(), unwritable);
        }
    }

    private void addCost(double usd) {
        context.run().budget().addCost(usd);
        costReported = true;
    }

    boolean hasReportedCost() {
        return costReported;
    }

    NodeOutput output() {
        return output;
    }

    @Override
    public String nodeId() {
        return node.id();
    }

    @Override
    public String nodePath() {
        return context.path(node);
    }

    @Override
    public RunInfo run() {
        return context.run().info();
    }

    @Override
    public JsonObject config() {
        return config;
    }

    @Override
    public JsonObject scope() {
        return context.view();
    }

    @Override
    public Optional<JsonObject> previousOutputs() {
        return previous;
    }

    @Override
    public OptionalInt iteration() {
        return context.iteration();
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public NodeJournal journal() {
        return output;
    }

    @Override
    public ProcessLauncher processes() {
        return services.processes().launcherFor(owner(pluginId));
    }

    @Override
    public WorkspaceRoots workspaceRoots() {
        return services.workspaceRoots();
    }

    @Override
    public Optional<RunWorktrees> worktrees() {
        return Optional.of(
                services.trees().forNode(context.run().header(), nodePath(), sandbox.demand(), cancellation));
    }

    @Override
    public Agents agents() {
        return agents;
    }

    @Override
    public Subworkflows subworkflows() {
        return workflowCalls;
    }

    @Override
    public Optional<Body> body() {
        return body.map(Body.class::cast);
    }

    @Override
    public Path scratchDirectory() throws IOException {
        return scratch.directory();
    }

    @Override
    public String interpreter(String name) {
        if (!name.equals("python") && !name.equals("bun")) {
            throw new IllegalArgumentException("no setting for an interpreter of that name; there are python and bun");
        }
        return services.settings().interpreter(name);
    }

    /** Ends what the node has left behind. */
    @Override
    public void close() {
        body.ifPresent(GraphBody::close);
        workflowCalls.close();
        output.close();
        scratch.close();
    }
}
