package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.engine.Workflows;
import io.infloop.host.Contributions;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import jakarta.servlet.Servlet;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/triggers}: the webhook URLs. Secrets go in and, but for one that was made here, never come out. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/triggers", "/api/triggers/*"})
public final class TriggersResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient TriggerStore triggers;
    private final transient TriggerRules rules;
    private final transient AuditLog audit;
    private final transient TriggerTest test;
    private final transient Clock clock;

    @Activate
    public TriggersResource(
            @Reference TriggerStore triggers,
            @Reference Contributions contributions,
            @Reference Workflows workflows,
            @Reference AuditLog audit,
            @Reference TestFire testFire) {
        this(triggers, contributions, workflows, audit, testFire, Clock.systemUTC());
    }

    TriggersResource(
            TriggerStore triggers,
            Contributions contributions,
            Workflows workflows,
            AuditLog audit,
            TestFire testFire,
            Clock clock) {
        this.triggers = triggers;
        this.rules = new TriggerRules(contributions, workflows);
        this.audit = audit;
        this.test = new TriggerTest(testFire);
        this.clock = clock;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        try {
            List<String> path = request.path();
            return switch (path.size()) {
                case 0 ->
                    switch (request.method()) {
                        case "GET" -> list(request);
                        case "POST" -> create(request);
                        default -> ApiReply.methodNotAllowed("GET, POST");
                    };
                case 1 -> one(request, path.get(0));
                case 2 -> action(request, path.get(0), path.get(1));
                case 3 ->
                    path.get(1).equals("secrets")
                            ? secret(request, path.get(0), path.get(2))
                            : ApiReply.error(ErrorCode.NOT_FOUND);
                default -> ApiReply.error(ErrorCode.NOT_FOUND);
            };
        } catch (InvalidTriggerException invalid) {
            return invalid.reply();
        }
    }

    private ApiReply one(ApiRequest request, String id) {
        return switch (request.method()) {
            case "GET" -> find(id).map(trigger -> reply(200, trigger)).orElseGet(TriggersResource::unknown);
            case "PUT" -> write(request, id, true);
            case "PATCH" -> write(request, id, false);
            case "DELETE" -> delete(request, id);
            default -> ApiReply.methodNotAllowed("GET, PUT, PATCH, DELETE");
        };
    }

    private ApiReply action(ApiRequest request, String id, String action) {
        return switch (action) {
            case "test", "rotate-id", "secrets", "enable", "disable" -> {
                if (!request.method().equals("POST")) {
                    yield ApiReply.methodNotAllowed("POST");
                }
                if (find(id).isEmpty()) {
                    yield unknown();
                }
                yield switch (action) {
                    case "test" -> test.fire(request, id);
                    case "rotate-id" -> rotate(request, id);
                    case "secrets" -> addSecret(request, id);
                    case "enable" ->
                        update(
                                request,
                                id,
                                "trigger.enabled",
                                trigger -> checked(
                                        trigger.toBuilder().enabled(true).build()));
                    default ->
                        // Whatever is wrong with it: a trigger can always be switched off.
                        update(request, id, "trigger.disabled", trigger -> trigger.toBuilder()
                                .enabled(false)
                                .build());
                };
            }
            default -> ApiReply.error(ErrorCode.NOT_FOUND);
        };
    }

    private static ApiReply unknown() {
        return ApiReply.error(ErrorCode.NOT_FOUND);
    }

    private Optional<Trigger> find(String id) {
        return Ids.isTriggerId(id) ? triggers.find(id) : Optional.empty();
    }

    private Trigger checked(Trigger trigger) {
        return rules.checked(trigger, clock.millis());
    }

    private ApiReply list(ApiRequest request) {
        Optional<String> workflowId = request.query("workflowId");
        List<JsonObject> found = triggers.list().stream()
                .filter(trigger -> workflowId.isEmpty() || trigger.workflowId().equals(workflowId.get()))
                .sorted(Comparator.comparingLong(Trigger::createdAt).thenComparing(Trigger::id))
                .map(this::json)
                .toList();
        JsonObject.Builder body = JsonObject.builder().put("triggers", found);
        return FileProblems.listed(body, triggers.problems());
    }

    private ApiReply create(ApiRequest request) {
        Optional<JsonObject> body = request.object();
        if (body.isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        Trigger draft = TriggerDraft.created(body.get(), Ids.newTriggerId(), clock.millis());
        rules.coming().await(draft.pluginId());
        Trigger saved = triggers.save(checked(draft));
        audit("trigger.created", request, saved);
        return reply(201, saved);
    }

    private ApiReply write(ApiRequest request, String id, boolean whole) {
        if (find(id).isEmpty()) {
            return unknown();
        }
        Optional<JsonObject> body = request.object();
        if (body.isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        if (body.get().has("id") && !id.equals(body.get().get("id"))) {
            return ApiReply.error(ErrorCode.INVALID_TRIGGER, "id cannot be changed; create a new trigger instead");
        }
        long now = clock.millis();
        body.get().string("pluginId").ifPresent(rules.coming()::await);
        return update(
                request,
                id,
                "trigger.updated",
                trigger -> checked(
                        whole
                                ? TriggerDraft.replaced(body.get(), trigger, now)
                                : TriggerDraft.changed(body.get(), trigger, now)));
    }

    private ApiReply update(ApiRequest request, String id, String auditType, UnaryOperator<Trigger> change) {
        return changed(request, id, auditType, change)
                .map(saved -> reply(200, saved))
                .orElseGet(TriggersResource::unknown);
    }

    private Optional<Trigger> changed(ApiRequest request, String id, String auditType, UnaryOperator<Trigger> change) {
        // Before the store is asked, which changes one trigger at a time.
        find(id).ifPresent(trigger -> rules.coming().await(trigger.pluginId()));
        Optional<Trigger> saved = triggers.update(id, trigger -> {
            requireVersion(request, trigger);
            return change.apply(trigger);
        });
        saved.ifPresent(trigger -> audit(auditType, request, trigger));
        return saved;
    }

    private static void requireVersion(ApiRequest request, Trigger trigger) {
        Optional<String> wanted = request.header("if-match").map(String::strip).filter(value -> !value.equals("*"));
        if (wanted.isPresent() && !wanted.get().equals(TriggerVersion.of(trigger))) {
            throw new InfloopException(
                    ErrorCode.CONFLICT, "the trigger was changed meanwhile; load it again and repeat the change");
        }
    }

    private ApiReply rotate(ApiRequest request, String id) {
        find(id).ifPresent(trigger -> requireVersion(request, trigger));
        Optional<Trigger> renamed = triggers.rename(id, Ids.newTriggerId());
        renamed.ifPresent(trigger ->
                audit.append(event("trigger.id-rotated", request, trigger).with("previousId", Ids.masked(id))));
        return renamed.map(trigger -> reply(200, trigger)).orElseGet(TriggersResource::unknown);
    }

    private ApiReply addSecret(ApiRequest request, String id) {
        Optional<JsonObject> body = request.object();
        if (body.isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        TriggerSecrets.Addition addition = TriggerSecrets.addition(body.get());
        return changed(
                        request,
                        id,
                        "trigger.secret-added",
                        trigger -> TriggerSecrets.added(trigger, addition, rules.source(trigger), clock.millis()))
                .map(saved -> ApiReply.json(
                        201,
                        JsonObject.builder()
                                .put("secret", TriggerSecrets.answer(addition, saved))
                                .put("trigger", json(saved))
                                .build()))
                .orElseGet(TriggersResource::unknown);
    }

    private ApiReply secret(ApiRequest request, String id, String secretId) {
        if (!request.method().equals("DELETE")) {
            return ApiReply.methodNotAllowed("DELETE");
        }
        Optional<Trigger> existing = find(id);
        if (existing.isEmpty()) {
            return unknown();
        }
        if (TriggerSecrets.removed(existing.get(), secretId).isEmpty()) {
            return TriggerSecrets.unknown();
        }
        return changed(
                        request,
                        id,
                        "trigger.secret-removed",
                        trigger -> rules.withEnoughSecrets(
                                TriggerSecrets.removed(trigger, secretId).orElse(trigger), clock.millis()))
                .map(saved -> ApiReply.noContent())
                .orElseGet(TriggersResource::unknown);
    }

    private ApiReply delete(ApiRequest request, String id) {
        Optional<Trigger> existing = find(id);
        existing.ifPresent(trigger -> requireVersion(request, trigger));
        if (existing.isEmpty() || !triggers.delete(id)) {
            return unknown();
        }
        audit("trigger.deleted", request, existing.get());
        return ApiReply.noContent();
    }

    private ApiReply reply(int status, Trigger trigger) {
        return ApiReply.json(status, JsonObject.of("trigger", json(trigger))).with("etag", TriggerVersion.of(trigger));
    }

    /** A trigger whose source, or its source's scheme, is not in service answers its senders with 503. */
    private JsonObject json(Trigger trigger) {
        return trigger.toJson().toBuilder().put("pluginState", state(trigger)).build();
    }

    private String state(Trigger trigger) {
        if (rules.source(trigger).filter(SourceFacts::isComplete).isPresent()) {
            return "active";
        }
        return rules.coming().contains(trigger.pluginId()) ? "arriving" : "absent";
    }

    private void audit(String type, ApiRequest request, Trigger trigger) {
        audit.append(event(type, request, trigger));
    }

    private static AuditEvent.Builder event(String type, ApiRequest request, Trigger trigger) {
        return AuditEvent.of(type, request.actor())
                .with("triggerId", Ids.masked(trigger.id()))
                .with("workflowId", trigger.workflowId())
                .with("pluginId", trigger.pluginId());
    }
}
