package io.infloop.host.internal.manifest;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions.Entry;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.Key;
import io.infloop.host.internal.registry.Kind;
import io.infloop.spi.Contribution;
import java.time.Duration;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/**
 * Keeps one manifest registered as a service of its bundle for as long as what it builds on (a transport, a signature scheme) is
 * there and agrees with it.
 *
 * @param <D> the kind it builds on
 */
abstract class ManifestBinding<D extends Contribution> {
    private final Bundle bundle;
    private final ContributionRegistry registry;
    private final Key key;
    private final Duration deadline;
    private ServiceRegistration<?> registration;
    private Contribution registered;
    private long checkedGeneration = -1;
    private volatile ManifestState state = ManifestState.waiting("is being read");

    ManifestBinding(Bundle bundle, ContributionRegistry registry, Key key, Duration deadline) {
        this.bundle = bundle;
        this.registry = registry;
        this.key = key;
        this.deadline = deadline;
    }

    /** The kind the manifest builds on. */
    abstract Kind baseKind();

    abstract Class<D> baseType();

    /** The id of what it builds on; empty if it stands alone. */
    abstract Optional<String> baseId();

    /** What else the manifest waits for, as a sentence. */
    Optional<String> lacks() {
        return Optional.empty();
    }

    /** The service to register, {@code base} having agreed. */
    abstract Contribution check(Optional<Lease<D>> base, Duration time)
            throws PluginCallException, InterruptedException;

    /** Says in the manifest's terms why {@link #check} failed. */
    abstract String refusal(PluginCallException failure);

    final ManifestState state() {
        return state;
    }

    /** Looks at what the manifest builds on and acts on a change. */
    final synchronized void evaluate() throws InterruptedException {
        if (baseId().isEmpty()) {
            if (registration == null) {
                settle(Optional.empty());
            }
            return;
        }
        String base = baseId().get();
        Optional<Entry<D>> entry = registry.find(baseType(), base);
        if (entry.isEmpty()) {
            checkedGeneration = -1;
            withdraw(
                    ManifestState.waiting("waits for " + baseKind().words() + " " + base + ", which no plugin offers"));
            return;
        }
        Optional<String> lacks = lacks();
        if (lacks.isPresent()) {
            checkedGeneration = -1;
            withdraw(ManifestState.waiting(lacks.get()));
            return;
        }
        if (entry.get().generation() == checkedGeneration) {
            return;
        }
        try (Lease<D> lease = registry.acquire(baseType(), base)) {
            settle(Optional.of(lease));
            checkedGeneration = entry.get().generation();
        } catch (ContributionUnavailableException goneAgain) {
            checkedGeneration = -1;
            withdraw(
                    ManifestState.waiting("waits for " + baseKind().words() + " " + base + ", which no plugin offers"));
        }
    }

    private void settle(Optional<Lease<D>> lease) throws InterruptedException {
        Contribution service;
        try {
            service = check(lease, deadline);
        } catch (PluginCallException failure) {
            withdraw(ManifestState.failed(refusal(failure)));
            return;
        }
        if (registered == null || !registered.equals(service)) {
            // The new service comes before the old one goes, so that nobody finds neither.
            ServiceRegistration<?> previous = registration;
            registration =
                    bundle.getBundleContext().registerService(key.kind().type().getName(), service, null);
            registered = service;
            unregister(previous);
        }
        become(ManifestState.SERVING);
    }

    private void withdraw(ManifestState reason) {
        ServiceRegistration<?> previous = registration;
        registration = null;
        registered = null;
        unregister(previous);
        become(reason);
    }

    private void become(ManifestState next) {
        boolean changed = !next.equals(state);
        state = next;
        if (changed) {
            if (next.status() != ManifestState.Status.SERVING) {
                registry.explain(key, Optional.of(next.reason()));
            }
            registry.touch();
        }
    }

    final synchronized void close() {
        unregister(registration);
        registration = null;
        registry.explain(key, Optional.empty());
    }

    private static void unregister(ServiceRegistration<?> registration) {
        if (registration != null) {
            try {
                registration.unregister();
            } catch (IllegalStateException gone) {
                // The bundle stopped and took its services along.
            }
        }
    }
}
