package io.infloop.bench;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.host.PluginRef;
import io.infloop.spi.Contribution;
import io.infloop.spi.Registration;
import io.infloop.spi.node.NodeType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Node types that are always there, as of a plugin that came with the distribution. */
final class FixedContributions implements Contributions {
    private static final PluginRef PLUGIN = new PluginRef("io.infloop.bench", "1.0.0", true);

    private final Map<String, NodeType> types;

    FixedContributions(Map<String, NodeType> types) {
        this.types = Map.copyOf(types);
    }

    @Override
    public <T extends Contribution> Lease<T> acquire(Class<T> kind, String id) throws ContributionUnavailableException {
        return find(kind, id)
                .map(entry -> new AlwaysThere<>(entry.service()))
                .orElseThrow(() -> new ContributionUnavailableException("there is no " + id));
    }

    @Override
    public <T extends Contribution> Optional<Entry<T>> find(Class<T> kind, String id) {
        NodeType type = types.get(id);
        return kind == NodeType.class && type != null
                ? Optional.of(new Entry<>(id, kind.cast(type), type.descriptor(), PLUGIN, 1))
                : Optional.empty();
    }

    @Override
    public <T extends Contribution> List<Entry<T>> all(Class<T> kind) {
        return types.keySet().stream()
                .sorted()
                .flatMap(id -> find(kind, id).stream())
                .toList();
    }

    @Override
    public Registration onChange(Runnable action) {
        return () -> {};
    }

    private record AlwaysThere<T>(T service) implements Lease<T> {
        @Override
        public PluginRef plugin() {
            return PLUGIN;
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
                throw new PluginCallException("the call failed", failed);
            }
        }

        @Override
        public void close() {}
    }
}
