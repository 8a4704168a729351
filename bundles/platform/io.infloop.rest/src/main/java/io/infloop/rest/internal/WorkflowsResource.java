package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.WorkflowStore;
import jakarta.servlet.Servlet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/workflows}: the definitions. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/workflows", "/api/workflows/*"})
public final class WorkflowsResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient WorkflowStore store;
    private final transient Workflows workflows;
    private final transient AuditLog audit;
    /** Between looking whether an id is taken and taking it. */
    private final transient Object creating = new Object();

    @Activate
    public WorkflowsResource(
            @Reference WorkflowStore store, @Reference Workflows workflows, @Reference AuditLog audit) {
        this.store = store;
        this.workflows = workflows;
        this.audit = audit;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        return switch (request.path().size()) {
            case 0 ->
                switch (request.method()) {
                    case "GET" -> list();
                    case "POST" -> create(request);
                    default -> ApiReply.methodNotAllowed("GET, POST");
                };
            case 1 -> one(request, request.path().get(0));
            default -> ApiReply.error(ErrorCode.NOT_FOUND);
        };
    }

    private ApiReply one(ApiRequest request, String id) {
        if (!Ids.isWorkflowId(id)) {
            return ApiReply.error(ErrorCode.INVALID_ID, "a workflow id is made of letters, digits, '.', '_' and '-'");
        }
        return switch (request.method()) {
            case "GET" ->
                store.find(id)
                        .map(workflow -> stored(200, workflow, List.of()))
                        .orElseGet(() -> ApiReply.workflowNotFound(id));
            case "PUT" -> replace(request, id);
            case "DELETE" -> delete(request, id);
            default -> ApiReply.methodNotAllowed("GET, PUT, DELETE");
        };
    }

    private ApiReply list() {
        JsonObject.Builder body = JsonObject.builder()
                .put(
                        "workflows",
                        store.list().stream().map(WorkflowsResource::summary).toList());
        return FileProblems.listed(body, store.problems());
    }

    private static JsonObject summary(StoredWorkflow workflow) {
        return JsonObject.builder()
                .put("id", workflow.id())
                .put("name", workflow.name())
                .put("version", workflow.version())
                .put("updatedAt", workflow.updatedAt())
                .put("source", workflow.source().name().toLowerCase(Locale.ROOT))
                .build();
    }

    private ApiReply create(ApiRequest request) {
        Optional<JsonObject> body = document(request);
        if (body.isEmpty()) {
            return notAWorkflow();
        }
        JsonObject document = body.get();
        String id = document.string("id").orElse("");
        Checked checked = check(document);
        if (checked.refusal().isPresent()) {
            return checked.refusal().get();
        }
        synchronized (creating) {
            Optional<StoredWorkflow> taken =
                    store.find(id).filter(stored -> stored.source() == StoredWorkflow.Source.USER);
            if (taken.isPresent() && !request.isSet("overwrite")) {
                return conflict(
                        "a workflow with this id exists; change the id, or add ?overwrite=1 to replace it", taken);
            }
            return save(request, 201, document, Optional.empty(), checked.warnings());
        }
    }

    private ApiReply replace(ApiRequest request, String id) {
        Optional<JsonObject> body = document(request);
        if (body.isEmpty()) {
            return notAWorkflow();
        }
        JsonObject document = body.get();
        if (!document.string("id").orElse("").equals(id)) {
            return ApiReply.error(
                    ErrorCode.INVALID_WORKFLOW, "workflow id in body does not match url", JsonObject.EMPTY);
        }
        Optional<Long> expected = expectedVersion(request);
        Checked checked = check(document);
        if (checked.refusal().isPresent()) {
            return checked.refusal().get();
        }
        try {
            return save(request, 200, document, expected, checked.warnings());
        } catch (InfloopException conflict) {
            if (conflict.code() != ErrorCode.CONFLICT) {
                throw conflict;
            }
            return conflict("the workflow was changed meanwhile; load it again", store.find(id));
        }
    }

    private static ApiReply conflict(String reason, Optional<StoredWorkflow> stored) {
        return ApiReply.error(
                ErrorCode.CONFLICT,
                JsonObject.builder()
                        .put("reason", reason)
                        .putIfPresent("version", stored.map(StoredWorkflow::version))
                        .build());
    }

    /** {@code If-Match: 3} or {@code "3"}; {@code *} and nothing mean any. */
    private static Optional<Long> expectedVersion(ApiRequest request) {
        Optional<String> header = request.header("if-match").map(String::strip).filter(value -> !value.equals("*"));
        if (header.isEmpty()) {
            return Optional.empty();
        }
        String version = header.get();
        if (version.length() > 2 && version.startsWith("\"") && version.endsWith("\"")) {
            version = version.substring(1, version.length() - 1);
        }
        try {
            return Optional.of(Long.valueOf(version));
        } catch (NumberFormatException notAVersion) {
            throw new InfloopException(
                    ErrorCode.INVALID_BODY, "If-Match must be the version that was loaded, e.g. \"3\"", notAVersion);
        }
    }

    private ApiReply save(
            ApiRequest request, int status, JsonObject document, Optional<Long> expected, List<Problem> warnings) {
        StoredWorkflow saved = store.save(document, expected);
        audit.append(AuditEvent.of("workflow.saved", request.actor())
                .with("workflowId", saved.id())
                .with("version", saved.version()));
        return stored(status, saved, warnings);
    }

    private static ApiReply stored(int status, StoredWorkflow workflow, List<Problem> warnings) {
        JsonObject.Builder body = JsonObject.builder().put("workflow", workflow.document());
        if (!warnings.isEmpty()) {
            body.put(
                    "warnings",
                    warnings.stream().map(WorkflowsResource::problem).toList());
        }
        return ApiReply.json(status, body.build()).with("etag", "\"" + workflow.version() + "\"");
    }

    private ApiReply delete(ApiRequest request, String id) {
        if (!store.delete(id)) {
            return ApiReply.workflowNotFound(id);
        }
        audit.append(AuditEvent.of("workflow.deleted", request.actor()).with("workflowId", id));
        return ApiReply.noContent();
    }

    /** The body, if it has at least the shape of a workflow. */
    private static Optional<JsonObject> document(ApiRequest request) {
        return request.object()
                .filter(body -> body.string("id").filter(id -> !id.isEmpty()).isPresent()
                        && body.string("name").isPresent()
                        && body.array("nodes").isPresent()
                        && body.array("edges").isPresent());
    }

    private static ApiReply notAWorkflow() {
        return ApiReply.error(
                ErrorCode.INVALID_WORKFLOW, "invalid workflow: id, name, nodes, edges are required", JsonObject.EMPTY);
    }

    /** What the engine says about a document. */
    private record Checked(Optional<ApiReply> refusal, List<Problem> warnings) {}

    private Checked check(JsonObject document) {
        if (!Ids.isWorkflowId(document.string("id").orElse(""))) {
            return new Checked(
                    Optional.of(ApiReply.error(
                            ErrorCode.INVALID_WORKFLOW,
                            "invalid workflow: id must begin with a letter or digit and hold only letters, digits, '.', '_' and"
                                    + " '-', at most 128, without '..'")),
                    List.of());
        }
        List<Problem> problems = workflows.check(document);
        List<Problem> warnings = problems.stream()
                .filter(problem -> problem.severity() == Severity.WARNING)
                .toList();
        Optional<ApiReply> refusal = problems.stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .findFirst()
                .map(first -> ApiReply.error(
                        ErrorCode.INVALID_WORKFLOW,
                        JsonObject.builder()
                                .put("reason", first.message())
                                .put(
                                        "problems",
                                        problems.stream()
                                                .map(WorkflowsResource::problem)
                                                .toList())
                                .build()));
        return new Checked(refusal, warnings);
    }

    private static JsonObject problem(Problem problem) {
        return JsonObject.builder()
                .put("severity", problem.severity().name().toLowerCase(Locale.ROOT))
                .put("path", problem.path())
                .put("message", problem.message())
                .build();
    }
}
