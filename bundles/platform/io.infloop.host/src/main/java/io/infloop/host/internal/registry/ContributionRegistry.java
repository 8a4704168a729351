package io.infloop.host.internal.registry;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginRef;
import io.infloop.host.internal.PlainText;
import io.infloop.spi.Contribution;
import io.infloop.spi.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who contributes what. Look-ups read an immutable snapshot; changes rebuild it under a lock that is never held while a plugin is
 * called, and show it in one step.
 */
public final class ContributionRegistry implements Contributions {
    private static final Logger LOG = LoggerFactory.getLogger(ContributionRegistry.class);
    private static final String COMING = "it ships and is still being started; try again in a moment";

    private final ScheduledExecutorService watchdog;
    private final Coming coming;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Bundle, PluginVersion> versions = new HashMap<>();
    private final Map<Key, String> owners = new HashMap<>();
    private final Map<Key, String> explanations = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong generations = new AtomicLong();
    private volatile Snapshot snapshot = Snapshot.EMPTY;

    /**
     * @param watchdog for deadlines; its tasks are short
     * @param coming the contributions that ship and are not there yet
     */
    public ContributionRegistry(ScheduledExecutorService watchdog, Coming coming) {
        this.watchdog = watchdog;
        this.coming = coming;
        coming.atEnd(this::touch);
    }

    @Override
    public <T extends Contribution> Lease<T> acquire(Class<T> type, String id) throws ContributionUnavailableException {
        Kind kind = Kind.of(type);
        while (true) {
            Offer<T> offer = offer(kind, id);
            if (offer == null) {
                throw unavailable(new Key(kind, id));
            }
            if (offer.version().lease()) {
                return new ContributionLease<>(offer, this::switchedOff);
            }
            // Replaced and let go since the snapshot was read: the next one shows its successor.
            Thread.onSpinWait();
        }
    }

