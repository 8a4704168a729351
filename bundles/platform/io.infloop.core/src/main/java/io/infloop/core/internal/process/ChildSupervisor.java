package io.infloop.core.internal.process;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.egress.EgressSession;
import io.infloop.core.internal.sandbox.Confinement;
import io.infloop.core.internal.sandbox.JailConfinement;
import io.infloop.core.internal.sandbox.Launch;
import io.infloop.core.internal.sandbox.SandboxLadder;
import io.infloop.core.internal.sandbox.UserConfinement;
import io.infloop.core.process.ProcessOwner;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.spi.Registration;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts all children of the server and knows those that are alive. */
public final class ChildSupervisor implements ProcessSupervisor, AutoCloseable {
    /** Variable by which descendants of a child are recognised; must not begin with {@code INFLOOP_}. */
    static final String MARK = "IL_RUN_MARK";

    static final int MAX_CHILDREN = 256;

    /** Variables that name certificates, which must be readable for the child. */
    private static final List<String> CERTIFICATES = List.of(
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "NODE_EXTRA_CA_CERTS",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO");

    private static final Set<String> TEMPORARY = Set.of("TMPDIR", "TEMP", "TMP");

    private static final Logger LOGGER = LoggerFactory.getLogger(ChildSupervisor.class);

    private final ChildEnvironment environment;
    private final WorkingDirectories directories;
    private final Wrappers wrappers;
    private final PidFiles pidFiles;
    private final AuditLog audit;
    private final ScheduledExecutorService scheduler;
    private final Spawner spawner;
    private final Sandboxes sandboxes;
    private final EgressRules egressRules;
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
            EgressRules egressRules,
            PidFiles pidFiles,
            AuditLog audit,
            ScheduledExecutorService scheduler) {
        this.environment = environment;
        this.directories = directories;
        this.wrappers = wrappers;
        this.spawner = spawner;
        this.sandboxes = sandboxes;
        this.egressRules = egressRules;
        this.pidFiles = pidFiles;
        this.audit = audit;
        this.scheduler = scheduler;
        this.ladder = new KillLadder(new Signals(wrappers.kill()));
        this.reaper = new OrphanReaper(pidFiles, wrappers, audit);
        this.executor = executor();
    }

