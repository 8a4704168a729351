package io.infloop.store.internal;

import io.infloop.core.audit.Redactor;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.json.Jsons;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
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
import java.util.function.Function;
import java.util.function.UnaryOperator;
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
    private final TriggerTimes times = new TriggerTimes();
    /** When the times of a trigger may be written to its file again, by id. */
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
                new FileKind<>(
                        MAX_BYTES,
                        Ids::isTriggerId,
                        Ids::masked,
                        TriggerDocument::parse,
                        file -> known(redactor, file.trigger())));
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

    private static Registration known(Redactor redactor, Trigger trigger) {
        List<Registration> registrations = trigger.secrets().stream()
                .map(TriggerSecret::value)
                .distinct()
                .map(redactor::add)
                .toList();
        return () -> registrations.forEach(Registration::close);
    }

    private Trigger current(TriggerDocument file) {
        return times.applied(file.trigger());
    }

    @Override
    public Trigger save(Trigger trigger) {
        guard.requireId(trigger.id());
        guard.requireWritable();
        Trigger saved;
        synchronized (changing) {
            files.refresh(trigger.id());
            saved = write(trigger, files.find(trigger.id()));
        }
        changed();
        return saved;
    }

    @Override
    public Optional<Trigger> update(String id, UnaryOperator<Trigger> change) {
        return change(id, trigger -> Optional.of(change.apply(trigger)));
    }

    @Override
    public Optional<Trigger> bind(String id, String secret) {
        return change(id, trigger -> {
            if (!trigger.isUnbound()) {
                return Optional.empty();
            }
            long now = clock.millis();
            return Optional.of(trigger.toBuilder()
                    .secret(TriggerSecret.create("handshake", secret, now))
                    .boundAt(OptionalLong.of(now))
                    .build());
        });
    }

    private Optional<Trigger> change(String id, Function<Trigger, Optional<Trigger>> change) {
        guard.requireId(id);
        guard.requireWritable();
        Optional<Trigger> saved;
        synchronized (changing) {
            files.refresh(id);
            Optional<TriggerDocument> stored = files.find(id);
            saved = stored.map(this::current).flatMap(change).map(wanted -> {
                if (!wanted.id().equals(id)) {
                    throw new IllegalArgumentException("an update keeps the id");
                }
                return write(wanted, stored);
            });
        }
        if (saved.isPresent()) {
            changed();
        }
        return saved;
    }

    @Override
    public Optional<Trigger> rename(String id, String newId) {
        guard.requireId(id);
        guard.requireId(newId);
        guard.requireWritable();
        Trigger renamed;
        synchronized (changing) {
            files.refresh(id);
            files.refresh(newId);
            Optional<TriggerDocument> stored = files.find(id);
            if (stored.isEmpty()) {
                return Optional.empty();
            }
            if (files.holds(newId)) {
                throw new IllegalArgumentException("the new id is in use");
            }
            // In this order a crash in between leaves both, never none.
            renamed = write(current(stored.get()).toBuilder().id(newId).build(), stored);
            try {
                files.delete(id);
            } catch (IOException undeletable) {
                withdraw(newId);
                throw StoreErrors.unwritable("triggers", undeletable);
            }
            forget(id);
        }
        changed();
        return Optional.of(renamed);
    }

    private void withdraw(String id) {
        try {
            files.delete(id);
        } catch (IOException undeletable) {
            LOG.warn(
                    "A trigger that could not get another id has both now; delete {} by hand ({})",
                    Ids.masked(id),
                    undeletable.getClass().getSimpleName());
        }
    }

    /** To be called while {@code changing}. */
    private Trigger write(Trigger trigger, Optional<TriggerDocument> stored) {
        long now = clock.millis();
        Optional<Trigger> before = stored.map(this::current);
        Trigger newest = times.applied(trigger);
        Trigger complete = newest.toBuilder()
                .secrets(withoutExpired(newest, now))
                .lastFiredAt(before.map(Trigger::lastFiredAt).orElse(OptionalLong.empty()))
                .createdAt(before.map(Trigger::createdAt).orElse(now))
                .updatedAt(now)
                .build();
        JsonObject document =
                TriggerDocument.merge(stored.map(TriggerDocument::raw).orElse(JsonObject.EMPTY), complete, now);
        try {
            return files.write(trigger.id(), bytes(document))
                    .map(this::current)
                    .orElseThrow(() -> StoreErrors.unreadable("triggers"));
        } catch (IOException unwritable) {
            throw StoreErrors.unwritable("triggers", unwritable);
        }
    }

    /** The last one stays though expired: without any, a trigger may accept unsigned deliveries. */
    private static List<TriggerSecret> withoutExpired(Trigger trigger, long nowMillis) {
        List<TriggerSecret> valid = trigger.secretsAt(nowMillis);
        return valid.isEmpty() ? trigger.secrets() : valid;
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
            forget(id);
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
            times.fired(id, firedAtMillis);
        }
    }

    @Override
    public void secretUsed(String id, String secretId, long usedAtMillis) {
        guard.requireId(id);
        if (!readOnly
                && files.find(id).filter(file -> hasSecret(file, secretId)).isPresent()) {
            times.used(id, secretId, usedAtMillis);
        }
    }

    private static boolean hasSecret(TriggerDocument file, String secretId) {
        return file.trigger().secrets().stream().anyMatch(secret -> secret.id().equals(secretId));
    }

    private void forget(String id) {
        times.forget(id);
        nextFlush.remove(id);
    }

    @Override
    public List<WorkflowStore.FileProblem> problems() {
        return files.problems();
    }

    @Override
    public boolean isBroken(String id) {
        guard.requireId(id);
        return files.isBroken(id);
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
        for (String id : times.triggers()) {
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
        if (file.isEmpty()) {
            forget(id);
            return;
        }
        Trigger current = current(file.get());
        if (files.isBroken(id) || current.equals(file.get().trigger())) {
            return;
        }
        nextFlush.put(id, now + FLUSH_MILLIS);
        try {
            files.writeIfUnchanged(
                    id, bytes(TriggerDocument.withTimes(file.get().raw(), current, now)));
        } catch (IOException unwritable) {
            LOG.warn(
                    "When trigger {} was used could not be written to its file ({}); trying again in a minute",
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

    @Deactivate
    void close() {
        poller.close();
        if (!readOnly) {
            flush(true);
        }
        files.close();
    }
}
