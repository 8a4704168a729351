package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.state.Bounds;
import io.infloop.engine.internal.state.CancelReason;
import io.infloop.engine.internal.state.CancellationSource;
import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.node.WalkResult;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes one node with the node type of this moment, and makes every way this can go wrong an outcome of that node. Thread-safe. */
public final class NodeExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(NodeExecutor.class);
    /** Begins the message of a node whose plugin is not there any more. */
    private static final String PLUGIN_GONE = "PLUGIN_GONE: ";

    private final EngineServices services;

    public NodeExecutor(EngineServices services) {
        this.services = services;
    }

    StepResult execute(WalkContext context, GraphNode node, Optional<JsonObject> previous, Walker walker)
            throws InterruptedException {
        NodeEvents events = new NodeEvents(context, node);
        Optional<Contributions.Entry<NodeType>> entry = services.types().find(node.type());
        if (entry.isEmpty()) {
            return services.types().hasBeenSeen(node.type())
                    ? gone(context, node, events, "no plugin offers node type \"" + node.type() + "\" any more")
                    : new StepResult.Broken("unknown node type: " + node.type());
        }
        try (Lease<NodeType> lease = services.contributions().acquire(NodeType.class, node.type())) {
            return execute(context, node, previous, walker, events, lease, entry.get());
        } catch (ContributionUnavailableException unavailable) {
            return gone(context, node, events, unavailable.getMessage());
        }
    }

    private StepResult gone(WalkContext context, GraphNode node, NodeEvents events, String why) {
        events.started(node.config(), Optional.empty());
        return failed(context, node, events, PLUGIN_GONE + why, 0);
    }

    private StepResult execute(
            WalkContext context,
            GraphNode node,
            Optional<JsonObject> previous,
            Walker walker,
            NodeEvents events,
            Lease<NodeType> lease,
            Contributions.Entry<NodeType> entry)
            throws InterruptedException {
        NodeDescriptor descriptor = entry.descriptorAs(NodeDescriptor.class);
        JsonObject config;
        NodeSandbox sandbox;
        try {
            sandbox = NodeSandbox.of(node.config());
            config = context.graph()
                    .templates(node, descriptor, entry.generation())
                    .resolve(context.view().asMap(), events::templateWarning);
        } catch (IllegalArgumentException unusable) {
            events.started(node.config(), Optional.of(lease.plugin()));
            return failed(context, node, events, unusable.getMessage(), 0);
        }
        events.started(config, Optional.of(lease.plugin()));
        long startedAt = services.nanoTime().getAsLong();
        try (CancellationSource cancellation = context.cancellation().child();
                Registration watch = services.leases().watch(lease, cancellation);
                NodeExecution execution = new NodeExecution(
                        services,
                        context,
                        node,
                        descriptor,
                        config,
                        sandbox,
                        previous,
                        lease.plugin().id(),
                        cancellation,
                        walker)) {
            PluginThreads.Attempt<NodeOutcome> attempt = services.threads()
                    .call(lease.plugin(), cancellation, () -> lease.service().execute(execution));
            // What the node left behind ends before anything else of the run sees its outcome.
            execution.close();
            long duration = TimeUnit.NANOSECONDS.toMillis(services.nanoTime().getAsLong() - startedAt);
            StepResult result = context.cancellation().isCancelled()
                    ? cancelled(attempt, events, duration)
                    : settle(context, node, descriptor, events, attempt, cancellation.isCancelled(), lease, duration);
            return execution.hasReportedCost() ? checkCost(context, result) : result;
        }
    }

    private static StepResult cancelled(PluginThreads.Attempt<NodeOutcome> attempt, NodeEvents events, long duration) {
        JsonObject outputs =
                attempt instanceof PluginThreads.Attempt.Returned<NodeOutcome> returned && returned.value() != null
                        ? returned.value().outputs()
                        : JsonObject.EMPTY;
        events.finished("cancelled", outputs, duration);
        return new StepResult.Cancelled();
    }

    private StepResult settle(
            WalkContext context,
            GraphNode node,
            NodeDescriptor descriptor,
            NodeEvents events,
            PluginThreads.Attempt<NodeOutcome> attempt,
            boolean withdrawn,
            Lease<NodeType> lease,
            long duration) {
        if (withdrawn || (lease.isRevoked() && !(attempt instanceof PluginThreads.Attempt.Returned<NodeOutcome>))) {
            String plugin = lease.plugin().id() + " " + lease.plugin().version();
            return failed(context, node, events, PLUGIN_GONE + plugin + " was withdrawn while the node ran", duration);
        }
        if (attempt instanceof PluginThreads.Attempt.Threw<NodeOutcome> threw) {
            if (!(threw.cause() instanceof Exception)) {
                LOG.warn(
                        "node {} of plugin {} failed badly",
                        node.id(),
                        lease.plugin().id(),
                        threw.cause());
            }
            return failed(context, node, events, Throwables.message(threw.cause()), duration);
        }
        if (attempt instanceof PluginThreads.Attempt.Abandoned<NodeOutcome> abandoned) {
            return failed(context, node, events, abandoned.message(), duration);
        }
        NodeOutcome outcome = ((PluginThreads.Attempt.Returned<NodeOutcome>) attempt).value();
        if (outcome == null) {
            return failed(context, node, events, "node type " + node.type() + " returned nothing", duration);
        }
        if (outcome instanceof NodeOutcome.Follow follow
                && !follow.handle().equals("error")
                && !descriptor.handles().contains(follow.handle())) {
            return failed(
                    context,
                    node,
                    events,
                    "node type " + node.type() + " chose the handle \"" + follow.handle()
                            + "\", which it does not declare",
                    duration);
        }
        NodeOutcome bounded = bounded(outcome);
        context.scope().put(node.id(), bounded.outputs());
        events.finished(branch(bounded), bounded.outputs(), duration);
        descriptor.resultEvent().ifPresent(event -> events.result(event, bounded.outputs()));
        return new StepResult.Done(bounded);
    }

    private static NodeOutcome bounded(NodeOutcome outcome) {
        JsonObject outputs = Bounds.object(outcome.outputs(), Bounds.OUTPUT_TEXT);
        if (outcome instanceof NodeOutcome.Follow follow) {
            return new NodeOutcome.Follow(follow.handle(), outputs);
        }
        if (outcome instanceof NodeOutcome.End end) {
            return new NodeOutcome.End(end.status(), outputs);
        }
        return new NodeOutcome.Escape(((NodeOutcome.Escape) outcome).result(), outputs);
    }

    private static String branch(NodeOutcome outcome) {
        if (outcome instanceof NodeOutcome.Follow follow) {
            return follow.handle();
        }
        if (outcome instanceof NodeOutcome.Escape escape && !(escape.result() instanceof WalkResult.FellThrough)) {
            return escape.result().getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }
        return "next";
    }

    private static StepResult failed(
            WalkContext context, GraphNode node, NodeEvents events, String message, long duration) {
        NodeOutcome outcome = NodeOutcome.error(message);
        events.error(message);
        context.scope().put(node.id(), outcome.outputs());
        events.finished("error", outcome.outputs(), duration);
        return new StepResult.Done(outcome);
    }

    private static StepResult checkCost(WalkContext context, StepResult result) {
        Optional<String> exceeded = context.run().budget().checkCost();
        exceeded.ifPresent(message -> context.run().cancel(new CancelReason.OverBudget(message)));
        return exceeded.isPresent() ? new StepResult.Cancelled() : result;
    }
}