    private static ExecutorService executor() {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "infloop children " + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        // A child that was just being started when the server shut down is still read and ended.
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                60,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads,
                (task, shutDown) -> threads.newThread(task).start());
    }

    @Override
    public ProcessLauncher launcherFor(ProcessOwner owner) {
        return spec -> start(spec, owner);
    }

    @Override
    public ProcessLauncher ownLauncherFor(ProcessOwner owner) {
        return spec -> start(spec, owner, () -> ladder().own());
    }

    @Override
    public SandboxLevel sandboxLevel() {
        try {
            return sandboxes.ladder().report().inForce();
        } catch (InterruptedException shutDown) {
            Thread.currentThread().interrupt();
            return SandboxLevel.OFF;
        }
    }

    @Override
    public SandboxLevel sandboxLevel(SandboxDemand demand) {
        try {
            return sandboxes.ladder().level(demand);
        } catch (InterruptedException shutDown) {
            Thread.currentThread().interrupt();
            return SandboxLevel.OFF;
        }
    }

    @Override
    public Optional<Path> placeFor(SandboxDemand demand) throws IOException {
        SandboxLadder available = ladder();
        Optional<UserConfinement> user = available.user();
        return user.isPresent() && available.level(demand) == SandboxLevel.USER
                ? Optional.of(user.get().place())
                : Optional.empty();
    }

    @Override
    public void handOver(Path tree) throws IOException {
        ladder().user()
                .orElseThrow(() -> new IOException("children run as no other user here"))
                .give(tree);
    }

    @Override
    public void takeBack(Path tree) throws IOException {
        Optional<UserConfinement> user = ladder().user();
        if (user.isPresent()) {
            user.get().takeBack(tree);
        }
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
        return start(spec, owner, () -> confinement(spec, owner));
    }

    private interface ConfinementChoice {
        Confinement choose() throws SpawnException;
    }

    private SupervisedProcess start(ProcessSpec spec, ProcessOwner owner, ConfinementChoice choice)
            throws SpawnException {
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
            Child child = spawn(spec, owner, choice);
            started = true;
            return child;
        } finally {
            if (!started) {
                slots.release();
            }
        }
    }

    private Child spawn(ProcessSpec spec, ProcessOwner owner, ConfinementChoice choice) throws SpawnException {
        Path directory = directories.resolve(spec, owner);
        Map<String, String> variables = environment.forChild(spec.envPassthrough(), spec.environment(), directory);
        String command = spec.command().get(0);
        Path program = Executables.resolve(command, directory, variables.get("PATH"));
        Confinement confinement = choice.choose();
        if (confinement.level() != SandboxLevel.OFF) {
            LoaderVariables.remove(variables, spec.notices());
        }
        homeOfUser(confinement, directory, spec, variables);
        String mark = pidFiles.marks().next();
        Optional<RunPlace> place = place(confinement, spec, owner, variables);
        Optional<EgressSession> egress = Optional.empty();
        Optional<Launch> prepared = Optional.empty();
        boolean started = false;
        try {
            egress = egressRules.open(spec, owner, place, variables, executor);
            variables.put(MARK, mark);
            Launch launch = launch(program, spec, owner, directory, variables, place);
            confinement.prepare(launch);
            prepared = Optional.of(launch);
            long startedAt = System.nanoTime();
            Process process = spawn(confinement, launch, spec, variables);
            long ticks = ProcFs.stat(process.pid()).map(ProcFs.Stat::startTicks).orElse(-1L);
            record(process, ticks, program, mark, owner);
            Child child = new Child(
                    process,
                    spec,
                    confinement,
                    budget,
                    ladder,
                    new Descendants(process.pid(), ticks, MARK + "=" + mark, OptionalLong.of(startedAt)),
                    executor);
            children.add(child);
            supervise(child, spec, owner, place, egress, () -> confinement.finished(launch));
            started = true;
            audit.append(AuditEvent.of("process.spawned", Actor.SYSTEM)
                    .with("correlationId", owner.correlationId())
                    .with("runId", owner.runId())
                    .with("nodePath", owner.nodePath())
                    .with("pluginId", owner.pluginId())
                    .with("pid", process.pid())
                    .with("command", command)
                    .with("sandbox", confinement.level().id())
                    .with("egress", egress.isPresent() ? "proxy" : place.isPresent() ? "none" : "open")
                    .with("env", List.copyOf(variables.keySet())));
            if (closed) {
                child.stop();
            }
            return child;
        } finally {
            if (!started) {
                prepared.ifPresent(confinement::finished);
                egress.ifPresent(EgressSession::close);
                place.ifPresent(RunPlace::close);
            }
        }
    }

    private Process spawn(Confinement confinement, Launch launch, ProcessSpec spec, Map<String, String> variables)
            throws SpawnException {
        List<String> line = wrappers.prefix();
        line.addAll(confinement.command(launch));
        ProcessBuilder builder =
                new ProcessBuilder(line).directory(launch.directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        if (spec.stdin().isEmpty()) {
            builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        }
        return spawner.start(builder);
    }

    /** The server's own would be closed to that user. */
    private static void homeOfUser(
            Confinement confinement, Path directory, ProcessSpec spec, Map<String, String> variables) {
        if (confinement instanceof UserConfinement user && !spec.environment().containsKey("HOME")) {
            variables.put("HOME", user.home().orElse(directory).toString());
            variables.keySet().removeIf(name -> name.startsWith("XDG_"));
        }
    }

    /** For the jail; its HOME is private, and so are the places that only make sense with the real one. */
    private Optional<RunPlace> place(
            Confinement confinement, ProcessSpec spec, ProcessOwner owner, Map<String, String> variables)
            throws SpawnException {
        if (confinement.level() != SandboxLevel.JAIL) {
            return Optional.empty();
        }
        try {
            RunPlace place = RunPlace.create(
                    sandboxes.place(),
                    spec.declaresEgress() || owner.egressAllowlist().isPresent(),
                    Path.of(variables.get("HOME")),
                    spec.credentialFiles(),
                    sandboxes.hidden());
            variables.put("HOME", JailConfinement.HOME.toString());
            variables.keySet().removeIf(name -> name.startsWith("XDG_") || TEMPORARY.contains(name));
            return Optional.of(place);
        } catch (IOException failed) {
            throw new SpawnException(
                    "the private directories of the jail could not be made: " + failed.getMessage(), failed);
        }
    }

    private Launch launch(
            Path program,
            ProcessSpec spec,
            ProcessOwner owner,
            Path directory,
            Map<String, String> variables,
            Optional<RunPlace> place) {
        List<Path> readable = new ArrayList<>();
        Stream.of(variables.getOrDefault("PATH", "").split(":", -1)).forEach(entry -> addPlace(entry, readable));
        CERTIFICATES.forEach(name -> addPlace(variables.getOrDefault(name, ""), readable));
        Path real = WorkingDirectories.realOrSame(directory);
        return new Launch(
                program,
                spec.command().subList(1, spec.command().size()),
                real,
                Stream.concat(
                                owner
                                        .defaultDirectory()
                                        .map(own -> own.equals(directory) ? real : WorkingDirectories.realOrSame(own))
                                        .stream(),
                                Stream.of(real).filter(directories.shared()::equals))
                        .toList(),
                readable,
                place.map(RunPlace::jail));
    }

    private static void addPlace(String path, List<Path> places) {
        if (path.startsWith("/")) {
            places.add(Path.of(path));
        }
    }

    private Confinement confinement(ProcessSpec spec, ProcessOwner owner) throws SpawnException {
        SandboxDemand demand = owner.sandbox().and(spec.sandbox());
        SandboxLadder available = ladder();
        Confinement confinement = available.choose(demand);
        if (!confinement.level().isAtLeast(demand.wanted())) {
            spec.notices()
                    .accept("[sandbox] the level " + demand.wanted().id()
                            + " was asked for and is not available here,"
                            + " the level " + confinement.level().id() + " is used: "
                            + available.report().obstacle(demand.wanted()));
        }
        return confinement;
    }

    private SandboxLadder ladder() throws SpawnException {
        try {
            return sandboxes.ladder();
        } catch (InterruptedException shutDown) {
            Thread.currentThread().interrupt();
            throw new SpawnException("not started: interrupted while the sandbox was tested", shutDown);
        }
    }

    private void supervise(
            Child child,
            ProcessSpec spec,
            ProcessOwner owner,
            Optional<RunPlace> place,
            Optional<EgressSession> egress,
            Runnable finished) {
        Registration cancellation = owner.cancellation().onCancel(child::stop);
        Future<?> timeout = spec.timeout().isZero() || spec.timeout().isNegative()
                ? null
                : scheduler.schedule(
                        () -> child.stop(Ending.TIMED_OUT), spec.timeout().toMillis(), TimeUnit.MILLISECONDS);
        child.supervise(() -> {
            children.remove(child);
            finished.run();
            slots.release();
            pidFiles.remove(child.pid());
            egress.ifPresent(EgressSession::close);
            place.ifPresent(RunPlace::close);
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
        sandboxes.close();
        executor.shutdown();
    }
}
