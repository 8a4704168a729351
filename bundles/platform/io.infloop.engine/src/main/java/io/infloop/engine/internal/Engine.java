package io.infloop.engine.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.core.settings.Settings;
import io.infloop.engine.Runs;
import io.infloop.engine.internal.dispatch.Dispatcher;
import io.infloop.engine.internal.dispatch.LeaseKeeper;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.engine.internal.journal.JournalFiles;
import io.infloop.engine.internal.journal.JournalRepair;
import io.infloop.engine.internal.journal.JournalWriter;
import io.infloop.engine.internal.journal.RecordReader;
import io.infloop.engine.internal.journal.RunMarkers;
import io.infloop.engine.internal.run.OtherServers;
import io.infloop.engine.internal.run.Recovery;
import io.infloop.engine.internal.run.RecoveryRounds;
import io.infloop.engine.internal.run.Retention;
import io.infloop.engine.internal.run.RunRegistry;
import io.infloop.engine.internal.run.RunService;
import io.infloop.engine.internal.run.RunSettlement;
import io.infloop.engine.internal.run.RunStarter;
import io.infloop.engine.internal.state.CancelReason;
import io.infloop.engine.internal.state.CostMeter;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.engine.internal.state.RunBudget;
import io.infloop.engine.internal.walk.EngineServices;
import io.infloop.engine.internal.walk.LeaseWatch;
import io.infloop.engine.internal.walk.NodeExecutor;
import io.infloop.engine.internal.walk.NodeTypes;
import io.infloop.engine.internal.walk.PluginThreads;
import io.infloop.engine.internal.walk.RunTrees;
import io.infloop.engine.internal.walk.Walker;
import io.infloop.host.Contributions;
import io.infloop.spi.Registration;
import io.infloop.spi.workspace.WorkspaceRoots;
import io.infloop.store.RecordStore;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import io.infloop.workspace.worktree.Worktrees;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of the engine, put together; started once, closed once. */
public final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final Duration PLUGIN_GRACE = Duration.ofSeconds(5);
    private static final long LEASE_MILLIS = 500;
    private static final long RECOVERY_MILLIS = 5_000;
    private static final long SETTLE_MILLIS = 1_500;
    private static final long RECORD_MILLIS = 1_000;

    /**
     * The services the engine is built on.
     *
     * @param complete whether all bundles of the distribution have been started
     * @param clock for the times of day that people and senders see
     * @param nanoTime for what takes how long
     */
    public record Services(
            Settings settings,
            ServerInstance instance,
            EventHub hub,
            AuditLog audit,
            Redactor redactor,
            ProcessSupervisor processes,
            WorkspaceRoots workspaceRoots,
            Worktrees worktrees,
            Contributions contributions,
            RecordStore records,
            WorkflowStore workflows,
            TriggerStore triggers,
            BooleanSupplier complete,
            Clock clock,
            LongSupplier nanoTime) {}

    private final RecordStore records;
    private final Contributions contributions;
    private final NodeTypes types;
    private final LeaseWatch leaseWatch = new LeaseWatch();
    private final ExecutorService threads;
    private final ScheduledThreadPoolExecutor history;
    private final JournalWriter journals = new JournalWriter();
    private final CostMeter cost;
    private final RunRegistry registry;
    private final RunSettlement settlement;
    private final Recovery recovery;
    private final RecoveryRounds recoveryRounds;
    private final LeaseKeeper lease;
    private final Dispatcher dispatcher;
    private final Runs runs;
    private Registration queueWatch = () -> {};
    private Registration typeWatch = () -> {};

    public Engine(Services services) {
        Settings settings = services.settings();
        records = services.records();
        contributions = services.contributions();
        types = new NodeTypes(contributions);
        threads = Executors.newCachedThreadPool(daemons("infloop-run-"));
        history = new ScheduledThreadPoolExecutor(1, daemons("infloop-history-"));
        history.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        registry = new RunRegistry(settings.maxConcurrentRuns());
        WorkflowCache workflows = new WorkflowCache(services.workflows());
        cost = new CostMeter(settings.maxTotalCostUsd(), () -> noteTotalCost(services.audit()));
        JournalFiles files = new JournalFiles(settings.runsDirectory());
        RunMarkers markers = new RunMarkers(settings.dataDirectory());
        Walker walker = new Walker(new NodeExecutor(new EngineServices(
                contributions,
                types,
                workflows,
                services.processes(),
                services.workspaceRoots(),
                new RunTrees(services.worktrees(), markers, services.processes()::sandboxLevel),
                settings,
                new PluginThreads(PLUGIN_GRACE),
                leaseWatch,
                threads,
                services.instance().directory().resolve("scratch"),
                services.nanoTime())));
        settlement = new RunSettlement(
                registry,
                records,
                markers,
                services.audit(),
                new Retention(records, files, settings.runHistoryLimit(), history),
                history,
                services.clock());
        RunStarter starter = new RunStarter(
                new RunStarter.Environment(
                        services.instance(),
                        services.hub(),
                        services.audit(),
                        services.redactor(),
                        services.triggers(),
                        files,
                        journals,
                        markers,
                        cost,
                        new RunBudget.Limits(
                                settings.maxRunNodeExecutions(), settings.maxRunDuration(), settings.maxRunCostUsd()),
                        services.clock(),
                        services.nanoTime()),
                registry,
                walker,
                services.worktrees(),
                settlement,
                threads);
        recovery = new Recovery(
                services.instance(),
                services.processes(),
                services.worktrees(),
                records,
                markers,
                new JournalRepair(files),
                services.audit(),
                services.clock());
        recoveryRounds = new RecoveryRounds(recovery, this::holdsLease, this::lookAtQueue);
        OtherServers otherServers = new OtherServers(services.instance(), records, recovery, recoveryRounds);
        lease = new LeaseKeeper(records, services.complete(), new OnLease(), LEASE_MILLIS);
        dispatcher = new Dispatcher(
                new Dispatcher.Environment(
                        records,
                        workflows,
                        otherServers,
                        services.instance(),
                        services.hub(),
                        services.audit(),
                        cost,
                        services.clock()),
                registry,
                starter,
                this::holdsLease);
        runs = new RunService(
                workflows,
                registry,
                starter,
                settlement,
                otherServers,
                records,
                new RecordReader(files),
                cost,
                services.instance(),
                services.clock(),
                this::holdsLease,
                dispatcher::signal);
    }

    /** What the lease means to the engine. */
    private final class OnLease implements LeaseKeeper.Listener {
        @Override
        public boolean gained() throws InterruptedException {
            return recovery.recover(true);
        }

        @Override
        public void tick() {
            leaseWatch.check();
            if (lease.isHeld() && registry.freeSlots() > 0 && records.waitingCount() > 0) {
                dispatcher.signal();
            }
        }
    }

    private void noteTotalCost(AuditLog audit) {
        LOG.warn("no run starts any more, and what waits is held: {}", cost.message());
        audit.append(AuditEvent.of("budget.exceeded", Actor.SYSTEM)
                .outcome(AuditEvent.Outcome.ERROR)
                .with("budget", new CancelReason.OverBudget(cost.message()).setting())
                .with("reason", cost.message())
                .with("totalCostUsd", cost.totalUsd()));
    }

    private boolean holdsLease() {
        return lease.isHeld();
    }

    private void lookAtQueue() {
        dispatcher.signal();
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicLong number = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Ends the runs of dead servers, then begins to work. */
    public void start() throws InterruptedException {
        types.remember();
        typeWatch = contributions.onChange(() -> {
            types.remember();
            leaseWatch.check();
        });
        try {
            recovery.recover(false);
        } catch (RuntimeException unavailable) {
            LOG.error("runs of a server that died could not be looked for", unavailable);
        }
        registry.onRelease(dispatcher::signal);
        queueWatch = records.onQueueChange(dispatcher::signal);
        dispatcher.start();
        lease.start();
        recoveryRounds.start(RECOVERY_MILLIS);
    }

    public Runs runs() {
        return runs;
    }

    /** Takes nothing new, cancels what runs and records it; about two seconds at most. */
    @Override
    public void close() {
        queueWatch.close();
        typeWatch.close();
        registry.shutDown();
        recoveryRounds.close();
        dispatcher.close();
        try {
            if (!registry.awaitIdle(SETTLE_MILLIS)) {
                for (LiveRun run : registry.live()) {
                    settlement.settle(run, LiveRun.WalkEnd.CANCELLED);
                }
                registry.awaitIdle(RECORD_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        lease.close();
        journals.close();
        history.shutdown();
        threads.shutdown();
        try {
            history.awaitTermination(RECORD_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
