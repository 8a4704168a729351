package io.infloop.store.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.json.Jsons;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Workflows as files {@code <id>.json} of the user's directory, before those of the read-only library. */
@Component(service = WorkflowStore.class, immediate = true)
public final class FileWorkflowStore implements WorkflowStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileWorkflowStore.class);
    private static final long MAX_BYTES = 8L * 1024 * 1024;
    private static final long POLL_MILLIS = 400;

    /** @param triggers inline triggers of an earlier version */
    private record WorkflowFile(StoredWorkflow workflow, boolean listed, List<Trigger> triggers) {}

    private final TriggerStore triggers;
    private final Clock clock;
    private final boolean readOnly;
    private final AtomicLong generation = new AtomicLong();
    private final JsonDirectory<WorkflowFile> user;
    private final StoreGuard guard;
    private final JsonDirectory<WorkflowFile> library;
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Object changing = new Object();
    private final Poller poller;
    private final ProblemLog problemLog = new ProblemLog("Workflow");

    @Activate
    public FileWorkflowStore(
            @Reference Settings settings, @Reference ServerInstance server, @Reference TriggerStore triggers) {
        this(
                settings.workflowsDirectory(),
                settings.libraryDirectory(),
                triggers,
                server.isReadOnly(),
                Clock.systemUTC(),
                POLL_MILLIS);
    }

    FileWorkflowStore(
            Path workflows, Path library, TriggerStore triggers, boolean readOnly, Clock clock, long pollMillis) {
        this.triggers = triggers;
        this.readOnly = readOnly;
        this.clock = clock;
        user = directory(workflows, StoredWorkflow.Source.USER);
        this.library = directory(library, StoredWorkflow.Source.LIBRARY);
        guard = new StoreGuard("workflow", readOnly, Ids::isWorkflowId, user::isUsable);
        poller = new Poller("infloop-workflows", pollMillis, this::refresh);
        if (!readOnly) {
            user.prepare("workflows");
        }
        refresh();
        if (!user.isUsable()) {
            LOG.error("The workflows directory {} cannot be read; workflows are unavailable until it can", workflows);
        }
        poller.start();
    }

    private JsonDirectory<WorkflowFile> directory(Path path, StoredWorkflow.Source source) {
        String prefix = source == StoredWorkflow.Source.LIBRARY ? "library/" : "";
        return new JsonDirectory<>(
                StoreDirectory.of(path),
                JsonDirectory.MAX_FILES,
                clock,
                new FileKind<>(
                        MAX_BYTES,
                        Ids::isWorkflowId,
                        prefix::concat,
                        (id, document, modifiedAt) -> parse(id, document, modifiedAt, source),
                        file -> () -> {}));
    }

    private WorkflowFile parse(String id, JsonObject document, long modifiedAt, StoredWorkflow.Source source)
            throws RefusedFileException {
        if (!id.equals(document.get("id"))) {
            throw new RefusedFileException("its \"id\" is not the name of the file");
        }
        Optional<Number> version = document.number("version");
        Optional<Number> updatedAt = document.number("updatedAt");
        boolean listed = document.string("name").isPresent() && version.isPresent() && updatedAt.isPresent();
        StoredWorkflow workflow = new StoredWorkflow(
                id,
                version.map(Number::longValue).orElse(0L),
                updatedAt.map(Number::longValue).orElse(modifiedAt),
                WorkflowMigration.migrate(document),
                source,
                generation.incrementAndGet());
        return new WorkflowFile(
                workflow,
                listed,
                source == StoredWorkflow.Source.USER
                        ? WorkflowMigration.inlineTriggers(id, document, clock.millis())
                        : List.of());
    }

    @Override
    public Optional<StoredWorkflow> find(String id) {
        guard.requireId(id);
        guard.requireUsable();
        return user.find(id)
                .or(() -> library.find(id))
                .or(() -> user.findOrLook(id))
                .map(WorkflowFile::workflow);
    }

    @Override
    public List<StoredWorkflow> list() {
        guard.requireUsable();
        Map<String, StoredWorkflow> byId = new HashMap<>();
        for (JsonDirectory<WorkflowFile> directory : List.of(library, user)) {
            for (WorkflowFile file : directory.values()) {
                if (file.listed()) {
                    byId.put(file.workflow().id(), file.workflow());
                }
            }
        }
        return byId.values().stream()
                .sorted(Comparator.comparingLong(StoredWorkflow::updatedAt)
                        .reversed()
                        .thenComparing(StoredWorkflow::id))
                .toList();
    }

    @Override
    public StoredWorkflow save(JsonObject document, Optional<Long> expectedVersion) {
        String id = document.string("id").orElseThrow(() -> StoreErrors.invalidId("workflow"));
        guard.requireId(id);
        guard.requireWritable();
        StoredWorkflow saved;
        synchronized (changing) {
            // Another server or a person may have written since the last look.
            user.refresh(id);
            importTriggers(Set.of(id));
            Optional<StoredWorkflow> stored = find(id);
            long storedVersion = stored.map(StoredWorkflow::version).orElse(0L);
            if (expectedVersion.isPresent() && expectedVersion.get() != storedVersion) {
                throw new InfloopException(
                        ErrorCode.CONFLICT,
                        "workflow " + id + " was saved by somebody else: version " + storedVersion + " is stored, not "
                                + expectedVersion.get() + "; load it again");
            }
            long now = clock.millis();
            JsonObject written = WorkflowMigration.migrate(document).toBuilder()
                    .put("version", storedVersion + 1)
                    .put("createdAt", createdAt(stored, document, now))
                    .put("updatedAt", now)
                    .build();
            saved = write(id, written);
        }
        changed(Set.of(id));
        return saved;
    }

    private StoredWorkflow write(String id, JsonObject document) {
        try {
            byte[] content = Jsons.PRETTY.writeValueAsBytes(Jsons.tree(document));
            if (content.length > MAX_BYTES) {
                throw new InfloopException(
                        ErrorCode.PAYLOAD_TOO_LARGE, "a workflow may have at most " + MAX_BYTES + " bytes");
            }
            return user.write(id, content)
                    .map(WorkflowFile::workflow)
                    .orElseThrow(() -> StoreErrors.unreadable("workflows"));
        } catch (JsonProcessingException unwritable) {
            throw new IllegalArgumentException("not writable as JSON", unwritable);
        } catch (IOException unwritable) {
            throw StoreErrors.unwritable("workflows", unwritable);
        }
    }

    private static long createdAt(Optional<StoredWorkflow> stored, JsonObject document, long now) {
        return stored.flatMap(workflow -> workflow.document().number("createdAt"))
                .or(() -> document.number("createdAt"))
                .map(Number::longValue)
                .orElse(now);
    }

    @Override
    public boolean delete(String id) {
        guard.requireId(id);
        guard.requireWritable();
        boolean existed;
        synchronized (changing) {
            try {
                existed = user.delete(id);
            } catch (IOException undeletable) {
                throw StoreErrors.unwritable("workflows", undeletable);
            }
        }
        if (existed) {
            changed(Set.of(id));
        }
        return existed;
    }

    @Override
    public List<FileProblem> problems() {
        List<FileProblem> problems = new ArrayList<>(user.problems());
        problems.addAll(library.problems());
        addUnlisted(problems, user, "");
        addUnlisted(problems, library, "library/");
        return List.copyOf(problems);
    }

    private static void addUnlisted(List<FileProblem> problems, JsonDirectory<WorkflowFile> directory, String prefix) {
        directory.values().stream()
                .filter(file -> !file.listed())
                .map(file -> prefix + file.workflow().id() + ".json")
                .sorted()
                .map(name -> new FileProblem(
                        name, "is not listed: it needs a \"name\", and \"version\" and \"updatedAt\" as numbers"))
                .forEach(problems::add);
    }

    @Override
    public Registration onChange(Consumer<String> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void refresh() {
        Set<String> ids = new HashSet<>(library.refresh());
        Set<String> userIds = user.refresh();
        importTriggers(userIds);
        ids.addAll(userIds);
        problemLog.report(problems());
        changed(ids);
    }

    private void importTriggers(Set<String> ids) {
        if (readOnly) {
            return;
        }
        for (String id : ids) {
            for (Trigger trigger : user.find(id).map(WorkflowFile::triggers).orElse(List.of())) {
                importTrigger(trigger);
            }
        }
    }

    private void importTrigger(Trigger trigger) {
        try {
            if (triggers.find(trigger.id()).isEmpty()) {
                triggers.save(trigger);
                LOG.info("Inline trigger of workflow {} is now a file of its own: {}", trigger.workflowId(), trigger);
            }
        } catch (InfloopException refused) {
            LOG.warn("Inline trigger {} is ignored: {}", trigger, refused.getMessage());
        }
    }

    private void changed(Set<String> ids) {
        for (String id : ids) {
            for (Consumer<String> listener : listeners) {
                try {
                    listener.accept(id);
                } catch (RuntimeException failure) {
                    LOG.warn("A listener of the workflow store failed", failure);
                }
            }
        }
    }

    @Deactivate
    void close() {
        poller.close();
    }
}
