package io.infloop.core.internal.process;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.audit.KnownSecrets;
import io.infloop.core.internal.egress.SelectorEgressGateway;
import io.infloop.core.internal.instance.LocalServerInstance;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.internal.sandbox.SandboxTools;
import io.infloop.core.internal.testing.Prerequisites;
import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;

/** A supervisor with everything around it, in a temporary data directory. */
final class ProcessTestBed implements AutoCloseable {
    private static final String PATH = System.getenv("PATH");

    /** Where children work. */
    final Path work;

    final Path data;
    final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    final AuditLog audit = new RecordingAudit(audited);
    final Wrappers wrappers;
    final PidFiles pidFiles;
    final LocalServerInstance instance;
    final Sandboxes sandboxes;
    final ChildSupervisor supervisor;
    private final SelectorEgressGateway egress;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

    /** @param sandbox makes the operator's settings out of the data directory */
    ProcessTestBed(
            Path work,
            Map<String, String> environment,
            Wrappers wrappers,
            List<Path> workspaceRoots,
            Function<Path, SandboxSettings> sandbox)
            throws IOException {
        this(work, environment, wrappers, workspaceRoots, sandbox, tools());
    }

    ProcessTestBed(
            Path work,
            Map<String, String> environment,
            Wrappers wrappers,
            List<Path> workspaceRoots,
            Function<Path, SandboxSettings> sandbox,
            SandboxTools tools)
            throws IOException {
        this.work = work;
        this.data = work.resolve("infloop-data");
        this.wrappers = wrappers;
        Files.createDirectories(data.resolve("pids"));
        this.instance = new LocalServerInstance("test", data, Optional.empty(), "0", false);
        this.pidFiles = new PidFiles(data, instance);
        Spawner spawner = new Spawner();
        this.sandboxes = new Sandboxes(
                sandbox.apply(data),
                tools,
                wrappers,
                spawner,
                instance.directory().resolve("jail"));
        this.egress = new SelectorEgressGateway(audit, new KnownSecrets());
        this.supervisor = new ChildSupervisor(
                new ChildEnvironment(environment, List.of()),
                new WorkingDirectories(workspaceRoots, instance.directory()),
                wrappers,
                spawner,
                sandboxes,
                new EgressRules(egress, EgressRules.Enforcement.OFF),
                pidFiles,
                audit,
                scheduler);
    }

    ProcessTestBed(Path work, Function<Path, SandboxSettings> sandbox) throws IOException {
        this(work, Map.of("PATH", PATH, "INFLOOP_API_TOKEN", "canary"), Wrappers.find(PATH), List.of(), sandbox);
    }

    /** At the level that this machine offers when the operator says nothing. */
    ProcessTestBed(Path work) throws IOException {
        this(work, SandboxSettings::auto);
    }

    /** At that level; skips the test with the reason where the machine does not do it. */
    static ProcessTestBed at(SandboxLevel level, Path work) throws IOException, InterruptedException {
        return at(level, false, work);
    }

    /** In the jail with that program as the bridge, or none. */
    static ProcessTestBed jail(Path work, Path bridge) throws IOException, InterruptedException {
        at(SandboxLevel.JAIL, work).close();
        SandboxTools own = tools();
        return new ProcessTestBed(
                work,
                Map.of("PATH", PATH),
                Wrappers.find(PATH),
                List.of(),
                data -> new SandboxSettings(Optional.of(SandboxLevel.JAIL), SandboxLevel.OFF, "nobody", List.of(data)),
                new SandboxTools(
                        own.sh(),
                        own.setsid(),
                        own.setpriv(),
                        own.unshare(),
                        own.mount(),
                        own.bwrap(),
                        Optional.ofNullable(bridge),
                        own.uid(),
                        own.gid(),
                        own.pid()));
    }

    /** @param unprivileged as the children of a server that is not root; needs a test that is */
    static ProcessTestBed at(SandboxLevel level, boolean unprivileged, Path work)
            throws IOException, InterruptedException {
        Function<Path, SandboxSettings> sandbox =
                data -> new SandboxSettings(Optional.of(level), SandboxLevel.OFF, "nobody", List.of(data));
        ProcessTestBed bed = unprivileged ? Unprivileged.bed(work, sandbox) : new ProcessTestBed(work, sandbox);
        SandboxReport report = bed.sandboxes.ladder().report();
        if (report.inForce() != level) {
            bed.close();
            Assumptions.assumeFalse(
                    level == SandboxLevel.USER && tools().uid() != 0, "only root can start children as another user");
            Prerequisites.require(false, "level " + level.id() + " is not available here: " + report.obstacle(level));
        }
        if (level == SandboxLevel.USER) {
            Unprivileged.give(work);
        }
        return bed;
    }

    static SandboxTools tools() {
        return SandboxTools.find(name -> Wrappers.locate(name, PATH));
    }

    ProcessOwner owner(Cancellation cancellation) {
        return owner(cancellation, Optional.of(work));
    }

    ProcessOwner owner(Cancellation cancellation, Optional<Path> directory) {
        return new ProcessOwner(
                "test-plugin",
                Optional.of("run-1"),
                Optional.of("node-1"),
                Optional.of("cid_0123456789abcdef"),
                cancellation,
                directory);
    }

    ProcessSpec.Builder shell(String script) {
        return ProcessSpec.builder(List.of("sh", "-c", script));
    }

    @Override
    public void close() {
        supervisor.close();
        egress.close();
        scheduler.shutdownNow();
    }

    private record RecordingAudit(List<AuditEvent> events) implements AuditLog {
        @Override
        public void append(AuditEvent event) {
            events.add(event);
        }

        @Override
        public long writeErrors() {
            return 0;
        }

        @Override
        public Page read(Query query) {
            throw new UnsupportedOperationException();
        }
    }
}
