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
import io.infloop.engine.internal.run.OtherServers;
import io.infloop.engine.internal.run.RunRegistry;
import io.infloop.engine.internal.run.RunStarter;
import io.infloop.engine.internal.state.CostMeter;
import io.infloop.engine.internal.state.RunHeader;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import java.time.Clock;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts waiting items: first in, first out per workflow and concurrency key, across them the oldest one that may
 * start. Items of one workflow and key run one after the other, whatever the workflow's own limit. One thread decides; what is
 * written follows asynchronously, so several claims share a sync. Works while this server holds the lease.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final long RETRY_NANOS = 1_000_000_000L;
    /** Items read at once, and items being dropped: their inputs are in memory meanwhile. */
    private static final int BATCH = 32;

    /** What the dispatcher needs of the rest of the server. */
    public record Environment(
            RecordStore records,
            WorkflowCache workflows,
            OtherServers otherServers,
            ServerInstance instance,
            EventHub hub,
            AuditLog audit,
            CostMeter cost,
            Clock clock) {}

    private final Environment environment;
    private final RunRegistry registry;
    private final RunStarter starter;
    private final BooleanSupplier holdsLease;
    private final ItemDrops drops;
    private final Thread thread;
    private final Object lock = new Object();
    private final ItemsUnderWay underWay = new ItemsUnderWay();
    /** Drops being written; unlike claims they are not bounded by the places for runs. */
    private final AtomicInteger dropping = new AtomicInteger();

    private boolean signalled = true;
    private boolean closed;
    /** In system nanoseconds; the store or a workflow file could not be read. */
    private OptionalLong retryAt = OptionalLong.empty();

    public Dispatcher(Environment environment, RunRegistry registry, RunStarter starter, BooleanSupplier holdsLease) {
        this.environment = environment;
        this.registry = registry;
        this.starter = starter;
        this.holdsLease = holdsLease;
        this.drops = new ItemDrops(environment.records(), environment.hub(), environment.audit());
        this.thread = new Thread(this::work, "infloop-dispatcher");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Something may start that could not before. Does not block. */
    public void signal() {
        synchronized (lock) {
            signalled = true;
            lock.notifyAll();
        }
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
                if (retryAt.isEmpty()) {
                    lock.wait();
                } else {
                    long left = retryAt.getAsLong() - System.nanoTime();
                    if (left <= 0) {
                        break;
                    }
                    lock.wait(left / 1_000_000 + 1);
                }
            }
            signalled = false;
            if (retryAt.isPresent() && System.nanoTime() - retryAt.getAsLong() >= 0) {
                retryAt = OptionalLong.empty();
            }
            return !closed;
        }
    }

    private void retryLater() {
        synchronized (lock) {
            retryAt = OptionalLong.of(System.nanoTime() + RETRY_NANOS);
            lock.notifyAll();
        }
    }

    private void drain() {
        while (mayDrain() && startOldest()) {
            // Items of other workflows may be the oldest now.
        }
    }

    /**
     * Starts the oldest items that may.
     *
     * @return false if there was none, so that it would not help to look again before something has changed
     */
    private boolean startOldest() {
        int free = Math.min(registry.freeSlots(), BATCH);
        // Looked at before the queue is read: what is written by then shows there.
        Set<String> known = underWay.ids();
        Set<ItemsUnderWay.Lane> lanes = underWay.lanes();
        if (free == 0 || dropping.get() >= BATCH) {
            return false;
        }
        Map<String, Integer> elsewhere = environment.otherServers().occupied();
        // Workflows that cannot start another run at this moment; an item behind one of theirs must not overtake it.
        Set<String> blocked = atTheirLimit(elsewhere);
        boolean handled = false;
        for (QueueItem item : environment.records().oldest(blocked, free + known.size())) {
            Optional<ItemsUnderWay.Lane> lane = ItemsUnderWay.Lane.of(item);
            if (known.contains(item.queueId())
                    || blocked.contains(item.workflowId())
                    || lane.isPresent() && lanes.contains(lane.get())) {
                continue;
            }
            if (!mayDrain() || registry.freeSlots() == 0) {
                return false;
            }
            int limit = limit(item.workflowId(), elsewhere);
            if (registry.mayStart(item.workflowId(), limit) && handle(item, limit)) {
                handled = true;
                lane.ifPresent(lanes::add);
            } else {
                blocked.add(item.workflowId());
            }
        }
        return handled;
    }

    private Set<String> atTheirLimit(Map<String, Integer> elsewhere) {
        Set<String> busy = new HashSet<>(elsewhere.keySet());
        registry.active().forEach(run -> busy.add(run.workflowId()));
        busy.removeIf(workflowId -> registry.mayStart(workflowId, limit(workflowId, elsewhere)));
        return busy;
    }

    /** How many runs of a workflow this server may have. */
    private int limit(String workflowId, Map<String, Integer> elsewhere) {
        int max = environment
                .workflows()
                .find(workflowId)
                .map(workflow -> workflow.graph().maxConcurrent())
                .orElse(Integer.MAX_VALUE);
        return max - elsewhere.getOrDefault(workflowId, 0);
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

    /** @return false if the item has to wait on */
    private boolean handle(QueueItem item, int limit) {
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
                return claim(item, graph, limit, JsonObject.of(resolved.values()));
            }
            drop(item, "invalid-inputs");
        }
        return true;
    }

    private boolean claim(QueueItem item, Graph graph, int limit, JsonObject inputs) {
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
        if (!registry.reserve(run, limit)) {
            // A start through the API was quicker. The item is still the oldest of its workflow.
            return false;
        }
        underWay.begun(item);
        CompletableFuture<Boolean> unused = environment
                .records()
                .claim(item.queueId(), header.toRow(environment.instance().id()))
                .whenComplete((claimed, failure) -> {
                    underWay.finished(item);
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
        return true;
    }

    private void begin(RunHeader header, Graph graph, JsonObject inputs) {
        try {
            starter.begin(header, graph, inputs);
        } catch (RuntimeException reported) {
            LOG.debug("run {} did not begin", header.runId(), reported);
        }
    }

    private void drop(QueueItem item, String reason) {
        underWay.begun(item);
        dropping.incrementAndGet();
        drops.drop(item, reason, failure -> {
            underWay.finished(item);
            dropping.decrementAndGet();
            failure.ifPresent(why -> {
                LOG.warn("{} could not be dropped, trying again: {}", item.queueId(), why.toString());
                retryLater();
            });
            signal();
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
