package io.infloop.rest.internal;

import io.infloop.core.id.Ids;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.template.Predicates;
import io.infloop.engine.template.Template;
import io.infloop.host.Contributions;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes a trigger out of a request body, or says what is wrong with it.
 *
 * <p>Members of the wrong type are refused, where the specification (§12) has them count as absent: a trigger whose {@code match} was
 * lost fires for everything, and one whose {@code enabled} was lost is on. Absent still means the default.
 */
final class TriggerDraft {
    private static final int MAX_SECRET_LENGTH = 4_096;
    private static final int MAX_PREDICATES = 100;
    private static final int MAX_URL_LENGTH = 2_048;

    /** A trigger, or why there is none. */
    sealed interface Outcome permits Valid, Invalid {}

    record Valid(Trigger trigger) implements Outcome {}

    /** @param reason {@code secret-required}, or a sentence that begins with {@code invalid trigger: } */
    record Invalid(String reason) implements Outcome {}

    private final Contributions contributions;
    private final Workflows workflows;

    TriggerDraft(Contributions contributions, Workflows workflows) {
        this.contributions = contributions;
        this.workflows = workflows;
    }

    /** @param existing the trigger that is being replaced: its secret stays unless the body names another */
    Outcome check(JsonObject body, String id, Optional<Trigger> existing, long nowMillis) {
        Optional<String> misshapen = misshapen(body);
        if (misshapen.isPresent()) {
            return invalid(misshapen.get());
        }
        Secret secret = secret(body, existing, nowMillis);
        Trigger trigger = existing.map(Trigger::toBuilder)
                .orElseGet(() -> Trigger.builder(id, "", ""))
                .name(body.string("name").orElse("").strip())
                .enabled(body.bool("enabled").orElse(true))
                .workflowId(body.string("workflowId").orElse(""))
                .pluginId(body.string("pluginId").orElse(""))
                .eventType(body.string("eventType").filter(type -> !type.isEmpty()))
                .match(predicates(body).orElse(List.of()))
                .inputs(templates(body.object("inputs").orElse(JsonObject.EMPTY)))
                .secrets(secret.value())
                .verifyOptional(body.bool("verifyOptional").orElse(false))
                .publicUrl(body.string("publicUrl").filter(url -> !url.isEmpty()))
                .lastFiredAt(OptionalLong.empty())
                .createdAt(existing.map(Trigger::createdAt).orElse(nowMillis))
                .updatedAt(nowMillis)
                .build();
        Optional<WebhookSource.Descriptor> source = contributions
                .find(WebhookSource.class, trigger.pluginId())
                .map(entry -> entry.descriptorAs(WebhookSource.Descriptor.class));
        if (secret.problem().isPresent()) {
            return invalid(secret.problem().get());
        }
        if (source.flatMap(WebhookSource.Descriptor::signature).isPresent()
                && !trigger.hasSecret()
                && !trigger.verifyOptional()) {
            return new Invalid("secret-required");
        }
        return problem(trigger, body, source)
                .<Outcome>map(TriggerDraft::invalid)
                .orElseGet(() -> new Valid(withoutIdleEvent(trigger, source)));
    }

    private static Optional<String> misshapen(JsonObject body) {
        if (body.has("match") && body.array("match").isEmpty()) {
            return Optional.of("match must be an array");
        }
        if (body.has("enabled") && body.bool("enabled").isEmpty()) {
            return Optional.of("enabled must be true or false");
        }
        if (body.has("inputs") && body.object("inputs").isEmpty()) {
            return Optional.of("inputs must be an object");
        }
        return Optional.empty();
    }

    private static Invalid invalid(String problem) {
        return new Invalid("invalid trigger: " + problem);
    }

    /** In the order of the specification; the first problem counts. */
    private Optional<String> problem(Trigger trigger, JsonObject body, Optional<WebhookSource.Descriptor> source) {
        if (trigger.name().isEmpty()) {
            return Optional.of("name must be a non-empty string");
        }
        if (trigger.workflowId().isEmpty()) {
            return Optional.of("workflowId must be a non-empty string");
        }
        if (trigger.pluginId().isEmpty()) {
            return Optional.of("pluginId must be a non-empty string");
        }
        if (source.isEmpty()) {
            return Optional.of("plugin not found: " + trigger.pluginId());
        }
        return eventProblem(trigger, source.get())
                .or(() -> matchProblem(trigger, body))
                .or(() -> inputsProblem(trigger, body))
                .or(() -> urlProblem(trigger));
    }

    private static Optional<String> eventProblem(Trigger trigger, WebhookSource.Descriptor source) {
        if (source.eventType().isEmpty()) {
            return Optional.empty();
        }
        if (trigger.eventType().isEmpty()) {
            return Optional.of("plugin " + source.id() + " requires eventType");
        }
        String type = trigger.eventType().get();
        return source.events().stream().map(WebhookEvent::type).noneMatch(type::equals)
                ? Optional.of("event " + type + " is not declared by plugin " + source.id())
                : Optional.empty();
    }

