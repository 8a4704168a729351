package sample;

import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.ProviderContext;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.ProviderManifest;
import io.infloop.spi.provider.ProviderTransport;

/** A transport that needs the field {@code bin} and whose agents fail with its name. */
public final class SampleTransport implements ProviderTransport {
    @Override
    public String id() {
        return "cli";
    }

    @Override
    public ProviderDescriptor check(ProviderManifest manifest) throws ManifestException {
        if (manifest.document().string("bin").isEmpty()) {
            throw new ManifestException("\"bin\" must be a non-empty string");
        }
        return new ProviderDescriptor(
                manifest.id(),
                manifest.label(),
                manifest.description(),
                manifest.glyph(),
                manifest.transport(),
                true,
                false,
                false);
    }

    @Override
    public AgentResult run(ProviderManifest manifest, AgentRequest request, ProviderContext context, AgentSink sink) {
        return AgentResult.failed("ran " + manifest.document().string("bin").orElse(""));
    }
}
