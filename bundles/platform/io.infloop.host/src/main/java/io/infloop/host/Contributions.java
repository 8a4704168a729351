package io.infloop.host;

import io.infloop.spi.Contribution;
import io.infloop.spi.Registration;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What plugins contribute at this moment. Kinds are {@code NodeType}, {@code Provider}, {@code ProviderTransport}, {@code
 * OutputParser}, {@code WebhookSource} and {@code SignatureScheme} of the SPI. Look-ups are by hash and do not block. Thread-safe;
 * an OSGi service of host.
 */
public interface Contributions {
    /**
     * Takes a lease on the newest version of a contribution.
     *
     * @throws ContributionUnavailableException if there is none of that id
     */
    <T extends Contribution> Lease<T> acquire(Class<T> kind, String id) throws ContributionUnavailableException;

    /** One contribution for reading its description, without a lease. */
    <T extends Contribution> Optional<Entry<T>> find(Class<T> kind, String id);

    /** All of a kind, ordered by id. */
    <T extends Contribution> List<Entry<T>> all(Class<T> kind);

    /**
     * Ids that nobody offers yet because the plugins of the distribution that do are still being started, which goes on for a moment
     * after the server began to listen. Becomes empty.
     */
    default <T extends Contribution> Set<String> coming(Class<T> kind) {
        return Set.of();
    }

    /** Waits until none of {@code ids} is {@linkplain #coming coming} any more, or {@code limit} has passed. */
    default <T extends Contribution> void awaitComing(Class<T> kind, Set<String> ids, Duration limit)
            throws InterruptedException {}

    /** Calls {@code action} after each change, on the thread that made it; must be quick. */
    Registration onChange(Runnable action);

    /**
     * A contribution and who offers it.
     *
     * @param id as read when it appeared
     * @param descriptor as read when it appeared: {@code NodeDescriptor}, {@code ProviderDescriptor}, {@code
     *     WebhookSource.Descriptor}, or the id for kinds without one
     * @param generation changes whenever the service behind the id changes
     */
    record Entry<T>(String id, T service, Object descriptor, PluginRef plugin, long generation) {
        public <D> D descriptorAs(Class<D> type) {
            return type.cast(descriptor);
        }
    }
}