    private static Optional<String> matchProblem(Trigger trigger, JsonObject body) {
        if (predicates(body).isEmpty()) {
            return Optional.of(
                    "every element of match must be {lhs, op, rhs} with texts, and op ==, !=, contains or matches");
        }
        if (trigger.match().size() > MAX_PREDICATES) {
            return Optional.of("match holds more than " + MAX_PREDICATES + " predicates");
        }
        for (Trigger.Predicate predicate : trigger.match()) {
            if (predicate.op().equals("matches")
                    && Template.compile(predicate.rhs()).isLiteral()
                    && Predicates.test("", "matches", predicate.rhs()) instanceof Predicates.InvalidPattern pattern) {
                return Optional.of(pattern.message());
            }
        }
        return Optional.empty();
    }

    private Optional<String> inputsProblem(Trigger trigger, JsonObject body) {
        Optional<List<InputDeclaration>> declared =
                Ids.isWorkflowId(trigger.workflowId()) ? workflows.inputs(trigger.workflowId()) : Optional.empty();
        if (declared.isEmpty()) {
            return Optional.of("workflow not found: " + trigger.workflowId());
        }
        Set<String> names = declared.get().stream().map(InputDeclaration::name).collect(Collectors.toUnmodifiableSet());
        Map<String, Object> given =
                body.object("inputs").orElse(JsonObject.EMPTY).asMap();
        for (Map.Entry<String, Object> input : given.entrySet()) {
            if (!names.contains(input.getKey())) {
                return Optional.of("inputs." + input.getKey() + " is not a declared workflow input");
            }
            if (!(input.getValue() instanceof String)) {
                return Optional.of("inputs." + input.getKey() + " must be a templated string");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> urlProblem(Trigger trigger) {
        if (trigger.publicUrl().isEmpty()) {
            return Optional.empty();
        }
        String url = trigger.publicUrl().get();
        try {
            URI uri = new URI(url);
            boolean usable = ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && url.length() <= MAX_URL_LENGTH;
            return usable ? Optional.empty() : Optional.of("publicUrl must be a full http or https URL");
        } catch (URISyntaxException invalid) {
            return Optional.of("publicUrl must be a full http or https URL");
        }
    }

    /** @return empty if an element is not a predicate */
    private static Optional<List<Trigger.Predicate>> predicates(JsonObject body) {
        List<Trigger.Predicate> predicates = new ArrayList<>();
        for (Object element : body.array("match").orElse(List.of())) {
            JsonObject predicate = element instanceof JsonObject object ? object : JsonObject.EMPTY;
            Optional<String> lhs = predicate.string("lhs");
            Optional<String> op = predicate.string("op").filter(Predicates::isOperator);
            Optional<String> rhs = predicate.string("rhs");
            if (lhs.isEmpty() || op.isEmpty() || rhs.isEmpty()) {
                return Optional.empty();
            }
            predicates.add(new Trigger.Predicate(lhs.get(), op.get(), rhs.get()));
        }
        return Optional.of(predicates);
    }

    private static Map<String, String> templates(JsonObject inputs) {
        Map<String, String> templates = new LinkedHashMap<>();
        inputs.asMap().forEach((name, value) -> {
            if (value instanceof String template) {
                templates.put(name, template);
            }
        });
        return templates;
    }

    /** A source without event types has no use for one. */
    private static Trigger withoutIdleEvent(Trigger trigger, Optional<WebhookSource.Descriptor> source) {
        if (source.flatMap(WebhookSource.Descriptor::eventType).isPresent()) {
            return trigger;
        }
        return trigger.toBuilder().eventType(Optional.empty()).build();
    }

    private record Secret(List<TriggerSecret> value, Optional<String> problem) {
        static Secret of(List<TriggerSecret> value) {
            return new Secret(value, Optional.empty());
        }

        static Secret problem(String text) {
            return new Secret(List.of(), Optional.of(text));
        }
    }

    /** Omitted: as it was. {@code null}: none. An empty text could mean either and is refused where there is something to lose. */
    private static Secret secret(JsonObject body, Optional<Trigger> existing, long nowMillis) {
        if (!body.has("secret")) {
            return Secret.of(existing.map(Trigger::secrets).orElse(List.of()));
        }
        Object value = body.get("secret");
        if (value == null) {
            return Secret.of(List.of());
        }
        if (!(value instanceof String text)) {
            return Secret.problem("secret must be a string or null");
        }
        if (text.length() > MAX_SECRET_LENGTH) {
            return Secret.problem("secret is longer than " + MAX_SECRET_LENGTH + " characters");
        }
        if (text.isEmpty() && existing.isPresent()) {
            return Secret.problem("secret must not be empty; leave it out to keep it, send null to clear it");
        }
        return Secret.of(text.isEmpty() ? List.of() : List.of(TriggerSecret.create("secret", text, nowMillis)));
    }
}
