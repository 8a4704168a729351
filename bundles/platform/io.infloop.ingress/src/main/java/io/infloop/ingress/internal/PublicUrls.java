package io.infloop.ingress.internal;

import io.infloop.store.Trigger;
import java.net.URI;
import java.util.Optional;

/** The URL that a sender was given. */
final class PublicUrls {
    private PublicUrls() {}

    /** Empty also for one that was broken by hand: schemes that need it then refuse. */
    static Optional<URI> of(Trigger trigger) {
        try {
            return trigger.publicUrl().map(URI::create);
        } catch (IllegalArgumentException invalid) {
            return Optional.empty();
        }
    }
}
