package io.infloop.bench.spawn;

import io.infloop.core.internal.audit.FileAuditLog;
import io.infloop.core.internal.audit.KnownSecrets;
import io.infloop.core.internal.egress.SelectorEgressGateway;
import io.infloop.core.internal.instance.LocalServerInstance;
import io.infloop.core.internal.process.ChildEnvironment;
import io.infloop.core.internal.process.ChildSupervisor;
import io.infloop.core.internal.process.EgressRules;
import io.infloop.core.internal.process.PidFiles;
import io.infloop.core.internal.process.Sandboxes;
import io.infloop.core.internal.process.Spawner;
import io.infloop.core.internal.process.WorkingDirectories;
import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.internal.sandbox.SandboxTools;
import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The supervisor of a server at one level, with the audit and the records in the data directory that the server has. */
final class SupervisedLevel implements AutoCloseable {
    private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
    private static final long AUDIT_BYTES = 64L * 1024 * 1024;

    private final SandboxLevel level;
    private final Path place;
    private final FileAuditLog audit;
    private final SelectorEgressGateway egress;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final Sandboxes sandboxes;
    private final ChildSupervisor supervisor;
    private final ProcessLauncher launcher;

    /**
     * @param root for the data directory; must not exist
     * @param work where the children work
     */
    SupervisedLevel(SandboxLevel level, Path root, Path work, Wrappers wrappers) throws IOException {
        this.level = level;
        Path data = root.resolve("data");
        Files.createDirectories(data.resolve("pids"));
        Path auditDirectory = Files.createDirectories(data.resolve("audit"));
        KnownSecrets secrets = new KnownSecrets();
        this.audit = new FileAuditLog(
                auditDirectory, auditDirectory.resolve("key"), AUDIT_BYTES, 1, secrets, Clock.systemUTC(), false);
        audit.prepare();
        LocalServerInstance instance = new LocalServerInstance("bench", data, Optional.empty(), "0", false);
        this.place = instance.directory().resolve("jail");
        Spawner spawner = new Spawner();
        this.sandboxes = new Sandboxes(
                new SandboxSettings(Optional.of(level), SandboxLevel.OFF, "nobody", List.of(data)),
                SandboxTools.find(name -> Wrappers.locate(name, PATH)),
                wrappers,
                spawner,
                place);
        this.egress = new SelectorEgressGateway(audit, secrets);
        this.supervisor = new ChildSupervisor(
                new ChildEnvironment(environment(work), List.of()),
                new WorkingDirectories(List.of(), instance.directory()),
                wrappers,
                spawner,
                sandboxes,
                new EgressRules(egress, EgressRules.Enforcement.OFF),
                new PidFiles(data, instance),
                audit,
                scheduler);
        this.launcher = supervisor.launcherFor(new ProcessOwner(
                "bench",
                Optional.of("run-1"),
                Optional.of("node-1"),
                Optional.of("cid_0123456789abcdef"),
                Cancellation.NEVER,
                Optional.of(work)));
    }

    static Wrappers wrappers() {
        return Wrappers.find(PATH);
    }

    /** What all children get here, however they are started. */
    static Map<String, String> environment(Path work) {
        return Map.of("PATH", PATH, "HOME", work.toString());
    }

    /** Why this machine cannot do the level; tests it first. */
    Optional<String> obstacle() throws InterruptedException {
        SandboxReport report = sandboxes.ladder().report();
        return report.inForce() == level ? Optional.empty() : Optional.of(report.obstacle(level));
    }

    /** The directory of what jails need. */
    Path place() {
        return place;
    }

    /** Starts a child and waits until it and everything about it is gone. */
    void run(List<String> command) throws SpawnException, InterruptedException {
        ProcessExit exit = launcher.start(ProcessSpec.builder(command).build()).await();
        if (!exit.isSuccess()) {
            throw new IllegalStateException("level " + level.id() + ": " + exit);
        }
    }

    @Override
    public void close() {
        supervisor.close();
        egress.close();
        scheduler.shutdownNow();
        audit.close();
    }
}
