package io.infloop.engine.internal.testing;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginRef;
import io.infloop.spi.Contribution;
import io.infloop.spi.Registration;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.provider.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Contributions that a test adds and removes. */
public final class FakeContributions implements Contributions {
    public static final PluginRef SHIPPED = new PluginRef("io.infloop.test", "1.0.0", true);

    private final Map<String, Entry<?>> entries = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong generations = new AtomicLong();
    private final AtomicInteger openLeases = new AtomicInteger();
    private volatile boolean revoked;

    public FakeContributions add(NodeType... types) {
        for (NodeType type : types) {
            add(NodeType.class, type, type.descriptor(), SHIPPED);
        }
        return this;
    }

    public FakeContributions add(NodeType type, PluginRef plugin) {
        return add(NodeType.class, type, type.descriptor(), plugin);
    }

    public FakeContributions add(Provider provider, PluginRef plugin) {
        return add(Provider.class, provider, provider.descriptor(), plugin);
    }

    public <T extends Contribution> FakeContributions add(
            Class<T> kind, T service, Object descriptor, PluginRef plugin) {
        entries.put(
                kind.getSimpleName() + ":" + service.id(),
                new Entry<>(service.id(), service, descriptor, plugin, generations.incrementAndGet()));
        listeners.forEach(Runnable::run);
        return this;
    }

    public void remove(Class<?> kind, String id) {
        entries.remove(kind.getSimpleName() + ":" + id);
        listeners.forEach(Runnable::run);
    }

    /** All leases are revoked from now on. */
    public void revoke() {
        revoked = true;
        listeners.forEach(Runnable::run);
    }

    public int openLeases() {
        return openLeases.get();
    }

    @Override
    public <T extends Contribution> Lease<T> acquire(Class<T> kind, String id) throws ContributionUnavailableException {
        Entry<T> entry = find(kind, id)
                .orElseThrow(() ->
                        new ContributionUnavailableException("no plugin offers " + kind.getSimpleName() + " " + id));
        openLeases.incrementAndGet();
        return new FakeLease<>(entry);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T extends Contribution> Optional<Entry<T>> find(Class<T> kind, String id) {
        return Optional.ofNullable((Entry<T>) entries.get(kind.getSimpleName() + ":" + id));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T extends Contribution> List<Entry<T>> all(Class<T> kind) {
        List<Entry<T>> all = new ArrayList<>();
        entries.forEach((key, entry) -> {
            if (key.startsWith(kind.getSimpleName() + ":")) {
                all.add((Entry<T>) entry);
            }
        });
        all.sort(Comparator.comparing(Entry::id));
        return all;
    }

    @Override
    public Registration onChange(Runnable action) {
        listeners.add(action);
        return () -> listeners.remove(action);
    }

    private final class FakeLease<T> implements Lease<T> {
        private final Entry<T> entry;
        private boolean closed;

        private FakeLease(Entry<T> entry) {
            this.entry = entry;
        }

        @Override
        public T service() {
            return entry.service();
        }

        @Override
        public PluginRef plugin() {
            return entry.plugin();
        }

        @Override
        public boolean isRevoked() {
            return revoked;
        }

        @Override
        public <R> R call(Duration deadline, Call<T, R> call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openLeases.decrementAndGet();
            }
        }
    }
}
