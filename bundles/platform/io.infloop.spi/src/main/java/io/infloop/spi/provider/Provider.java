package io.infloop.spi.provider;

import io.infloop.spi.Contribution;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An agent that workflows can call. Most providers are manifests, which the server turns into providers with the help of a
 * {@link ProviderTransport}; a plugin implements this interface when its agent needs code of its own.
 */
@ConsumerType
public interface Provider extends Contribution {
    /** Read once when the provider appears; must not block. */
    ProviderDescriptor descriptor();

    @Override
    default String id() {
        return descriptor().id();
    }

    /**
     * Runs the agent to its end. Called on a thread of the run; may block for as long as the agent works, but must return soon
     * after the context's cancellation.
     *
     * @return how it ended; failures of the agent are results, not exceptions
     * @throws Exception on a defect; counts as a failure with the exception's message
     */
    AgentResult run(AgentRequest request, ProviderContext context, AgentSink sink) throws Exception;
}
