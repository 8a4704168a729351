package io.infloop.host.internal.registry;

import io.infloop.spi.Contribution;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.Provider;
import io.infloop.spi.provider.ProviderTransport;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.WebhookSource;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of contributions. */
public enum Kind {
    NODE_TYPE(NodeType.class, "node-type"),
    PROVIDER(Provider.class, "provider"),
    PROVIDER_TRANSPORT(ProviderTransport.class, "provider-transport"),
    OUTPUT_PARSER(OutputParser.class, "output-parser"),
    WEBHOOK_SOURCE(WebhookSource.class, "webhook-source"),
    SIGNATURE_SCHEME(SignatureScheme.class, "signature-scheme");

    private final Class<? extends Contribution> type;
    private final String text;

    Kind(Class<? extends Contribution> type, String text) {
        this.type = type;
        this.text = text;
    }

    public Class<? extends Contribution> type() {
        return type;
    }

    /** As in lists of plugins: {@code node-type}. */
    public String text() {
        return text;
    }

    /** As in sentences: {@code node type}. */
    public String words() {
        return text.replace('-', ' ');
    }

    public static Optional<Kind> ofInterface(String className) {
        return Arrays.stream(values())
                .filter(kind -> kind.type.getName().equals(className))
                .findFirst();
    }

    static Kind of(Class<?> type) {
        return Arrays.stream(values())
                .filter(kind -> kind.type.equals(type))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(type.getName() + " is no kind of contribution"));
    }

    /** Reads what describes a contribution; calls the plugin. */
    Object describe(Contribution contribution, String id) {
        return switch (this) {
            case NODE_TYPE -> ((NodeType) contribution).descriptor();
            case PROVIDER -> ((Provider) contribution).descriptor();
            case WEBHOOK_SOURCE -> ((WebhookSource) contribution).descriptor();
            case PROVIDER_TRANSPORT, OUTPUT_PARSER, SIGNATURE_SCHEME -> id;
        };
    }

    /** The id inside what {@link #describe} gave. */
    String idIn(Object descriptor) {
        return switch (this) {
            case NODE_TYPE -> ((io.infloop.spi.node.NodeDescriptor) descriptor).id();
            case PROVIDER -> ((io.infloop.spi.provider.ProviderDescriptor) descriptor).id();
            case WEBHOOK_SOURCE -> ((WebhookSource.Descriptor) descriptor).id();
            case PROVIDER_TRANSPORT, OUTPUT_PARSER, SIGNATURE_SCHEME -> (String) descriptor;
        };
    }
}
