package io.infloop.rest.internal;

import io.infloop.host.Contributions;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import java.util.List;
import java.util.Optional;

/** What a source asks of its triggers. */
final class SourceFacts {
    private final WebhookSource.Descriptor source;

    private SourceFacts(WebhookSource.Descriptor source) {
        this.source = source;
    }

    /** @return empty if the source is not in service */
    static Optional<SourceFacts> find(Contributions contributions, String pluginId) {
        return contributions
                .find(WebhookSource.class, pluginId)
                .map(entry -> new SourceFacts(entry.descriptorAs(WebhookSource.Descriptor.class)));
    }

    String id() {
        return source.id();
    }

    /** Whether a trigger has to choose an event. */
    boolean namesEvents() {
        return source.eventType().isPresent();
    }

    boolean sends(String eventType) {
        return source.events().stream().map(WebhookEvent::type).anyMatch(eventType::equals);
    }

    boolean signs() {
        return source.signature().isPresent();
    }

    boolean needsSecret() {
        return signs();
    }

    /** Whether what is signed holds the URL that the sender was given. */
    boolean needsPublicUrl() {
        return source.signature()
                .map(declaration -> declaration.settings().toString().contains("{url"))
                .orElse(false);
    }

    /** How the scheme reads a secret; empty if the secret is a key that only the sender can make. */
    Optional<JsonObject> secretForm() {
        JsonObject settings =
                source.signature().map(SignatureDeclaration::settings).orElse(JsonObject.EMPTY);
        return settings.has("publicKey")
                ? Optional.empty()
                : Optional.of(settings.object("secret").orElse(JsonObject.EMPTY));
    }

    List<String> events() {
        return source.events().stream().map(WebhookEvent::type).toList();
    }
}
