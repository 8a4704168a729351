package io.infloop.core.internal.process;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.sandbox.Confinement;
import io.infloop.core.internal.sandbox.Launch;
import io.infloop.core.internal.sandbox.SandboxLadder;
import io.infloop.core.process.ProcessOwner;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.spi.Registration;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts all children of the server and knows those that are alive. */
public final class ChildSupervisor implements ProcessSupervisor, AutoCloseable {
    /** Variable by which descendants of a child are recognised; must not begin with {@code INFLOOP_}. */
    static final String MARK = "IL_RUN_MARK";

    static final int MAX_CHILDREN = 256;

    private static final Logger LOGGER = LoggerFactory.getLogger(ChildSupervisor.class);

    private final ChildEnvironment environment;
    private final WorkingDirectories directories;
    private final Wrappers wrappers;
    private final PidFiles pidFiles;
    private final AuditLog audit;
    private final ScheduledExecutorService scheduler;
    private final Spawner spawner;
    private final Sandboxes sandboxes;
    private final KillLadder ladder;
    private final OrphanReaper reaper;
    private final ExecutorService executor;
    private final Set<Child> children = ConcurrentHashMap.newKeySet();
    private final CaptureBudget budget = CaptureBudget.ofHeap();
    private final Semaphore slots = new Semaphore(MAX_CHILDREN);
    private volatile boolean closed;

    /**
     * @param spawner closed with this
     * @param scheduler for timeouts; tasks are quick
     */
    public ChildSupervisor(
            ChildEnvironment environment,
            WorkingDirectories directories,
            Wrappers wrappers,
            Spawner spawner,
            Sandboxes sandboxes,
            PidFiles pidFiles,
            AuditLog audit,
            ScheduledExecutorService scheduler) {
        this.environment = environment;
        this.directories = directories;
        this.wrappers = wrappers;
        this.spawner = spawner;
        this.sandboxes = sandboxes;
        this.pidFiles = pidFiles;
        this.audit = audit;
        this.scheduler = scheduler;
        this.ladder = new KillLadder(new Signals(wrappers.kill()));
        this.reaper = new OrphanReaper(pidFiles, wrappers, audit);
        AtomicInteger number = new AtomicInteger();
        this.executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "infloop children " + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public ProcessLauncher launcherFor(ProcessOwner owner) {
        return spec -> start(spec, owner);
    }

    @Override
    public int reapOrphans() {
        try {
            return reaper.reap();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    @Override
    public int childCount() {
        return children.size();
    }

    SupervisedProcess start(ProcessSpec spec, ProcessOwner owner) throws SpawnException {
        if (closed) {
            throw new SpawnException("the server shuts down; nothing is started any more");
        }
        if (owner.cancellation().isCancelled()) {
            throw new SpawnException("not started: the run was cancelled");
        }
        if (!slots.tryAcquire()) {
            throw new SpawnException(MAX_CHILDREN + " programs run already; wait until one ends, or run less at once");
        }
        boolean started = false;
        try {
            Child child = spawn(spec, owner);
            started = true;
            return child;
        } finally {
            if (!started) {
                slots.release();
            }
        }
    }

    private Child spawn(ProcessSpec spec, ProcessOwner owner) throws SpawnException {
        Path directory = directories.resolve(spec, owner);
        Map<String, String> variables = environment.forChild(spec.envPassthrough(), spec.environment(), directory);
        String command = spec.command().get(0);
        Path program = Executables.resolve(command, directory, variables.get("PATH"));
        Confinement confinement = confinement(spec, owner);
        List<String> line = wrappers.prefix();
        line.addAll(confinement.command(new Launch(
                program,
                spec.command().subList(1, spec.command().size()),
                WorkingDirectories.realOrSame(directory),
                owner.defaultDirectory().map(WorkingDirectories::realOrSame).stream()
                        .toList())));
        String mark = pidFiles.marks().next();
        variables.put(MARK, mark);

        ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        if (spec.stdin().isEmpty()) {
            builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        }
        Process process = spawner.start(builder);
        long ticks = ProcFs.stat(process.pid()).map(ProcFs.Stat::startTicks).orElse(-1L);
        record(process, ticks, program, mark, owner);
        Child child = new Child(
                process,
                spec,
                confinement,
                budget,
                ladder,
                new Descendants(process.pid(), ticks, MARK + "=" + mark),
                executor);
        children.add(child);
        supervise(child, spec, owner);
        audit.append(AuditEvent.of("process.spawned", Actor.SYSTEM)
                .with("correlationId", owner.correlationId())
                .with("runId", owner.runId())
                .with("nodePath", owner.nodePath())
                .with("pluginId", owner.pluginId())
                .with("pid", process.pid())
                .with("command", command)
                .with("sandbox", confinement.level().id())
                .with("env", List.copyOf(variables.keySet())));
        if (closed) {
            child.stop();
        }
        return child;
    }

    private Confinement confinement(ProcessSpec spec, ProcessOwner owner) throws SpawnException {
        try {
            SandboxDemand demand = owner.sandbox().and(spec.sandbox());
            SandboxLadder available = sandboxes.ladder();
            Confinement confinement = available.choose(demand);
            if (!confinement.level().isAtLeast(demand.wanted())) {
                spec.notices()
                        .accept("[sandbox] the level " + demand.wanted().id()
                                + " was asked for and is not available here,"
                                + " the level " + confinement.level().id() + " is used: "
                                + available.report().obstacle(demand.wanted()));
            }
            return confinement;
        } catch (InterruptedException shutDown) {
            Thread.currentThread().interrupt();
            throw new SpawnException("not started: interrupted while the sandbox was tested", shutDown);
        }
    }

    private void supervise(Child child, ProcessSpec spec, ProcessOwner owner) {
        Registration cancellation = owner.cancellation().onCancel(child::stop);
        Future<?> timeout = spec.timeout().isZero() || spec.timeout().isNegative()
                ? null
                : scheduler.schedule(
                        () -> child.stop(Ending.TIMED_OUT), spec.timeout().toMillis(), TimeUnit.MILLISECONDS);
        child.supervise(() -> {
            children.remove(child);
            slots.release();
            pidFiles.remove(child.pid());
            cancellation.close();
            if (timeout != null) {
                timeout.cancel(false);
            }
        });
    }

    /** A child that no later server could find must not run. */
    private void record(Process process, long ticks, Path program, String mark, ProcessOwner owner)
            throws SpawnException {
        try {
            pidFiles.write(process.pid(), ticks, program.toString(), mark, owner);
        } catch (IOException notRecorded) {
            process.toHandle().destroyForcibly();
            throw new SpawnException(
                    "the child could not be recorded in the data directory and was stopped; make room or make it"
                            + " writable",
                    notRecorded);
        }
    }

    /** Stops everything: softly, after the grace by force. */
    @Override
    public void close() {
        closed = true;
        List<Child> alive = List.copyOf(children);
        if (!alive.isEmpty()) {
            LOGGER.info("stopping {} child processes", alive.size());
        }
        alive.forEach(Child::stop);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * KillLadder.GRACE_MILLIS);
        for (Child child : alive) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (!child.awaitQuietly(Math.max(0, left))) {
                child.killNow();
                child.awaitQuietly(500);
            }
        }
        spawner.close();
        executor.shutdown();
    }
}
