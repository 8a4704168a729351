package io.infloop.store.internal;

import io.infloop.core.audit.Redactor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.json.Jsons;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Connection;
import io.infloop.store.ConnectionStore;
import io.infloop.store.WorkflowStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections as files {@code <id>.json}, before those of an earlier version under their old name. */
@Component(service = ConnectionStore.class, immediate = true)
public final class FileConnectionStore implements ConnectionStore {
    static final String OLD_SUFFIX = ".hermes.local.json";
    private static final Logger LOG = LoggerFactory.getLogger(FileConnectionStore.class);
    private static final long MAX_BYTES = 1024 * 1024;
    private static final long POLL_MILLIS = 400;

    private final JsonDirectory<ConnectionDocument> files;
    private final JsonDirectory<ConnectionDocument> oldFiles;
    private final StoreGuard guard;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Object changing = new Object();
    private final Poller poller;
    private final ProblemLog problemLog = new ProblemLog("Connection");

    @Activate
    public FileConnectionStore(
            @Reference Settings settings, @Reference ServerInstance server, @Reference Redactor redactor) {
        this(
                settings.connectionsDirectory(),
                redactor,
                server.isReadOnly(),
                Clock.systemUTC(),
                POLL_MILLIS,
                JsonDirectory.MAX_FILES);
    }

    FileConnectionStore(
            Path directory, Redactor redactor, boolean readOnly, Clock clock, long pollMillis, int maxFiles) {
        FileKind<ConnectionDocument> kind = new FileKind<>(
                MAX_BYTES,
                Ids::isConnectionId,
                UnaryOperator.identity(),
                ConnectionDocument::parse,
                file -> redactor.add(file.connection().token()));
        oldFiles = new JsonDirectory<>(StoreDirectory.withSuffix(directory, OLD_SUFFIX), maxFiles, clock, kind);
        // A new file that is broken while it is being written does not end the use of the old one.
        files = new JsonDirectory<>(
                StoreDirectory.withoutSuffix(directory, OLD_SUFFIX), maxFiles, clock, kind, oldFiles::find);
        guard = new StoreGuard("connection", readOnly, Ids::isConnectionId, files::isUsable);
        poller = new Poller("infloop-connections", pollMillis, this::poll);
        if (!readOnly) {
            files.prepare("connections");
        }
        // The new names first: a broken file of today is not replaced by whatever an old one says.
        files.refresh();
        oldFiles.refresh();
        if (!files.isUsable()) {
            LOG.error(
                    "The connections directory {} cannot be read; connections are unavailable until it can", directory);
        }
        problemLog.report(problems());
        poller.start();
    }

    @Override
    public Optional<Connection> find(String id) {
        guard.requireId(id);
        guard.requireUsable();
        Optional<ConnectionDocument> known = stored(id);
        if (known.isEmpty() && !files.holds(id)) {
            known = files.findOrLook(id);
            if (!files.holds(id)) {
                known = oldFiles.findOrLook(id);
            }
        }
        return known.map(ConnectionDocument::connection);
    }

    private Optional<ConnectionDocument> stored(String id) {
        return files.holds(id) ? files.find(id) : oldFiles.find(id);
    }

    @Override
    public List<Connection> list() {
        guard.requireUsable();
        return inUse().map(ConnectionDocument::connection)
                .sorted(Comparator.comparing(Connection::label).thenComparing(Connection::id))
                .toList();
    }

    private Stream<ConnectionDocument> inUse() {
        return Stream.concat(
                files.values().stream(),
                oldFiles.values().stream()
                        .filter(old -> !files.holds(old.connection().id())));
    }

    @Override
    public Connection save(Connection connection) {
        String id = connection.id();
        guard.requireId(id);
        guard.requireWritable();
        Connection saved;
        synchronized (changing) {
            // Another server or a person may have written since the last look.
            files.refresh(id);
            oldFiles.refresh(id);
            JsonObject document = ConnectionDocument.merge(
                    stored(id).map(ConnectionDocument::raw).orElse(JsonObject.EMPTY), connection);
            requireUsable(id, document);
            try {
                saved = files.write(id, Jsons.PRETTY.writeValueAsBytes(Jsons.tree(document)))
                        .map(ConnectionDocument::connection)
                        .orElseThrow(() -> StoreErrors.unreadable("connections"));
                oldFiles.delete(id);
            } catch (IOException unwritable) {
                throw StoreErrors.unwritable("connections", unwritable);
            }
        }
        changed();
        return saved;
    }

    private static void requireUsable(String id, JsonObject document) {
        String reason;
        try {
            if (ConnectionDocument.parse(id, document, 0).skippedPorts() == 0) {
                return;
            }
            reason = "each of its \"ports\" needs a number from 1 to 65535, given once, and a profile";
        } catch (RefusedFileException refused) {
            reason = refused.getMessage();
        }
        throw new InfloopException(ErrorCode.INVALID_BODY, "the connection cannot be saved: " + reason);
    }

    @Override
    public boolean delete(String id) {
        guard.requireId(id);
        guard.requireWritable();
        boolean existed;
        synchronized (changing) {
            try {
                // The old name first: if only that succeeds the connection stays what it is, instead of becoming what
                // it was.
                existed = oldFiles.delete(id) | files.delete(id);
            } catch (IOException undeletable) {
                throw StoreErrors.unwritable("connections", undeletable);
            }
        }
        if (existed) {
            changed();
        }
        return existed;
    }

    @Override
    public List<WorkflowStore.FileProblem> problems() {
        List<WorkflowStore.FileProblem> problems = new ArrayList<>(files.problems());
        oldFiles.problems().stream()
                .filter(problem -> !problems.contains(problem))
                .forEach(problems::add);
        addSkippedPorts(problems, files, id -> true);
        addSkippedPorts(problems, oldFiles, id -> !files.holds(id));
        return List.copyOf(problems);
    }

    private static void addSkippedPorts(
            List<WorkflowStore.FileProblem> problems,
            JsonDirectory<ConnectionDocument> directory,
            Predicate<String> counts) {
        directory.values().stream()
                .filter(file -> file.skippedPorts() > 0)
                .map(file -> file.connection().id())
                .filter(counts)
                .sorted()
                .map(id -> new WorkflowStore.FileProblem(
                        id + directory.suffix(),
                        "is used without some of its ports: each needs a \"port\" from 1 to 65535, given once, and a"
                                + " \"profile\""))
                .forEach(problems::add);
    }

    @Override
    public Registration onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void poll() {
        Set<String> changed = files.refresh();
        changed.addAll(oldFiles.refresh());
        if (!changed.isEmpty()) {
            changed();
        }
        problemLog.report(problems());
    }

    private void changed() {
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException failure) {
                LOG.warn("A listener of the connection store failed", failure);
            }
        }
    }

    @Deactivate
    void close() {
        poller.close();
        files.close();
        oldFiles.close();
    }
}
