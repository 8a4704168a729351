package io.infloop.spi;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something a plugin adds to the server. A plugin registers each contribution as an OSGi service under the interface of its
 * kind ({@code NodeType}, {@code Provider}, {@code ProviderTransport}, {@code OutputParser}, {@code WebhookSource},
 * {@code SignatureScheme}); the server finds it at once, and forgets it when the bundle stops.
 *
 * <p>The server calls {@link #id()} once, when the service appears. Ids are unique per kind: the first plugin to offer an id
 * keeps it, a later one is refused with the reason shown in the plugin list. {@code service.ranking} has no influence.
 *
 * <p>All contributions are called from several threads at the same time and must be thread-safe. A call may run on a thread
 * that the server abandons when the call does not return within its deadline.
 */
@ConsumerType
public interface Contribution {
    /**
     * The id by which workflows, triggers and manifests refer to this contribution.
     *
     * @return {@code [a-z][a-z0-9_-]*}, at most 64 characters, the same at every call; must not block
     */
    String id();
}
