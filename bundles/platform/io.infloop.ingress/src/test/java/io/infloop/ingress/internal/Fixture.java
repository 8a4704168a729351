package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub;
import io.infloop.core.rate.RateLimiter;
import io.infloop.core.rate.RateLimiters;
import io.infloop.engine.Runs;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.Refusal;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** A pipeline whose neighbours are all in the test's hands. */
final class Fixture {
    static final String TRIGGER_ID = "k3JvQ0a9TtWm2xZpLr8bYg";
    static final String SECRET = "It's a Secret to Everybody";
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final SignatureDeclaration HMAC = new SignatureDeclaration(
            "hmac",
            Json.parseObject(
                    """
                    {"algorithm":"sha256","encoding":"hex","source":{"from":"header","name":"x-hub-signature-256"},
                     "format":{"type":"prefix","prefix":"sha256="},"payload":"{body}"}"""));

    final Map<String, Trigger> triggers = new HashMap<>();
    final List<String> touched = new ArrayList<>();
    final Map<String, List<InputDeclaration>> workflows = new HashMap<>();
    final List<Delivery> deliveries = new ArrayList<>();
    final List<QueueItem> items = new ArrayList<>();
    final List<RecordStore.NewItem> newItems = new ArrayList<>();
    final List<String> rejectedReasons = new ArrayList<>();
    final List<Delivery> refusedDeliveries = new ArrayList<>();
    final List<Refusal> refusals = new ArrayList<>();
    final List<String> usedSecrets = new ArrayList<>();
    final List<Integer> limits = new ArrayList<>();
    final List<String> stopped = new ArrayList<>();
    List<WorkflowStore.FileProblem> problems = List.of();
    final List<AuditEvent> audit = new ArrayList<>();
    final List<Map<String, ?>> events = new ArrayList<>();
    final FakeContributions contributions = new FakeContributions();
    final FakeHmacScheme scheme = new FakeHmacScheme();
    int kicks;
    int waiting;
    Optional<String> hold = Optional.empty();
    Optional<EnqueueResult> fixedResult = Optional.empty();
    boolean storeFails;
    boolean announcementsFail;
    int tokens = Integer.MAX_VALUE;

    Fixture() {
        contributions.add(SignatureScheme.class, scheme);
        contributions.add(WebhookSource.class, source("github", Optional.of(HMAC)));
        contributions.add(WebhookSource.class, source("generic", Optional.empty()));
        workflows.put(
                "triage",
                List.of(
                        new InputDeclaration("number", "number", Optional.empty(), Optional.empty()),
                        new InputDeclaration("title", "string", Optional.of("none"), Optional.empty())));
        put(githubTrigger());
    }

    static Trigger githubTrigger() {
        return trigger(
                "github",
                Optional.of("pull_request"),
                Optional.of(SECRET),
                false,
                List.of(new Trigger.Predicate("{{body.action}}", "==", "opened")),
                Map.of("number", "{{body.number}}", "title", "{{body.pull_request.title}}"));
    }

    static Trigger trigger(
            String pluginId,
            Optional<String> eventType,
            Optional<String> secret,
            boolean verifyOptional,
            List<Trigger.Predicate> match,
            Map<String, String> inputs) {
        return Trigger.builder(TRIGGER_ID, "triage", pluginId)
                .name("test")
                .eventType(eventType)
                .match(match)
                .inputs(inputs)
                .secrets(secret.map(value -> TriggerSecret.create("secret", value, 1)).stream()
                        .toList())
                .verifyOptional(verifyOptional)
                .createdAt(1)
                .updatedAt(1)
                .build();
    }

    void put(Trigger trigger) {
        triggers.put(trigger.id(), trigger);
    }

    static WebhookSource source(String id, Optional<SignatureDeclaration> signature) {
        WebhookSource.Builder builder = WebhookSource.Descriptor.builder(id, id)
                .event(new WebhookEvent("pull_request", "Pull request", List.of(), Optional.empty()));
        signature.ifPresent(declaration -> builder.signature(declaration)
                .eventType(ValueRule.at(ValueLocation.header("x-github-event")))
                .deliveryId(ValueRule.at(ValueLocation.header("x-github-delivery"))));
        WebhookSource.Descriptor descriptor = builder.build();
        return () -> descriptor;
    }

    /** A source that is signed like GitHub's and can be changed. */
    static WebhookSource.Builder signed() {
        return WebhookSource.Descriptor.builder("github", "github")
                .event(new WebhookEvent("pull_request", "Pull request", List.of(), Optional.empty()))
                .signature(HMAC)
                .eventType(ValueRule.at(ValueLocation.header("x-github-event")))
                .deliveryId(ValueRule.at(ValueLocation.header("x-github-delivery")));
    }

    /** An unsigned one. */
    static WebhookSource.Builder described(String id) {
        return WebhookSource.Descriptor.builder(id, id)
                .event(new WebhookEvent("event", "Event", List.of(), Optional.empty()));
    }

    void put(WebhookSource.Builder source) {
        WebhookSource.Descriptor descriptor = source.build();
        WebhookSource service = () -> descriptor;
        contributions.add(WebhookSource.class, service);
    }

    Trigger trigger() {
        return triggers.get(TRIGGER_ID);
    }

    static String signature(String body) {
        return FakeHmacScheme.signature(SECRET, body);
    }

