package io.infloop.host.internal.manifest;

import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.Key;
import io.infloop.host.internal.registry.Kind;
import io.infloop.host.internal.registry.ServiceAdopter.Interpreted;
import io.infloop.spi.Contribution;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.util.Optional;
import org.osgi.framework.Bundle;

/** Makes a webhook source of a manifest as long as the scheme by which it signs is there. */
final class SourceBinding extends ManifestBinding<SignatureScheme> {
    private final WebhookSource.Descriptor descriptor;
    private final String label;

    /** @param label the manifest's name in messages */
    SourceBinding(
            Bundle bundle,
            ContributionRegistry registry,
            WebhookSource.Descriptor descriptor,
            String label,
            Duration deadline) {
        super(bundle, registry, new Key(Kind.WEBHOOK_SOURCE, descriptor.id()), deadline);
        this.descriptor = descriptor;
        this.label = label;
    }

    @Override
    Kind baseKind() {
        return Kind.SIGNATURE_SCHEME;
    }

    @Override
    Class<SignatureScheme> baseType() {
        return SignatureScheme.class;
    }

    @Override
    Optional<String> baseId() {
        return descriptor.signature().map(SignatureDeclaration::scheme);
    }

    @Override
    Contribution check(Optional<Lease<SignatureScheme>> base, Duration time)
            throws PluginCallException, InterruptedException {
        if (base.isPresent()) {
            SignatureDeclaration declaration = descriptor.signature().orElseThrow();
            base.get().call(time, scheme -> {
                scheme.check(declaration.settings());
                return true;
            });
        }
        return new ManifestSource(descriptor);
    }

    @Override
    String refusal(PluginCallException failure) {
        String reason = failure.getCause() instanceof IllegalArgumentException refused
                ? refused.getMessage()
                : failure.getMessage();
        return "webhook " + label + ": \"signature\": " + reason;
    }

    /** A webhook source that is nothing but its description. */
    record ManifestSource(WebhookSource.Descriptor descriptor) implements WebhookSource, Interpreted {
        @Override
        public String id() {
            return descriptor.id();
        }
    }
}
