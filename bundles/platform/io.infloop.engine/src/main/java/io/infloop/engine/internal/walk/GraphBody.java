package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.state.CancellationSource;
import io.infloop.engine.internal.state.Scope;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.Body;
import io.infloop.spi.node.ForkedWalk;
import io.infloop.spi.node.WalkReport;
import io.infloop.spi.node.WalkResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A graph that a node may walk: its own children, or another workflow. Thread-safe. */
final class GraphBody implements Body, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GraphBody.class);
    /** Walks that one node execution has under way beside each other. */
    private static final int MAX_FORKS = 256;

    private final Walker walker;
    private final WalkContext inner;
    private final String ownerPath;
    private final List<GraphNode> entries;
    private final boolean ownScope;
    private final Executor threads;
    private final AtomicInteger forks = new AtomicInteger();
    private final ConcurrentLinkedQueue<Fork> open = new ConcurrentLinkedQueue<>();

    /**
     * @param inner where the walks take place
     * @param ownerPath the node that walks
     * @param ownScope whether the body's scope is apart from the one around it
     */
    GraphBody(
            Walker walker,
            WalkContext inner,
            String ownerPath,
            List<GraphNode> entries,
            boolean ownScope,
            Executor threads) {
        this.walker = walker;
        this.inner = inner;
        this.ownerPath = ownerPath;
        this.entries = List.copyOf(entries);
        this.ownScope = ownScope;
        this.threads = threads;
    }

    @Override
    public List<String> entries() {
        return entries.stream().map(GraphNode::id).toList();
    }

    @Override
    public boolean isEmpty() {
        return inner.container()
                .flatMap(inner.graph()::node)
                .map(container -> container.children().isEmpty())
                .orElse(entries.isEmpty());
    }

    @Override
    public WalkReport walk(String entry, OptionalInt iteration) throws InterruptedException {
        GraphNode node = entry(entry);
        if (inner.cancellation().isCancelled()) {
            return report(new WalkResult.Cancelled());
        }
        if (iteration.isPresent()) {
            inner.run().iterationStarted(ownerPath, iteration.getAsInt());
            // Counted, so that a body without effect does not turn for ever.
            Optional<WalkResult> overBudget = Walker.step(inner, ownerPath);
            if (overBudget.isPresent()) {
                return report(overBudget.get());
            }
        }
        return report(walker.walk(iteration.isPresent() ? inner.withIteration(iteration) : inner, node));
    }

    private WalkReport report(WalkResult result) {
        return new WalkReport(result, ownScope ? inner.scope().values() : JsonObject.EMPTY);
    }

    @Override
    public ForkedWalk fork(String entry) {
        GraphNode node = entry(entry);
        Fork fork = new Fork(inner.cancellation().child(), inner.scope().fork());
        if (forks.incrementAndGet() > MAX_FORKS) {
            fork.end(new WalkResult.Failed(ownerPath, "more than " + MAX_FORKS + " walks beside each other"));
            return fork;
        }
        open.add(fork);
        try {
            threads.execute(() -> fork.run(node));
        } catch (RejectedExecutionException stopped) {
            fork.end(new WalkResult.Cancelled());
        }
        return fork;
    }

    private GraphNode entry(String id) {
        return inner.graph()
                .node(id)
                .filter(node -> node.parent().equals(inner.container()))
                .orElseThrow(() -> new IllegalArgumentException("\"" + id + "\" is not a child of " + ownerPath));
    }

    /** Stops the walks that the node has left behind and waits for them: nobody is to write after it has returned. */
    @Override
    public void close() {
        open.forEach(Fork::cancel);
        open.forEach(fork -> fork.done.join());
    }

    /** A walk beside the container. */
    private final class Fork implements ForkedWalk {
        private final CancellationSource cancellation;
        private final Scope scope;
        private final CompletableFuture<WalkReport> done = new CompletableFuture<>();

        private Fork(CancellationSource cancellation, Scope scope) {
            this.cancellation = cancellation;
            this.scope = scope;
        }

        private void run(GraphNode node) {
            WalkResult result;
            try {
                result = walker.walk(inner.withCancellation(cancellation).withScope(scope), node);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                result = new WalkResult.Cancelled();
            } catch (RuntimeException | Error defect) {
                LOG.error("a walk below {} failed", ownerPath, defect);
                result = new WalkResult.Failed(ownerPath, "internal error: " + defect);
            }
            end(cancellation.isCancelled() ? new WalkResult.Cancelled() : result);
        }

        private void end(WalkResult result) {
            cancellation.close();
            open.remove(this);
            forks.decrementAndGet();
            done.complete(new WalkReport(result, scope.written()));
        }

        @Override
        public CompletionStage<WalkReport> report() {
            return done.minimalCompletionStage();
        }

        @Override
        public void cancel() {
            cancellation.cancel();
        }
    }
}