    WebhookPipeline pipeline() {
        RateLimiters limiters = perMinute -> new RateLimiter() {
            @Override
            public Optional<Duration> acquire(String key) {
                limits.add(perMinute);
                return tokens-- > 0 ? Optional.empty() : Optional.of(Duration.ofMillis(1_200));
            }

            @Override
            public void forget(String key) {}
        };
        return new WebhookPipeline(
                fake(TriggerStore.class, this::triggerStore),
                fake(
                        WorkflowStore.class,
                        (method, arguments) -> method.equals("problems")
                                ? problems
                                : Optional.of(new StoredWorkflow(
                                        "triage",
                                        1,
                                        1,
                                        JsonObject.of("name", "Triage"),
                                        StoredWorkflow.Source.USER,
                                        1))),
                fake(RecordStore.class, this::recordStore),
                contributions,
                fake(Workflows.class, (method, arguments) -> Optional.ofNullable(workflows.get(arguments[0]))),
                fake(Runs.class, (method, arguments) -> {
                    if (method.equals("hold")) {
                        return hold;
                    }
                    if (method.equals("stop")) {
                        return stopped.add((String) arguments[0]);
                    }
                    kicks++;
                    return null;
                }),
                limiters,
                fake(AuditLog.class, this::auditLog),
                fake(EventHub.class, this::eventHub),
                120,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private Object triggerStore(String method, Object[] arguments) {
        return switch (method) {
            case "find" -> Optional.ofNullable(triggers.get(arguments[0]));
            case "touch" -> touched.add((String) arguments[0]);
            case "secretUsed" -> usedSecrets.add((String) arguments[1]);
            case "isBroken" ->
                problems.stream().anyMatch(problem -> problem.file().equals(arguments[0] + ".json"));
            case "bind" -> bind((String) arguments[0], (String) arguments[1]);
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private Optional<Trigger> bind(String id, String secret) {
        Trigger trigger = triggers.get(id);
        if (trigger == null || !trigger.isUnbound()) {
            return Optional.empty();
        }
        put(trigger.toBuilder()
                .secret(TriggerSecret.create("captured", secret, 1))
                .boundAt(OptionalLong.of(1))
                .build());
        return Optional.of(triggers.get(id));
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private Object recordStore(String method, Object[] arguments) {
        if (method.equals("waitingCount")) {
            return waiting;
        }
        if (method.equals("recordRefused")) {
            refusedDeliveries.add((Delivery) arguments[0]);
            refusals.add((Refusal) arguments[1]);
            return rejectedReasons.add(((Refusal) arguments[1]).code());
        }
        if (storeFails) {
            return CompletableFuture.failedFuture(
                    new InfloopException(ErrorCode.STORE_UNAVAILABLE, "the disk is full"));
        }
        if (fixedResult.isPresent()) {
            return CompletableFuture.completedFuture(fixedResult.get());
        }
        deliveries.add((Delivery) ((Optional<?>) arguments[0]).orElseThrow());
        List<RecordStore.ItemResult> results = new ArrayList<>();
        for (Object element : (List<?>) arguments[1]) {
            RecordStore.NewItem item = (RecordStore.NewItem) element;
            newItems.add(item);
            items.add(item.item());
            results.add(new RecordStore.Queued(item.item().queueId(), items.size(), List.of(), List.of()));
        }
        return CompletableFuture.completedFuture(new RecordStore.Enqueued(results));
    }

    private Object auditLog(String method, Object[] arguments) {
        AuditEvent event =
                arguments[0] instanceof AuditEvent.Builder builder ? builder.build() : (AuditEvent) arguments[0];
        audit.add(event);
        if (announcementsFail) {
            throw new IllegalStateException("the audit is broken");
        }
        return null;
    }

    private Object eventHub(String method, Object[] arguments) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("type", arguments[0]);
        ((Map<?, ?>) arguments[2]).forEach((name, value) -> event.put((String) name, value));
        events.add(event);
        return null;
    }

    /** What a method of a neighbour does. */
    @FunctionalInterface
    interface Behaviour {
        Object call(String method, Object[] arguments);
    }

    /** Void methods answer nothing, whatever the behaviour returns. */
    static <T> T fake(Class<T> type, Behaviour behaviour) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object result = behaviour.call(method.getName(), arguments);
                    return method.getReturnType() == void.class ? null : result;
                }));
    }

    // ---- requests

    static byte[] goldenBody() {
        return resource("github-pull-request.json");
    }

    static Map<String, String> goldenHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        new String(resource("github-pull-request.headers"), StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> {
                    String[] parts = line.split(": ", 2);
                    headers.put(parts[0], parts[1]);
                });
        return headers;
    }

    private static byte[] resource(String name) {
        try (InputStream stream = Fixture.class.getResourceAsStream("/golden/" + name)) {
            return stream.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    Inbound golden() {
        return inbound(goldenHeaders(), goldenBody());
    }

    Inbound inbound(Map<String, String> headers, byte[] body) {
        return new Inbound(
                triggers.get(TRIGGER_ID),
                request(headers, "", body),
                "cid_0123456789abcdef",
                FireMode.WEBHOOK,
                Actor.WEBHOOK);
    }

    static WebhookRequest request(Map<String, String> headers, String query, byte[] body) {
        return new WebhookRequest("POST", Optional.empty(), query, HttpHeaders.of(headers), body, NOW);
    }

    Reply process(Inbound inbound) {
        return pipeline().process(inbound).join();
    }

    static JsonObject body(Reply reply) {
        return Json.parseObject(new String(reply.body(), StandardCharsets.UTF_8));
    }

    List<String> auditTypes() {
        return audit.stream().map(AuditEvent::type).toList();
    }
}
