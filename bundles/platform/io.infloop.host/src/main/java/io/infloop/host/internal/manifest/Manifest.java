package io.infloop.host.internal.manifest;

import io.infloop.host.internal.registry.Kind;
import io.infloop.spi.provider.ProviderManifest;
import io.infloop.spi.webhook.WebhookSource;

/** A contribution as data, read and checked as far as that is possible without the plugin that interprets it. */
public sealed interface Manifest {
    String id();

    Kind kind();

    /** A provider; its transport checks the rest. */
    record OfProvider(ProviderManifest content) implements Manifest {
        @Override
        public String id() {
            return content.id();
        }

        @Override
        public Kind kind() {
            return Kind.PROVIDER;
        }
    }

    /** A source of webhooks; its signature scheme checks the signature block. */
    record OfSource(WebhookSource.Descriptor content) implements Manifest {
        @Override
        public String id() {
            return content.id();
        }

        @Override
        public Kind kind() {
            return Kind.WEBHOOK_SOURCE;
        }
    }
}
