package io.infloop.host.internal.manifest;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.Failure;
import io.infloop.host.internal.registry.Key;
import io.infloop.host.internal.registry.Kind;
import io.infloop.host.internal.registry.ServiceAdopter.Interpreted;
import io.infloop.spi.Contribution;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.Provider;
import io.infloop.spi.provider.ProviderContext;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.ProviderManifest;
import io.infloop.spi.provider.ProviderTransport;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;

/** Makes a provider of a manifest as long as its transport is there. */
final class ProviderBinding extends ManifestBinding<ProviderTransport> {
    private static final String COMMAND_LINE = "cli";
    private static final String OUTPUT_FORMAT = "outputFormat";

    /** Longer than any id. */
    private static final int MAX_SHOWN = 64;

    private final ProviderManifest manifest;
    private final String label;
    private final Contributions contributions;

    /** @param label the manifest's name in messages */
    ProviderBinding(
            Bundle bundle, ContributionRegistry registry, ProviderManifest manifest, String label, Duration deadline) {
        super(bundle, registry, new Key(Kind.PROVIDER, manifest.id()), deadline);
        this.manifest = manifest;
        this.label = label;
        this.contributions = registry;
    }

    @Override
    Kind baseKind() {
        return Kind.PROVIDER_TRANSPORT;
    }

    @Override
    Class<ProviderTransport> baseType() {
        return ProviderTransport.class;
    }

    @Override
    Optional<String> baseId() {
        return Optional.of(manifest.transport());
    }

    /** The transport asks for the parser only when it runs an agent, which is late to learn that there is none. */
    @Override
    Optional<String> lacks() {
        if (!manifest.transport().equals(COMMAND_LINE)) {
            return Optional.empty();
        }
        return manifest.document()
                .string(OUTPUT_FORMAT)
                .filter(format -> !format.isBlank())
                .filter(format -> contributions.find(OutputParser.class, format).isEmpty())
                .map(format ->
                        "waits for " + Kind.OUTPUT_PARSER.words() + " " + shortened(format) + "; known: " + known());
    }

    private static String shortened(String format) {
        return format.length() <= MAX_SHOWN ? format : format.substring(0, MAX_SHOWN) + "…";
    }

    private String known() {
        String ids = contributions.all(OutputParser.class).stream()
                .map(Contributions.Entry::id)
                .collect(Collectors.joining(", "));
        return ids.isEmpty() ? "none" : ids;
    }

    @Override
    Contribution check(Optional<Lease<ProviderTransport>> base, Duration time)
            throws PluginCallException, InterruptedException {
        ProviderDescriptor descriptor = base.orElseThrow().call(time, transport -> transport.check(manifest));
        if (descriptor == null || !manifest.id().equals(descriptor.id())) {
            throw new PluginCallException(
                    "transport " + manifest.transport() + " describes another provider than the manifest", null);
        }
        return new ManifestProvider(manifest, descriptor, contributions);
    }

    @Override
    String refusal(PluginCallException failure) {
        String reason =
                failure.getCause() instanceof ManifestException refused ? refused.getMessage() : failure.getMessage();
        return "provider " + label + ": " + reason;
    }

    /** A provider whose agent a transport runs as the manifest says. */
    record ManifestProvider(ProviderManifest manifest, ProviderDescriptor descriptor, Contributions contributions)
            implements Provider, Interpreted {
        @Override
        public String id() {
            return manifest.id();
        }

        @Override
        public AgentResult run(AgentRequest request, ProviderContext context, AgentSink sink)
                throws InterruptedException {
            try (Lease<ProviderTransport> lease =
                    contributions.acquire(ProviderTransport.class, manifest.transport())) {
                return run(lease, request, context, sink);
            } catch (ContributionUnavailableException gone) {
                return AgentResult.failed("provider " + id() + " cannot run: " + gone.getMessage());
            }
        }

        private AgentResult run(
                Lease<ProviderTransport> lease, AgentRequest request, ProviderContext context, AgentSink sink)
                throws InterruptedException {
            try {
                AgentResult result = lease.service().run(manifest, request, context, sink);
                return result == null
                        ? AgentResult.failed("transport " + manifest.transport() + " returned no result")
                        : result;
            } catch (InterruptedException interrupted) {
                throw interrupted;
            } catch (Throwable thrown) {
                // A transport is a plugin: whatever it throws is a result here, for its classes must not get any
                // further.
                return AgentResult.failed("transport " + manifest.transport() + " of plugin "
                        + lease.plugin().id() + " threw "
                        + Failure.of(thrown, Optional.empty()).text());
            }
        }
    }
}
