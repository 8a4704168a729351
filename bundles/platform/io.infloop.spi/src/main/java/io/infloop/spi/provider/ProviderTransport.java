package io.infloop.spi.provider;

import io.infloop.spi.Contribution;
import org.osgi.annotation.versioning.ConsumerType;

/** Runs the providers whose manifest names this transport in {@code transport}: a way to talk to agents, such as {@code cli}. */
@ConsumerType
public interface ProviderTransport extends Contribution {
    /**
     * Checks a manifest when it is admitted; must not block and must have no effect.
     *
     * @throws ManifestException at the first field that is missing or wrong
     */
    ProviderDescriptor check(ProviderManifest manifest) throws ManifestException;

    /** As {@link Provider#run}, for the agent that the manifest describes. */
    AgentResult run(ProviderManifest manifest, AgentRequest request, ProviderContext context, AgentSink sink)
            throws Exception;
}
