package io.infloop.ingress.internal;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.host.PluginRef;
import io.infloop.spi.Contribution;
import io.infloop.spi.Registration;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Contributions that tests put in and take out. */
final class FakeContributions implements Contributions {
    private final Map<String, Contribution> services = new HashMap<>();
    int openLeases;
    boolean shipped = true;

    void add(Class<? extends Contribution> kind, Contribution service) {
        services.put(kind.getSimpleName() + ":" + service.id(), service);
    }

    void remove(Class<? extends Contribution> kind, String id) {
        services.remove(kind.getSimpleName() + ":" + id);
    }

    private PluginRef reference() {
        return new PluginRef("test", "1.0.0", shipped);
    }

    @Override
    public <T extends Contribution> Lease<T> acquire(Class<T> kind, String id) throws ContributionUnavailableException {
        T service = find(kind, id)
                .map(Entry::service)
                .orElseThrow(
                        () -> new ContributionUnavailableException("no " + kind.getSimpleName() + " '" + id + "'"));
        openLeases++;
        return new Lease<>() {
            @Override
            public T service() {
                return service;
            }

            @Override
            public PluginRef plugin() {
                return reference();
            }

            @Override
            public boolean isRevoked() {
                return false;
            }

            @Override
            public <R> R call(Duration deadline, Call<T, R> call) throws PluginCallException {
                try {
                    return call.apply(service);
                } catch (Exception failed) {
                    throw new PluginCallException("plugin test failed", failed);
                }
            }

            @Override
            public void close() {
                openLeases--;
            }
        };
    }

    @Override
    public <T extends Contribution> Optional<Entry<T>> find(Class<T> kind, String id) {
        return Optional.ofNullable(services.get(kind.getSimpleName() + ":" + id))
                .map(service -> new Entry<>(
                        id,
                        kind.cast(service),
                        service instanceof WebhookSource source ? source.descriptor() : id,
                        reference(),
                        1));
    }

    @Override
    public <T extends Contribution> List<Entry<T>> all(Class<T> kind) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Registration onChange(Runnable action) {
        throw new UnsupportedOperationException();
    }
}
