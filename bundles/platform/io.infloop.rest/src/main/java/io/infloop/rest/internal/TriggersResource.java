package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
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
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/triggers}: the webhook URLs. Secrets go in and never come out. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/triggers", "/api/triggers/*"})
public final class TriggersResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient TriggerStore triggers;
    private final transient TriggerDraft draft;
    private final transient AuditLog audit;
    private final transient TriggerTest test;
    private final transient Clock clock;
    /** Two changes of one trigger must not mix: a replacement keeps the secret that it found. */
    private final transient Object writing = new Object();

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
        this.draft = new TriggerDraft(contributions, workflows);
        this.audit = audit;
        this.test = new TriggerTest(testFire);
        this.clock = clock;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        List<String> path = request.path();
        return switch (path.size()) {
            case 0 ->
                switch (request.method()) {
                    case "GET" -> list(request);
                    case "POST" -> create(request);
                    default -> ApiReply.methodNotAllowed("GET, POST");
                };
            case 1 -> one(request, path.get(0));
            case 2 -> path.get(1).equals("test") ? test(request, path.get(0)) : ApiReply.error(ErrorCode.NOT_FOUND);
            default -> ApiReply.error(ErrorCode.NOT_FOUND);
        };
    }

    private ApiReply one(ApiRequest request, String id) {
        return switch (request.method()) {
            case "GET" ->
                find(id).map(trigger -> ApiReply.ok("trigger", trigger.toJson()))
                        .orElseGet(() -> ApiReply.error(ErrorCode.NOT_FOUND));
            case "PUT" -> replace(request, id);
            case "DELETE" -> delete(request, id);
            default -> ApiReply.methodNotAllowed("GET, PUT, DELETE");
        };
    }

    private Optional<Trigger> find(String id) {
        return Ids.isTriggerId(id) ? triggers.find(id) : Optional.empty();
    }

    private ApiReply list(ApiRequest request) {
        Optional<String> workflowId = request.query("workflowId");
        List<JsonObject> found = triggers.list().stream()
                .filter(trigger -> workflowId.isEmpty() || trigger.workflowId().equals(workflowId.get()))
                .sorted(Comparator.comparingLong(Trigger::createdAt).thenComparing(Trigger::id))
                .map(trigger -> trigger.toJson())
                .toList();
        return ApiReply.ok("triggers", found);
    }

    private ApiReply create(ApiRequest request) {
        Optional<JsonObject> body = request.object();
        if (body.isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        TriggerDraft.Outcome outcome = draft.check(body.get(), Ids.newTriggerId(), Optional.empty(), clock.millis());
        if (outcome instanceof TriggerDraft.Valid valid) {
            Trigger saved = triggers.save(valid.trigger());
            audit("trigger.created", request, saved);
            return ApiReply.json(201, JsonObject.of("trigger", saved.toJson()));
        }
        return refused(outcome);
    }

    private ApiReply replace(ApiRequest request, String id) {
        if (find(id).isEmpty()) {
            return ApiReply.error(ErrorCode.NOT_FOUND);
        }
        Optional<JsonObject> body = request.object();
        if (body.isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        if (body.get().has("id") && !id.equals(body.get().get("id"))) {
            return ApiReply.error(ErrorCode.INVALID_TRIGGER, "id cannot be changed; create a new trigger instead");
        }
        synchronized (writing) {
            Optional<Trigger> existing = find(id);
            if (existing.isEmpty()) {
                return ApiReply.error(ErrorCode.NOT_FOUND);
            }
            TriggerDraft.Outcome outcome = draft.check(body.get(), id, existing, clock.millis());
            if (outcome instanceof TriggerDraft.Valid valid) {
                Trigger saved = triggers.save(valid.trigger());
                audit("trigger.updated", request, saved);
                return ApiReply.ok("trigger", saved.toJson());
            }
            return refused(outcome);
        }
    }

    private static ApiReply refused(TriggerDraft.Outcome outcome) {
        return ApiReply.error(ErrorCode.INVALID_TRIGGER, ((TriggerDraft.Invalid) outcome).reason());
    }

    private ApiReply delete(ApiRequest request, String id) {
        // A replacement that has found the trigger must not bring it back.
        synchronized (writing) {
            Optional<Trigger> existing = find(id);
            if (existing.isEmpty() || !triggers.delete(id)) {
                return ApiReply.error(ErrorCode.NOT_FOUND);
            }
            audit("trigger.deleted", request, existing.get());
            return ApiReply.noContent();
        }
    }

    private ApiReply test(ApiRequest request, String id) {
        if (!request.method().equals("POST")) {
            return ApiReply.methodNotAllowed("POST");
        }
        return find(id).isPresent() ? test.fire(request, id) : ApiReply.error(ErrorCode.NOT_FOUND);
    }

    private void audit(String type, ApiRequest request, Trigger trigger) {
        audit.append(AuditEvent.of(type, request.actor())
                .with("triggerId", Ids.masked(trigger.id()))
                .with("workflowId", trigger.workflowId())
                .with("pluginId", trigger.pluginId()));
    }
}
