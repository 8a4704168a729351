package io.infloop.spi.signing;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/** The only network access of a signature scheme: https, hosts named beforehand, cached, bounded, never to private addresses. */
@ProviderType
@FunctionalInterface
public interface KeyFetcher {
    /** Fetches nothing. */
    KeyFetcher NONE = (url, policy) -> {
        throw new KeyFetchException("keys cannot be fetched here");
    };

    /**
     * The document at an address, from the cache while it is fresh. Blocks.
     *
     * @throws KeyFetchException if the address is not allowed, or nothing usable came back; the request cannot be decided now:
     *     {@link Verification.Deferred}
     */
    byte[] fetch(URI url, KeyPolicy policy) throws KeyFetchException, InterruptedException;

    /**
     * What may be fetched.
     *
     * @param hosts exact names, or {@code *.suffix}
     * @param maxAge how long a document may be used again; zero: never
     * @param maxBytes largest document
     */
    record KeyPolicy(Set<String> hosts, Duration maxAge, int maxBytes) {
        public KeyPolicy {
            hosts = Set.copyOf(hosts);
            if (hosts.isEmpty() || maxAge.isNegative() || maxBytes <= 0) {
                throw new IllegalArgumentException("a policy names hosts, an age and a size");
            }
        }
    }
}
