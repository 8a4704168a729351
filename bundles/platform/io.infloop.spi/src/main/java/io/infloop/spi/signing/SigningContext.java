package io.infloop.spi.signing;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** What a scheme is given for one request; not to be kept. */
@ProviderType
public interface SigningContext {
    /** Newest first; empty only where the scheme needs none. */
    List<SigningSecret> secrets();

    /** The trigger's values for the fields that its source declares. */
    Map<String, String> config();

    /** The time to compare with. */
    Clock clock();

    /** The only way of a scheme to the network. */
    KeyFetcher keys();

    static SigningContext of(List<SigningSecret> secrets, Map<String, String> config, Clock clock, KeyFetcher keys) {
        record Given(List<SigningSecret> secrets, Map<String, String> config, Clock clock, KeyFetcher keys)
                implements SigningContext {}

        return new Given(List.copyOf(secrets), Map.copyOf(config), clock, keys);
    }

    /** For schemes that need neither values of the trigger nor remote keys. */
    static SigningContext of(List<SigningSecret> secrets, Clock clock) {
        return of(secrets, Map.of(), clock, KeyFetcher.NONE);
    }
}
