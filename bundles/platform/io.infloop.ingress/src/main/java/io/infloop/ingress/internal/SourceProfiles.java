package io.infloop.ingress.internal;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Contributions.Entry;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the profile of each source for as long as source and scheme stay the same. Thread-safe. */
final class SourceProfiles {
    private static final Logger LOG = LoggerFactory.getLogger(SourceProfiles.class);
    private static final Duration DEADLINE = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS);
    /** More sources than a server has; then all are asked anew. */
    private static final int MAX_KEPT = 4_096;

    /** @param scheme {@code null} when there is none */
    private record Kept(Entry<WebhookSource> source, Entry<SignatureScheme> scheme, SourceProfile profile) {
        boolean fits(Entry<WebhookSource> currentSource, Entry<SignatureScheme> currentScheme) {
            return source.descriptor() == currentSource.descriptor()
                    && source.generation() == currentSource.generation()
                    && (scheme == null
                            ? currentScheme == null
                            : currentScheme != null
                                    && scheme.generation() == currentScheme.generation()
                                    && scheme.service() == currentScheme.service());
        }
    }

    private record Answers(SourceProfile.SchemeFacts facts, List<ValueLocation> credentials, boolean fetchesKeys) {}

    private final Contributions contributions;
    private final ConcurrentMap<String, Kept> kept = new ConcurrentHashMap<>();

    SourceProfiles(Contributions contributions) {
        this.contributions = contributions;
    }

    /**
     * The profile if it is at hand, or can be made without asking code that did not ship with the server. Does not block.
     *
     * @return empty also when the source is not in service
     */
    Optional<SourceProfile> atHand(String sourceId) {
        Optional<Entry<WebhookSource>> source = contributions.find(WebhookSource.class, sourceId);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        Entry<SignatureScheme> scheme = scheme(source.get());
        Kept known = kept.get(sourceId);
        if (known != null && known.fits(source.get(), scheme)) {
            return Optional.of(known.profile());
        }
        return scheme == null || scheme.plugin().shipped() ? Optional.of(make(source.get(), scheme)) : Optional.empty();
    }

    /** The profile; empty when the source is not in service. May wait for a scheme's answers. */
    Optional<SourceProfile> of(String sourceId) {
        Optional<SourceProfile> atHand = atHand(sourceId);
        if (atHand.isPresent()) {
            return atHand;
        }
        return contributions.find(WebhookSource.class, sourceId).map(source -> make(source, scheme(source)));
    }

    private Entry<SignatureScheme> scheme(Entry<WebhookSource> source) {
        return source.descriptorAs(WebhookSource.Descriptor.class)
                .signature()
                .flatMap(declaration -> contributions.find(SignatureScheme.class, declaration.scheme()))
                .orElse(null);
    }

    private SourceProfile make(Entry<WebhookSource> source, Entry<SignatureScheme> scheme) {
        WebhookSource.Descriptor descriptor = source.descriptorAs(WebhookSource.Descriptor.class);
        if (scheme == null) {
            // Without its scheme a source that signs is answered 503; there is nothing to remember of it.
            return new SourceProfile(
                    descriptor,
                    Optional.empty(),
                    new Redaction(List.of()),
                    source.plugin().shipped());
        }
        Optional<Answers> answers = descriptor.signature().flatMap(this::ask);
        boolean quick = source.plugin().shipped()
                && scheme.plugin().shipped()
                && answers.map(known -> !known.fetchesKeys()).orElse(true);
        SourceProfile profile = new SourceProfile(
                descriptor, answers.map(Answers::facts), new Redaction(secretPlaces(descriptor, answers)), quick);
        if (answers.isPresent()) {
            if (kept.size() >= MAX_KEPT) {
                kept.clear();
            }
            kept.put(source.id(), new Kept(source, scheme, profile));
        }
        return profile;
    }

    /** Also where a handshake brings the secret: the second one, which is refused, may bring it again. */
    private static List<ValueLocation> secretPlaces(WebhookSource.Descriptor descriptor, Optional<Answers> answers) {
        return Stream.concat(
                        answers.map(Answers::credentials).orElse(List.of()).stream(),
                        descriptor.challenges().stream().flatMap(rule -> rule.captureSecret().stream()))
                .toList();
    }

    private Optional<Answers> ask(SignatureDeclaration declaration) {
        JsonObject settings = declaration.settings();
        try (Lease<SignatureScheme> lease = contributions.acquire(SignatureScheme.class, declaration.scheme())) {
            return Optional.of(lease.call(
                    DEADLINE,
                    scheme -> new Answers(
                            new SourceProfile.SchemeFacts(
                                    scheme.needsSecret(settings),
                                    scheme.needsPublicUrl(settings),
                                    scheme.replayWindow(settings)),
                            List.copyOf(scheme.credentials(settings)),
                            scheme.fetchesKeys(settings))));
        } catch (ContributionUnavailableException | PluginCallException unavailable) {
            LOG.warn("scheme '{}' says nothing of what it does: {}", declaration.scheme(), unavailable.getMessage());
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
