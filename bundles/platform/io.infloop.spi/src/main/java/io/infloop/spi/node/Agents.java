package io.infloop.spi.node;

import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ProviderDescriptor;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The agent providers of this server, for nodes. Costs they report are added to the run's. Thread-safe. */
@ProviderType
public interface Agents {
    /** The provider of that id as it is now. Does not block. */
    Optional<ProviderDescriptor> find(String providerId);

    /**
     * Runs an agent to its end on the calling thread. Failures of the agent are in the result, not thrown.
     *
     * @throws AgentUnavailableException if there is no such provider, or its plugin goes away before it starts
     */
    AgentResult run(String providerId, AgentRequest request, AgentSink sink)
            throws AgentUnavailableException, InterruptedException;
}
