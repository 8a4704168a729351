package io.infloop.engine.internal.walk;

import io.infloop.core.process.ProcessOwner;
import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.spi.Cancellation;
import io.infloop.spi.node.AgentUnavailableException;
import io.infloop.spi.node.Agents;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.Provider;
import io.infloop.spi.provider.ProviderContext;
import io.infloop.spi.provider.ProviderDescriptor;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The agents for one node execution. Thread-safe. */
final class RunAgents implements Agents {
    private final EngineServices services;
    private final Cancellation cancellation;
    private final Function<String, ProcessOwner> owners;
    private final DoubleConsumer cost;

    /**
     * @param owners makes the owner of children for the account of a plugin
     * @param cost told each cost that an agent reports
     */
    RunAgents(
            EngineServices services,
            Cancellation cancellation,
            Function<String, ProcessOwner> owners,
            DoubleConsumer cost) {
        this.services = services;
        this.cancellation = cancellation;
        this.owners = owners;
        this.cost = cost;
    }

    @Override
    public Optional<ProviderDescriptor> find(String providerId) {
        return services.contributions()
                .find(Provider.class, providerId)
                .map(entry -> entry.descriptorAs(ProviderDescriptor.class));
    }

    @Override
    public AgentResult run(String providerId, AgentRequest request, AgentSink sink)
            throws AgentUnavailableException, InterruptedException {
        try (Lease<Provider> lease = services.contributions().acquire(Provider.class, providerId);
                Call call = new Call(lease.plugin().id(), providerId)) {
            PluginThreads.Attempt<AgentResult> attempt = services.threads()
                    .call(lease.plugin(), cancellation, () -> lease.service().run(request, call, sink));
            AgentResult result = resultOf(attempt, providerId);
            result.usage().costUsd().ifPresent(cost);
            return result;
        } catch (ContributionUnavailableException unavailable) {
            throw new AgentUnavailableException(unavailable.getMessage());
        }
    }

    private static AgentResult resultOf(PluginThreads.Attempt<AgentResult> attempt, String providerId)
            throws InterruptedException {
        if (attempt instanceof PluginThreads.Attempt.Returned<AgentResult> returned) {
            return returned.value() == null
                    ? AgentResult.failed("provider " + providerId + " returned nothing")
                    : returned.value();
        }
        if (attempt instanceof PluginThreads.Attempt.Abandoned<AgentResult> abandoned) {
            return AgentResult.failed(abandoned.message());
        }
        Throwable cause = ((PluginThreads.Attempt.Threw<AgentResult>) attempt).cause();
        if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        return AgentResult.failed(Throwables.message(cause));
    }

    /** What a provider may use during one call. */
    private final class Call implements ProviderContext, AutoCloseable {
        private final String pluginId;
        private final String providerId;
        private final ConcurrentLinkedQueue<Lease<OutputParser>> parsers = new ConcurrentLinkedQueue<>();

        private Call(String pluginId, String providerId) {
            this.pluginId = pluginId;
            this.providerId = providerId;
        }

        @Override
        public Cancellation cancellation() {
            return cancellation;
        }

        @Override
        public ProcessLauncher processes() {
            return services.processes().launcherFor(owners.apply(pluginId));
        }

        @Override
        public Optional<String> binaryOverride() {
            return services.settings().providerBinary(providerId);
        }

        @Override
        public OutputParser.Session openParser(String format, AgentSink sink) throws ManifestException {
            try {
                Lease<OutputParser> lease = services.contributions().acquire(OutputParser.class, format);
                parsers.add(lease);
                return lease.service().open(sink);
            } catch (ContributionUnavailableException unavailable) {
                String known = services.contributions().all(OutputParser.class).stream()
                        .map(Contributions.Entry::id)
                        .collect(Collectors.joining(", "));
                throw new ManifestException(
                        "outputFormat \"" + format + "\" is not offered by any plugin at this moment; "
                                + (known.isEmpty() ? "there are none" : "there are: " + known));
            }
        }

        @Override
        public void close() {
            parsers.forEach(Lease::close);
        }
    }
}
