package io.infloop.engine.internal.dispatch;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs.ActiveRun;
import io.infloop.engine.input.RunInputs;
import io.infloop.engine.internal.graph.Graph;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.run.RunRegistry;
import io.infloop.engine.internal.run.RunStarter;
import io.infloop.engine.internal.state.CostMeter;
import io.infloop.engine.internal.state.RunHeader;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts waiting items: first in, first out per workflow, across workflows the oldest one that may start. One thread decides; what is
 * written follows asynchronously, so several claims share a sync. Works while this server holds the lease.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final long RETRY_NANOS = 1_000_000_000L;

    /** What the dispatcher needs of the rest of the server. */
    public record Environment(
            RecordStore records,
            WorkflowCache workflows,
            ServerInstance instance,
            EventHub hub,
            AuditLog audit,
            CostMeter cost,
            Clock clock) {}

    private final Environment environment;
    private final RunRegistry registry;
    private final RunStarter starter;
    private final BooleanSupplier holdsLease;
    private final QueueWindow window;
    private final ItemDrops drops;
    private final Thread thread;
    private final Object lock = new Object();
    private boolean signalled = true;
    private boolean closed;
    /** In system nanoseconds; the store or a workflow file could not be read. */
    private OptionalLong retryAt = OptionalLong.empty();

    public Dispatcher(Environment environment, RunRegistry registry, RunStarter starter, BooleanSupplier holdsLease) {
        this.environment = environment;
        this.registry = registry;
        this.starter = starter;
        this.holdsLease = holdsLease;
        this.window = new QueueWindow(environment.records(), System::nanoTime);
        this.drops = new ItemDrops(environment.records(), environment.hub(), environment.audit());
        this.thread = new Thread(this::work, "infloop-dispatcher");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** A place is free, or somebody asks. Does not block. */
    public void signal() {
        synchronized (lock) {
            signalled = true;
            lock.notifyAll();
        }
    }

    /** Items were added or taken. Does not block. */
    public void queueChanged() {
        window.markChanged();
        signal();
    }

    private void work() {
        try {
            while (awaitSignal()) {
                try {
                    drain();
                } catch (InfloopException unavailable) {
                    LOG.warn("the queue rests for a moment: {}", unavailable.getMessage());
                    retryLater();
                } catch (RuntimeException | Error defect) {
                    LOG.error("dispatching failed", defect);
                    retryLater();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return false when closed */
    private boolean awaitSignal() throws InterruptedException {
        synchronized (lock) {
            while (!signalled && !closed) {
                OptionalLong wait = nextLook();
                if (wait.isEmpty()) {
                    lock.wait();
                } else if (wait.getAsLong() <= 0) {
                    break;
                } else {
                    lock.wait(wait.getAsLong() / 1_000_000 + 1);
                }
            }
            signalled = false;
            if (retryAt.isPresent() && System.nanoTime() - retryAt.getAsLong() >= 0) {
                retryAt = OptionalLong.empty();
                window.markChanged();
            }
            return !closed;
        }
    }

    /** In how many nanoseconds to look again without being told. */
    private OptionalLong nextLook() {
        OptionalLong retry = window.retryIn();
        if (retry.isPresent() && registry.hasFreeSlot() && isOnDuty()) {
            return retryAt.isPresent()
                    ? OptionalLong.of(Math.min(retry.getAsLong(), retryAt.getAsLong() - System.nanoTime()))
                    : retry;
        }
        return retryAt.isPresent() ? OptionalLong.of(retryAt.getAsLong() - System.nanoTime()) : OptionalLong.empty();
    }

    private void retryLater() {
        synchronized (lock) {
            retryAt = OptionalLong.of(System.nanoTime() + RETRY_NANOS);
            lock.notifyAll();
        }
    }

    private void drain() {
        // Workflows that cannot start another run at this moment; an item behind one of theirs must not overtake it.
        Set<String> blocked = new HashSet<>();
        while (registry.hasFreeSlot() && mayDrain()) {
            Optional<QueueItem> item = window.take(candidate -> mayStart(candidate, blocked));
            if (item.isPresent()) {
                handle(item.get());
            } else if (!window.refill()) {
                return;
            }
        }
    }

    private boolean mayDrain() {
        synchronized (lock) {
            if (closed || retryAt.isPresent()) {
                return false;
            }
        }
        return isOnDuty();
    }

    private boolean isOnDuty() {
        return holdsLease.getAsBoolean()
                && !registry.isShuttingDown()
                && !environment.cost().isExhausted();
    }

    private boolean mayStart(QueueItem item, Set<String> blocked) {
        if (blocked.contains(item.workflowId())) {
            return false;
        }
        int max = environment
                .workflows()
                .find(item.workflowId())
                .map(workflow -> workflow.graph().maxConcurrent())
                .orElse(Integer.MAX_VALUE);
        boolean may = registry.mayStart(item.workflowId(), max);
        if (!may) {
            blocked.add(item.workflowId());
        }
        return may;
    }

    private void handle(QueueItem item) {
        boolean taken = false;
        try {
            Optional<WorkflowCache.Compiled> workflow = environment.workflows().find(item.workflowId());
            if (workflow.isEmpty()) {
                drop(item, "workflow-deleted");
            } else if (workflow.get().error().isPresent()) {
                LOG.warn(
                        "{} cannot start: {}",
                        item.queueId(),
                        workflow.get().error().get().message());
                drop(item, "engine-start-failed");
            } else {
                Graph graph = workflow.get().graph();
                RunInputs.Resolution inputs = RunInputs.resolve(graph.inputs(), item.inputs());
                if (inputs instanceof RunInputs.Resolved resolved) {
                    claim(item, graph, JsonObject.of(resolved.values()));
                } else {
                    drop(item, "invalid-inputs");
                }
            }
            taken = true;
        } finally {
            if (!taken) {
                window.finished(item.queueId());
            }
        }
    }

    private void claim(QueueItem item, Graph graph, JsonObject inputs) {
        RunHeader header = new RunHeader(
                Ids.newRunId(),
                item.workflowId(),
                graph.name(),
                graph.version(),
                item.source(),
                item.correlationId(),
                Optional.of(item.queueId()),
                Optional.of(item.triggerId()).filter(id -> !id.isEmpty()),
                environment.clock().millis(),
                item.source().equals("webhook") ? Actor.WEBHOOK : Actor.SYSTEM);
        ActiveRun run = new ActiveRun(header.runId(), header.workflowId(), header.correlationId(), header.startedAt());
        if (!registry.reserve(run, graph.maxConcurrent())) {
            // A start through the API was quicker. The item is still the oldest of its workflow.
            window.finished(item.queueId());
            window.markChanged();
            return;
        }
        CompletableFuture<Boolean> unused = environment
                .records()
                .claim(item.queueId(), header.toRow(environment.instance().id()))
                .whenComplete((claimed, failure) -> {
                    window.finished(item.queueId());
                    if (failure != null) {
                        LOG.warn("{} could not be started, trying again: {}", item.queueId(), failure.toString());
                        retryLater();
                        registry.release(header.runId());
                    } else if (claimed) {
                        begin(header, graph, inputs);
                    } else {
                        registry.release(header.runId());
                    }
                });
    }

    private void begin(RunHeader header, Graph graph, JsonObject inputs) {
        try {
            starter.begin(header, graph, inputs);
        } catch (RuntimeException defect) {
            // Its row stays; the next server that takes over ends it.
            LOG.error("run {} did not begin", header.runId(), defect);
            registry.release(header.runId());
        }
    }

    private void drop(QueueItem item, String reason) {
        drops.drop(item, reason, failure -> {
            window.finished(item.queueId());
            failure.ifPresent(why -> {
                LOG.warn("{} could not be dropped, trying again: {}", item.queueId(), why.toString());
                retryLater();
            });
        });
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        try {
            thread.join(1_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
