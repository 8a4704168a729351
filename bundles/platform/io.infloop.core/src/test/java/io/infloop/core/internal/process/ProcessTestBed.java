package io.infloop.core.internal.process;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.instance.LocalServerInstance;
import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A supervisor with everything around it, in a temporary data directory. */
final class ProcessTestBed implements AutoCloseable {
    final Path data;
    final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    final AuditLog audit = new RecordingAudit(audited);
    final Wrappers wrappers = Wrappers.find(System.getenv("PATH"));
    final PidFiles pidFiles;
    final LocalServerInstance instance;
    final ChildSupervisor supervisor;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

    ProcessTestBed(Path data, Map<String, String> environment, Wrappers wrappers) throws IOException {
        this(data, environment, wrappers, List.of());
    }

    ProcessTestBed(Path data, Map<String, String> environment, Wrappers wrappers, List<Path> workspaceRoots)
            throws IOException {
        this.data = data;
        Files.createDirectories(data.resolve("pids"));
        this.instance = new LocalServerInstance("test", data, Optional.empty(), "0", false);
        this.pidFiles = new PidFiles(data, instance);
        this.supervisor = new ChildSupervisor(
                new ChildEnvironment(environment, List.of()),
                new WorkingDirectories(workspaceRoots, instance.directory()),
                wrappers,
                pidFiles,
                audit,
                scheduler);
    }

    ProcessTestBed(Path data) throws IOException {
        this(
                data,
                Map.of("PATH", System.getenv("PATH"), "INFLOOP_API_TOKEN", "canary"),
                Wrappers.find(System.getenv("PATH")));
    }

    ProcessOwner owner(Cancellation cancellation) {
        return owner(cancellation, Optional.of(data));
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
