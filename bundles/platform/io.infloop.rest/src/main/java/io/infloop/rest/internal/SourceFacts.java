package io.infloop.rest.internal;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.ConfigField;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/** What a source, and the scheme by which it signs, ask of triggers. */
final class SourceFacts {
    private static final Duration DEADLINE = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS);

    private final Contributions contributions;
    private final WebhookSource.Descriptor source;

    private SourceFacts(Contributions contributions, WebhookSource.Descriptor source) {
        this.contributions = contributions;
        this.source = source;
    }

    /** @return empty if the source is not in service */
    static Optional<SourceFacts> find(Contributions contributions, String pluginId) {
        return contributions
                .find(WebhookSource.class, pluginId)
                .map(entry -> new SourceFacts(contributions, entry.descriptorAs(WebhookSource.Descriptor.class)));
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

    /** Whether deliveries can be decided about: a source that signs needs its scheme for that. */
    boolean isComplete() {
        return source.signature()
                .map(declaration -> contributions
                        .find(SignatureScheme.class, declaration.scheme())
                        .isPresent())
                .orElse(true);
    }

    /** Empty if it signs with a scheme that cannot be asked at the moment. */
    Optional<Boolean> needsSecret() {
        return signs() ? ask(SignatureScheme::needsSecret) : Optional.of(false);
    }

    /** Whether the sender hands the secret over in a handshake. */
    boolean bringsSecret() {
        return source.challenges().stream()
                .anyMatch(rule -> rule.captureSecret().isPresent());
    }

    /** Whether what is signed holds the URL that the sender was given. */
    boolean needsPublicUrl() {
        return signs() && ask(SignatureScheme::needsPublicUrl).orElse(false);
    }

    private Optional<Boolean> ask(BiPredicate<SignatureScheme, JsonObject> question) {
        SignatureDeclaration declaration = source.signature().orElseThrow();
        try (Lease<SignatureScheme> lease = contributions.acquire(SignatureScheme.class, declaration.scheme())) {
            return Optional.of(lease.call(DEADLINE, scheme -> question.test(scheme, declaration.settings())));
        } catch (ContributionUnavailableException | PluginCallException unavailable) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    List<ConfigField> config() {
        return source.config();
    }

    /** How the scheme reads a secret; empty if the secret is a key that only the sender can make. */
    Optional<JsonObject> secretForm() {
        JsonObject settings =
                source.signature().map(SignatureDeclaration::settings).orElse(JsonObject.EMPTY);
        return settings.has("publicKey")
                ? Optional.empty()
                : Optional.of(settings.object("secret").orElse(JsonObject.EMPTY));
    }
}
