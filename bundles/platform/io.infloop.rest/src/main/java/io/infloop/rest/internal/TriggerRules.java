package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.template.Predicates;
import io.infloop.engine.template.Template;
import io.infloop.host.Contributions;
import io.infloop.spi.json.Json;
import io.infloop.spi.webhook.ConfigField;
import io.infloop.store.Trigger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must hold for a trigger as a whole, with its source and its workflow. A source that is not in service cannot be asked: what it
 * would say is found out when a delivery comes, which is then refused.
 */
final class TriggerRules {
    private static final int MAX_URL_LENGTH = 2_048;
    private static final int MAX_NAME_LENGTH = 500;
    /** Of the whole document, in characters: half of what the store reads. */
    private static final int MAX_DOCUMENT_LENGTH = 400_000;

    private final Contributions contributions;
    private final Workflows workflows;
    private final ComingSources coming;

    TriggerRules(Contributions contributions, Workflows workflows) {
        this.contributions = contributions;
        this.workflows = workflows;
        this.coming = new ComingSources(contributions);
    }

    Optional<SourceFacts> source(Trigger trigger) {
        return SourceFacts.find(contributions, trigger.pluginId());
    }

    ComingSources coming() {
        return coming;
    }

    /**
     * In the order of the specification; the first problem counts.
     *
     * @return the trigger to save: without an event if its source has no use for one
     * @throws InvalidTriggerException if it cannot be saved
     */
    Trigger checked(Trigger trigger, long nowMillis) {
        coming.require(trigger.pluginId());
        Optional<SourceFacts> source = source(trigger);
        source.ifPresent(facts -> requireSecret(trigger, facts, nowMillis));
        require(!trigger.name().isEmpty(), "name", "name must be a non-empty string");
        require(
                trigger.name().length() <= MAX_NAME_LENGTH,
                "name",
                "name is longer than " + MAX_NAME_LENGTH + " characters");
        require(!trigger.workflowId().isEmpty(), "workflowId", "workflowId must be a non-empty string");
        require(!trigger.pluginId().isEmpty(), "pluginId", "pluginId must be a non-empty string");
        require(
                Ids.isContributionId(trigger.pluginId()),
                "pluginId",
                "pluginId is none: it has small letters, digits, '_' and '-', and begins with a letter");
        source.ifPresent(facts -> requireEvent(trigger, facts));
        requirePatterns(trigger);
        requireInputs(trigger);
        requireUrl(trigger, source);
        source.ifPresent(facts -> requireConfig(trigger, facts));
        require(
                Json.write(trigger.toJson()).length() <= MAX_DOCUMENT_LENGTH,
                "inputs",
                "the trigger is too large; shorten its conditions and templates");
        boolean idle = source.isPresent() && !source.get().namesEvents();
        return idle ? trigger.toBuilder().eventType(Optional.empty()).build() : trigger;
    }

    /**
     * The trigger as it is, if its source is not left without a secret that it needs.
     *
     * @throws InvalidTriggerException otherwise
     */
    Trigger withEnoughSecrets(Trigger trigger, long nowMillis) {
        coming.require(trigger.pluginId());
        source(trigger).ifPresent(facts -> requireSecret(trigger, facts, nowMillis));
        return trigger;
    }

    private static void require(boolean holds, String field, String problem) {
        if (!holds) {
            throw InvalidTriggerException.of(field, problem);
        }
    }

    private static void requireSecret(Trigger trigger, SourceFacts source, long nowMillis) {
        if (trigger.hasSecret()
                && source.signs()
                && trigger.secretsAt(nowMillis).isEmpty()) {
            throw InvalidTriggerException.coded(
                    "secret",
                    "secret-required",
                    "All secrets of the trigger have expired: add one, or clear them with \"secret\": null.");
        }
        boolean provided = trigger.hasSecret() || trigger.verifyOptional() || source.bringsSecret();
        if (provided || !source.signs()) {
            return;
        }
        boolean needed = source.needsSecret()
                .orElseThrow(() -> new InfloopException(
                        ErrorCode.PLUGIN_UNAVAILABLE,
                        "the signature scheme of the source " + source.id()
                                + " is not in service, so it cannot be asked whether it needs a secret; give the secret,"
                                + " or try again"));
        if (needed) {
            throw InvalidTriggerException.coded(
                    "secret",
                    "secret-required",
                    "The source " + source.id() + " signs its deliveries: give the trigger the sender's secret, or set"
                            + " verifyOptional to true to accept unsigned deliveries.");
        }
    }

    private static void requireConfig(Trigger trigger, SourceFacts source) {
        for (ConfigField field : source.config()) {
            String name = "config." + field.name();
            require(
                    !field.required() || trigger.config().containsKey(field.name()),
                    name,
                    "the source " + source.id() + " requires " + name
                            + field.description().map(text -> ": " + text).orElse(""));
        }
        Set<String> names = source.config().stream().map(ConfigField::name).collect(Collectors.toUnmodifiableSet());
        for (String name : trigger.config().keySet()) {
            require(
                    names.contains(name),
                    "config." + name,
                    "the source " + source.id() + " has no field config." + name
                            + (names.isEmpty()
                                    ? ""
                                    : "; it has "
                                            + String.join(
                                                    ", ",
                                                    names.stream().sorted().toList())));
        }
    }

    private static void requireEvent(Trigger trigger, SourceFacts source) {
        if (!source.namesEvents()) {
            return;
        }
        String type = trigger.eventType()
                .orElseThrow(
                        () -> InvalidTriggerException.of("eventType", "plugin " + source.id() + " requires eventType"));
        require(source.sends(type), "eventType", "event " + type + " is not declared by plugin " + source.id());
    }

    private static void requirePatterns(Trigger trigger) {
        List<Trigger.Predicate> match = trigger.match();
        for (int index = 0; index < match.size(); index++) {
            Trigger.Predicate predicate = match.get(index);
            if (predicate.op().equals("matches")
                    && Template.compile(predicate.rhs()).isLiteral()
                    && Predicates.test("", "matches", predicate.rhs()) instanceof Predicates.InvalidPattern pattern) {
                throw InvalidTriggerException.of("match[" + index + "].rhs", pattern.message());
            }
        }
    }

    private void requireInputs(Trigger trigger) {
        List<InputDeclaration> declared = Optional.of(trigger.workflowId())
                .filter(Ids::isWorkflowId)
                .flatMap(workflows::inputs)
                .orElseThrow(
                        () -> InvalidTriggerException.of("workflowId", "workflow not found: " + trigger.workflowId()));
        Set<String> names = declared.stream().map(InputDeclaration::name).collect(Collectors.toUnmodifiableSet());
        for (String name : trigger.inputs().keySet()) {
            require(names.contains(name), "inputs." + name, "inputs." + name + " is not a declared workflow input");
        }
    }

    private static void requireUrl(Trigger trigger, Optional<SourceFacts> source) {
        if (trigger.publicUrl().isPresent()) {
            require(isUrl(trigger.publicUrl().get()), "publicUrl", "publicUrl must be a full http or https URL");
        } else if (source.filter(SourceFacts::needsPublicUrl).isPresent()
                && !(trigger.verifyOptional() && !trigger.hasSecret())) {
            throw InvalidTriggerException.of(
                    "publicUrl",
                    "the source " + trigger.pluginId()
                            + " signs the URL it was given; set publicUrl to exactly that URL");
        }
    }

    private static boolean isUrl(String url) {
        try {
            URI uri = new URI(url);
            return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getFragment() == null
                    && url.length() <= MAX_URL_LENGTH;
        } catch (URISyntaxException invalid) {
            return false;
        }
    }
}
