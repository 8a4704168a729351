package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.ConfigField;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The triggers resource with all its neighbours in the test's hands. */
abstract class TriggersFixture {
    static final String GITHUB =
            """
            {"name":"new issue","workflowId":"triage","pluginId":"github","eventType":"issues","secret":"s3cret-value",
             "match":[{"lhs":"{{body.action}}","op":"==","rhs":"opened"}],"inputs":{"title":"{{body.issue.title}}"}}""";

    final Map<String, Trigger> stored = new LinkedHashMap<>();
    final List<AuditEvent> audit = new ArrayList<>();
    final List<TestFire.Delivery> fired = new ArrayList<>();
    final List<io.infloop.host.Contributions.Entry<?>> contributed = new ArrayList<>(List.of(
            source("github", true),
            source("generic", false),
            source("twilio", Optional.of(JsonObject.of("payload", "{url}{body}")), builder -> {}),
            source(
                    "sns",
                    Optional.of(JsonObject.of("remoteKeys", true)),
                    builder -> builder.config(List.of(
                            new ConfigField("topicArn", Optional.of("the topic"), true),
                            new ConfigField("region", Optional.empty(), false)))),
            source("asana", Optional.of(JsonObject.EMPTY), builder -> builder.challenges(List.of(handshake()))),
            source(
                    "elsewhere",
                    Optional.of(JsonObject.EMPTY),
                    builder -> builder.signature(new SignatureDeclaration("absent", JsonObject.EMPTY))),
            Fakes.entry(new FakeScheme(), "hmac")));
    List<WorkflowStore.FileProblem> problems = List.of();

    /** Sources that are on their way. */
    final Set<String> coming = new HashSet<>();

    /** What happens while somebody waits for them. */
    Consumer<Set<String>> await = ids -> {};

    final TriggersResource resource = new TriggersResource(
            Fakes.fake(TriggerStore.class, this::store),
            Fakes.contributions(contributed, coming, ids -> await.accept(ids)),
            Fakes.fake(
                    Workflows.class,
                    (method, arguments) -> arguments[0].equals("triage")
                            ? Optional.of(
                                    List.of(new InputDeclaration("title", "string", Optional.of(""), Optional.empty())))
                            : Optional.empty()),
            Fakes.audit(audit),
            (id, delivery) -> {
                fired.add(delivery);
                return CompletableFuture.completedFuture(new TestFire.Result(
                        202, "{\"queued\":true}".getBytes(StandardCharsets.UTF_8), Optional.of("not signed")));
            },
            Clock.fixed(Instant.ofEpochMilli(42), ZoneOffset.UTC));

    private Object store(String method, Object[] arguments) {
        return switch (method) {
            case "find" -> Optional.ofNullable(stored.get(arguments[0]));
            case "list" -> List.copyOf(stored.values());
            case "problems" -> problems;
            case "delete" -> stored.remove(arguments[0]) != null;
            case "save" -> {
                Trigger trigger = (Trigger) arguments[0];
                stored.put(trigger.id(), trigger);
                yield trigger;
            }
            case "update" -> {
                Optional<Trigger> found = Optional.ofNullable(stored.get(arguments[0]));
                yield found.map(trigger -> {
                    @SuppressWarnings("unchecked")
                    UnaryOperator<Trigger> change = (UnaryOperator<Trigger>) arguments[1];
                    Trigger changed = change.apply(trigger);
                    stored.put(changed.id(), changed);
                    return changed;
                });
            }
            case "rename" -> {
                Trigger renamed = stored.remove(arguments[0]).toBuilder()
                        .id((String) arguments[1])
                        .build();
                stored.put(renamed.id(), renamed);
                yield Optional.of(renamed);
            }
            default -> throw new UnsupportedOperationException(method);
        };
    }

    static io.infloop.host.Contributions.Entry<WebhookSource> source(String id, boolean signs) {
        return source(id, signs ? Optional.of(JsonObject.EMPTY) : Optional.empty(), builder -> {});
    }

    static io.infloop.host.Contributions.Entry<WebhookSource> source(
            String id, Optional<JsonObject> signature, Consumer<WebhookSource.Builder> more) {
        WebhookSource.Builder builder = WebhookSource.Descriptor.builder(id, id)
                .event(new WebhookEvent("issues", "Issues", List.of(), Optional.empty()));
        signature.ifPresent(settings -> builder.eventType(ValueRule.at(ValueLocation.header("x-github-event")))
                .signature(new SignatureDeclaration("hmac", settings)));
        more.accept(builder);
        WebhookSource.Descriptor descriptor = builder.build();
        WebhookSource source = () -> descriptor;
        return Fakes.entry(source, descriptor);
    }

    private static ChallengeRule handshake() {
        return new ChallengeRule(
                RequestCondition.builder()
                        .headerPresent(Set.of("x-hook-secret"))
                        .build(),
                false,
                true,
                Optional.of(ValueLocation.header("x-hook-secret")),
                ChallengeRule.Respond.json(200, Map.of(), JsonObject.EMPTY));
    }

    Trigger create() {
        ApiReply reply = Fakes.post(resource, "", GITHUB);
        assertThat(reply.status()).isEqualTo(201);
        return stored.get(
                Fakes.body(reply).object("trigger").orElseThrow().string("id").orElseThrow());
    }

    void assertReason(String body, String reason) {
        ApiReply reply = Fakes.post(resource, "", body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(Fakes.body(reply).asMap())
                .containsEntry("error", "invalid-trigger")
                .containsEntry("reason", "invalid trigger: " + reason);
    }

    static final String ABSENT =
            "{\"name\":\"n\",\"workflowId\":\"triage\",\"pluginId\":\"absent\",\"eventType\":\"x\"}";

    ApiReply patch(String path, String body) {
        return Fakes.call(resource, "PATCH", path, body, Map.of());
    }

    Trigger only() {
        return stored.values().iterator().next();
    }
}
