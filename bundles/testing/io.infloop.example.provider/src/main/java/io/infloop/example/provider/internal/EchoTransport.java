package io.infloop.example.provider.internal;

import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.ProviderContext;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.ProviderManifest;
import io.infloop.spi.provider.ProviderTransport;
import io.infloop.spi.provider.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.service.component.annotations.Component;

/**
 * Example of a transport: its agents answer with the task. Manifests that say {@code "transport": "example-echo"} become providers;
 * {@code greeting} is a field of this transport's own.
 */
@Component(service = ProviderTransport.class)
public final class EchoTransport implements ProviderTransport {
    @Override
    public String id() {
        return "example-echo";
    }

    /** Called when a manifest is admitted: the first thing that is wrong with it is what its author reads. */
    @Override
    public ProviderDescriptor check(ProviderManifest manifest) throws ManifestException {
        greeting(manifest);
        return new ProviderDescriptor(
                manifest.id(),
                manifest.label(),
                manifest.description(),
                manifest.glyph(),
                id(),
                /* needsWorkingDirectory= */ false,
                /* canSkipPermissions= */ false,
                /* limitsEgress= */ true);
    }

    @Override
    public AgentResult run(ProviderManifest manifest, AgentRequest request, ProviderContext context, AgentSink sink)
            throws ManifestException {
        String answer = greeting(manifest) + request.prompt();
        // What goes to the sink is seen at once by everybody who watches the run.
        sink.text(answer);
        return new AgentResult(
                answer,
                answer,
                "",
                OptionalInt.empty(),
                false,
                Optional.empty(),
                Usage.UNKNOWN,
                Optional.empty(),
                List.of(),
                Duration.ZERO);
    }

    private static String greeting(ProviderManifest manifest) throws ManifestException {
        return manifest.document()
                .string("greeting")
                .orElseThrow(() -> new ManifestException("greeting: required, a text"));
    }
}
