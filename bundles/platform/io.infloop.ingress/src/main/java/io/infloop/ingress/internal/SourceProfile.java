package io.infloop.ingress.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the pipeline knows of a source and its scheme, asked once for all deliveries.
 *
 * @param scheme what the scheme says of the source's declaration; empty without a declaration, and while the scheme is not in service
 * @param redaction what must not be stored
 * @param quick whether everything may run on an I/O thread: the code shipped with the server and asks the network nothing
 * @param readsDocument whether the whole document is read for every event anyway: it is then not parsed once more for templates
 */
record SourceProfile(
        WebhookSource.Descriptor descriptor,
        Optional<SchemeFacts> scheme,
        Redaction redaction,
        boolean quick,
        boolean readsDocument) {
    SourceProfile(
            WebhookSource.Descriptor descriptor, Optional<SchemeFacts> scheme, Redaction redaction, boolean quick) {
        this(descriptor, scheme, redaction, quick, readsDocument(descriptor));
    }

    /** Answers of a scheme. */
    record SchemeFacts(boolean needsSecret, boolean needsPublicUrl, Duration replayWindow) {}

    Optional<SignatureDeclaration> signature() {
        return descriptor.signature();
    }

    /** How long a captured request would verify. */
    Duration replayWindow() {
        return scheme.map(SchemeFacts::replayWindow).orElse(Duration.ZERO);
    }

    private static boolean readsDocument(WebhookSource.Descriptor descriptor) {
        return descriptor.batch().isPresent()
                || reads(descriptor.eventType())
                || reads(descriptor.deliveryId())
                || reads(descriptor.replayKey())
                || descriptor.challenges().stream().anyMatch(rule -> reads(rule.when()))
                || descriptor
                        .signature()
                        .filter(declaration -> mentionsDocument(declaration.settings()))
                        .isPresent();
    }

    private static boolean reads(RequestCondition condition) {
        return !condition.bodyPresent().isEmpty()
                || !condition.bodyAbsent().isEmpty()
                || !condition.bodyEquals().isEmpty();
    }

    /** Settings are in the terms of the scheme; the grammar of manifests has two ways to name a place in the body. */
    private static boolean mentionsDocument(Object settings) {
        if (settings instanceof JsonObject object) {
            return "body".equals(object.get("from"))
                    || object.asMap().values().stream().anyMatch(SourceProfile::mentionsDocument);
        }
        if (settings instanceof List<?> elements) {
            return elements.stream().anyMatch(SourceProfile::mentionsDocument);
        }
        return settings instanceof String text && text.contains("{body:");
    }

    private static boolean reads(Optional<ValueRule> rule) {
        return rule.filter(SourceProfile::reads).isPresent();
    }

    private static boolean reads(ValueRule rule) {
        if (rule instanceof ValueRule.Located located) {
            return isBody(located.location());
        }
        if (rule instanceof ValueRule.Templated templated) {
            return templated.template().locations().stream().anyMatch(SourceProfile::isBody);
        }
        return rule instanceof ValueRule.FirstKey
                || rule instanceof ValueRule.FirstOf first
                        && first.rules().stream().anyMatch(SourceProfile::reads);
    }

    private static boolean isBody(ValueLocation place) {
        return place.from() == ValueLocation.From.BODY || place.from() == ValueLocation.From.ITEM;
    }
}