    @Override
    public <T extends Contribution> Optional<Entry<T>> find(Class<T> type, String id) {
        Offer<T> offer = offer(Kind.of(type), id);
        return offer == null ? Optional.empty() : Optional.of(offer.entry());
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T extends Contribution> List<Entry<T>> all(Class<T> type) {
        return snapshot.serving().getOrDefault(Kind.of(type), Map.of()).values().stream()
                .map(offer -> ((Offer<T>) offer).entry())
                .toList();
    }

    @Override
    public <T extends Contribution> Set<String> coming(Class<T> type) {
        return Kind.of(type) == Kind.WEBHOOK_SOURCE ? coming.sources() : Set.of();
    }

    @Override
    public <T extends Contribution> void awaitComing(Class<T> type, Set<String> ids, Duration limit)
            throws InterruptedException {
        if (!Collections.disjoint(coming(type), ids)) {
            await(() -> Collections.disjoint(coming(type), ids), limit);
        }
    }

    @Override
    public Registration onChange(Runnable action) {
        listeners.add(action);
        return () -> listeners.remove(action);
    }

    @SuppressWarnings("unchecked")
    private <T extends Contribution> Offer<T> offer(Kind kind, String id) {
        return (Offer<T>) snapshot.find(kind, id);
    }

    private ContributionUnavailableException unavailable(Key key) {
        String why = coming.contains(key) ? COMING : explanations.get(key);
        return new ContributionUnavailableException(
                "no plugin offers " + key.words() + (why == null ? "; see the list of plugins" : ": " + why));
    }

    /** Says why a contribution is not there; empty once it is. */
    public void explain(Key key, Optional<String> reason) {
        if (reason.isPresent()) {
            explanations.put(key, PlainText.of(reason.get()));
        } else {
            explanations.remove(key);
        }
    }

    /** The version that a plugin bundle is, if it was made known. */
    public Optional<PluginVersion> versionOf(Bundle bundle) {
        return locked(() -> Optional.ofNullable(versions.get(bundle)));
    }

    /** Makes a shipped plugin known; what it contributes is shown at once. */
    public PluginVersion shipped(Bundle bundle) {
        return locked(() -> versions.computeIfAbsent(
                bundle,
                known -> new PluginVersion(
                        refOf(bundle, true),
                        bundle,
                        Origin.SHIPPED,
                        bundle.getSymbolicName(),
                        bundle.getBundleId() - Integer.MAX_VALUE,
                        PluginVersion.Stage.SERVING,
                        watchdog)));
    }

    /** Makes an operator's plugin known; what it contributes is shown by {@link #show}. */
    public PluginVersion staged(Bundle bundle, Origin origin, String source, long rank) {
        PluginVersion version = new PluginVersion(
                refOf(bundle, false), bundle, origin, source, rank, PluginVersion.Stage.STAGED, watchdog);
        return locked(() -> {
            versions.put(bundle, version);
            return version;
        });
    }

    private static PluginRef refOf(Bundle bundle, boolean shipped) {
        return new PluginRef(bundle.getSymbolicName(), bundle.getVersion().toString(), shipped);
    }

    /** Shows what a version contributes, in the same step hiding the version it replaces. */
    public void show(PluginVersion version, Optional<PluginVersion> replaced) {
        change(() -> {
            version.stage = PluginVersion.Stage.SERVING;
            replaced.ifPresent(old -> {
                version.rank = old.rank;
                old.stage = PluginVersion.Stage.WITHDRAWN;
            });
        });
    }

    /** Hides what a version contributes. */
    public void hide(PluginVersion version) {
        change(() -> version.stage = PluginVersion.Stage.WITHDRAWN);
    }

    /** Forgets a version whose bundle is gone. */
    public void forget(PluginVersion version) {
        change(() -> versions.remove(version.bundle()));
        version.closeThreads();
    }

    // What a version contributes.

    void pending(PluginVersion version, int difference) {
        locked(() -> {
            version.pending += difference;
            changed.signalAll();
            return null;
        });
    }

    /** Adds a contribution that was read. */
    void offer(
            PluginVersion version,
            Key key,
            Contribution service,
            Object descriptor,
            ServiceReference<?> reference,
            boolean trusted) {
        Offer<Contribution> offer = new Offer<>(
                key,
                new Entry<>(key.id(), service, descriptor, version.ref(), generations.incrementAndGet()),
                version,
                reference,
                trusted);
        change(() -> version.offers.add(offer));
    }

    /** Notes why a service of a version is not taken as a contribution. */
    void problem(PluginVersion version, String reason) {
        change(() -> version.problems.add(reason));
    }

    /** Removes what a service contributed. */
    void withdraw(PluginVersion version, ServiceReference<?> reference) {
        change(() -> version.offers.removeIf(offer -> {
            boolean gone = offer.reference().equals(reference);
            if (gone) {
                offer.withdraw();
            }
            return gone;
        }));
    }

    private void switchedOff(Offer<?> offer) {
        PluginVersion version = offer.version();
        if (locked(() -> version.stage == PluginVersion.Stage.SERVING && version.offers.contains(offer))) {
            explain(offer.key(), Optional.of(offer.offReason()));
        }
        touch();
    }

    // What is known about a version.

    /** What a version offers and how it fares. */
    public Holding holding(PluginVersion version) {
        return locked(() -> {
            List<Key> serving = new ArrayList<>();
            List<String> reasons = new ArrayList<>(version.problems);
            boolean overrides = false;
            boolean overridden = false;
            boolean off = false;
            for (Offer<?> offer : version.offers) {
                PluginVersion holder = snapshot.losers().get(offer);
                if (offer.isOff()) {
                    off = true;
                    // How many of its threads still run changes; this reason goes before all others.
                    reasons.add(0, offer.offReason());
                }
                if (version.origin() == Origin.JAR && coming.contains(offer.key())) {
                    reasons.add(offer.key().words() + " ships and is still being started; give yours another id");
                } else if (holder == null) {
                    serving.add(offer.key());
                    overrides |= version.origin() == Origin.MANIFEST && beatsShipped(offer);
                } else if (version.origin() == Origin.SHIPPED) {
                    overridden = true;
                    reasons.add(offer.key().words() + " is replaced by " + holder.source());
                } else {
                    reasons.add(offer.key().words() + " belongs to " + holder.words() + "; give yours another id");
                }
            }
            return new Holding(
                    List.copyOf(serving),
                    version.offers.stream().map(offer -> offer.key()).distinct().toList(),
                    List.copyOf(reasons),
                    overrides,
                    overridden,
                    off,
                    version.pending);
        });
    }

    private boolean beatsShipped(Offer<?> offer) {
        return snapshot.losers().entrySet().stream()
                .anyMatch(loser -> loser.getValue() == offer.version()
                        && loser.getKey().key().equals(offer.key())
                        && loser.getKey().version().origin() == Origin.SHIPPED);
    }

    /** All versions that are known. */
    public List<PluginVersion> versions() {
        return locked(() -> List.copyOf(versions.values()));
    }

    /** Waits until {@code condition} holds; it is asked after each change, must be quick and must not call plugins. */
    public boolean await(BooleanSupplier condition, Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Tells everybody who watches that something about plugins changed that is not in the snapshot. */
    public void touch() {
        change(() -> {});
    }

    private void change(Runnable mutation) {
        lock.lock();
        try {
            mutation.run();
            snapshot = Snapshot.of(versions.values(), owners, coming::contains);
            snapshot.serving()
                    .forEach((kind, byId) -> byId.keySet().forEach(id -> explanations.remove(new Key(kind, id))));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException defect) {
                LOG.error("A listener for changes of contributions failed", defect);
            }
        }
    }

    private <R> R locked(java.util.function.Supplier<R> action) {
        lock.lock();
        try {
            return Objects.requireNonNull(action, "action is null").get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What a version holds at this moment.
     *
     * @param serving what callers get from it
     * @param offered what it offers
     * @param reasons why something of it does not serve
     * @param overrides whether it serves in place of a shipped plugin
     * @param overridden whether a manifest serves in its place
     * @param switchedOff whether something of it was switched off
     * @param pending services that are still being read
     */
    public record Holding(
            List<Key> serving,
            List<Key> offered,
            List<String> reasons,
            boolean overrides,
            boolean overridden,
            boolean switchedOff,
            int pending) {}
}
