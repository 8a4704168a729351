package io.infloop.store.internal;

import io.infloop.core.audit.Redactor;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.json.Jsons;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Triggers as files {@code <id>.json}. Their names are credentials: no message of this class holds one. */
@Component(service = TriggerStore.class, immediate = true)
public final class FileTriggerStore implements TriggerStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileTriggerStore.class);
    private static final long MAX_BYTES = 1024 * 1024;
    private static final long POLL_MILLIS = 400;
    private static final long FLUSH_MILLIS = 60_000;

    private final Clock clock;
    private final boolean readOnly;
    private final JsonDirectory<TriggerDocument> files;
    private final StoreGuard guard;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Object changing = new Object();
    private final Poller poller;
    private final ProblemLog problemLog = new ProblemLog("Trigger");
    /** When a trigger last fired, by id; may be newer than the file. */
    private final Map<String, Long> fired = new ConcurrentHashMap<>();
    /** When the fires of a trigger may be written to its file again, by id. */
    private final Map<String, Long> nextFlush = new ConcurrentHashMap<>();

    @Activate
    public FileTriggerStore(
            @Reference Settings settings, @Reference ServerInstance server, @Reference Redactor redactor) {
        this(
                settings.triggersDirectory(),
                redactor,
                server.isReadOnly(),
                Clock.systemUTC(),
                POLL_MILLIS,
                JsonDirectory.MAX_FILES);
    }

    FileTriggerStore(Path directory, Redactor redactor, boolean readOnly, Clock clock, long pollMillis, int maxFiles) {
        this.readOnly = readOnly;
        this.clock = clock;
        files = new JsonDirectory<>(
                StoreDirectory.of(directory),
                maxFiles,
                clock,
                new FileKind<>(MAX_BYTES, Ids::isTriggerId, Ids::masked, TriggerDocument::parse, file -> file.trigger()
                        .secret()
                        .map(redactor::add)
                        .orElse(() -> {})));
        guard = new StoreGuard("trigger", readOnly, Ids::isTriggerId, files::isUsable);
        poller = new Poller("infloop-triggers", pollMillis, this::poll);
        if (!readOnly) {
            files.prepare("triggers");
        }
        files.refresh();
        if (!files.isUsable()) {
            LOG.error("The triggers directory {} cannot be read; triggers are unavailable until it can", directory);
        }
        problemLog.report(problems());
        poller.start();
    }

    @Override
    public Optional<Trigger> find(String id) {
        guard.requireId(id);
        guard.requireUsable();
        return files.findOrLook(id).map(this::current);
    }

    @Override
    public List<Trigger> list() {
        guard.requireUsable();
        return files.values().stream()
                .map(this::current)
                .sorted(Comparator.comparingLong(Trigger::createdAt).thenComparing(Trigger::id))
                .toList();
    }

    private Trigger current(TriggerDocument file) {
        Trigger trigger = file.trigger();
        Long firedAt = fired.get(trigger.id());
        return firedAt == null || trigger.lastFiredAt().orElse(Long.MIN_VALUE) >= firedAt
                ? trigger
                : withTimes(trigger, OptionalLong.of(firedAt), trigger.createdAt(), trigger.updatedAt());
    }

    @Override
    public Trigger save(Trigger trigger) {
        guard.requireId(trigger.id());
        guard.requireWritable();
        Trigger saved;
        synchronized (changing) {
            files.refresh(trigger.id());
            Optional<TriggerDocument> stored = files.find(trigger.id());
            long now = clock.millis();
            OptionalLong firedAt =
                    stored.map(this::current).map(Trigger::lastFiredAt).orElse(OptionalLong.empty());
            long createdAt = stored.map(file -> file.trigger().createdAt()).orElse(now);
            JsonObject document = TriggerDocument.merge(
                    stored.map(TriggerDocument::raw).orElse(JsonObject.EMPTY),
                    withTimes(trigger, firedAt, createdAt, now));
            try {
                saved = files.write(trigger.id(), bytes(document))
                        .map(this::current)
                        .orElseThrow(() -> StoreErrors.unreadable("triggers"));
            } catch (IOException unwritable) {
                throw StoreErrors.unwritable("triggers", unwritable);
            }
        }
        changed();
        return saved;
    }

    @Override
    public boolean delete(String id) {
        guard.requireId(id);
        guard.requireWritable();
        boolean existed;
        synchronized (changing) {
            try {
                existed = files.delete(id);
            } catch (IOException undeletable) {
                throw StoreErrors.unwritable("triggers", undeletable);
            }
            fired.remove(id);
            nextFlush.remove(id);
        }
        if (existed) {
            changed();
        }
        return existed;
    }

    @Override
    public void touch(String id, long firedAtMillis) {
        guard.requireId(id);
        if (!readOnly && files.find(id).isPresent()) {
            fired.merge(id, firedAtMillis, Math::max);
        }
    }

    @Override
    public List<WorkflowStore.FileProblem> problems() {
        return files.problems();
    }

    @Override
    public Registration onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void poll() {
        if (!files.refresh().isEmpty()) {
            changed();
        }
        problemLog.report(problems());
        flush(false);
    }

    private void flush(boolean closing) {
        long now = clock.millis();
        boolean editedByHand = false;
        for (String id : fired.keySet()) {
            if (closing || nextFlush.getOrDefault(id, Long.MIN_VALUE) <= now) {
                synchronized (changing) {
                    editedByHand |= files.refresh(id);
                    flush(id, now);
                }
            }
        }
        if (editedByHand) {
            changed();
        }
    }

    private void flush(String id, long now) {
        Optional<TriggerDocument> file = files.find(id);
        Long firedAt = fired.get(id);
        if (file.isEmpty() || firedAt == null) {
            fired.remove(id);
            nextFlush.remove(id);
            return;
        }
        if (files.isBroken(id) || file.get().trigger().lastFiredAt().orElse(Long.MIN_VALUE) >= firedAt) {
            return;
        }
        nextFlush.put(id, now + FLUSH_MILLIS);
        try {
            JsonObject document =
                    file.get().raw().toBuilder().put("lastFiredAt", firedAt).build();
            files.writeIfUnchanged(id, bytes(document));
        } catch (IOException unwritable) {
            LOG.warn(
                    "When trigger {} fired could not be written to its file ({}); trying again in a minute",
                    Ids.masked(id),
                    unwritable.getClass().getSimpleName());
        }
    }

    private void changed() {
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException failure) {
                LOG.warn("A listener of the trigger store failed", failure);
            }
        }
    }

    private static byte[] bytes(JsonObject document) throws IOException {
        return Jsons.PRETTY.writeValueAsBytes(Jsons.tree(document));
    }

    private static Trigger withTimes(Trigger trigger, OptionalLong lastFiredAt, long createdAt, long updatedAt) {
        return new Trigger(
                trigger.id(),
                trigger.name(),
                trigger.enabled(),
                trigger.workflowId(),
                trigger.pluginId(),
                trigger.eventType(),
                trigger.match(),
                trigger.inputs(),
                trigger.secret(),
                trigger.verifyOptional(),
                trigger.publicUrl(),
                lastFiredAt,
                createdAt,
                updatedAt);
    }

    @Deactivate
    void close() {
        poller.close();
        if (!readOnly) {
            flush(true);
        }
        files.close();
    }
}
