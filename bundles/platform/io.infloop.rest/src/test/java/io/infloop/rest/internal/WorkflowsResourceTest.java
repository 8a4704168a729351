package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.WorkflowStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkflowsResourceTest {
    private static final String VALID = "{\"id\":\"triage\",\"name\":\"Triage\",\"nodes\":[],\"edges\":[]}";

    private final Map<String, StoredWorkflow> stored = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final WorkflowsResource resource = new WorkflowsResource(
            Fakes.fake(WorkflowStore.class, this::store),
            Fakes.fake(Workflows.class, (method, arguments) -> problems),
            Fakes.audit(audit));

    private Object store(String method, Object[] arguments) {
        return switch (method) {
            case "find" -> Optional.ofNullable(stored.get(arguments[0]));
            case "list" -> List.copyOf(stored.values());
            case "problems" -> List.of(new WorkflowStore.FileProblem("broken.json", "not JSON"));
            case "delete" -> stored.remove(arguments[0]) != null;
            case "save" -> save((JsonObject) arguments[0], (Optional<?>) arguments[1]);
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private StoredWorkflow save(JsonObject document, Optional<?> expected) {
        String id = document.string("id").orElseThrow();
        long version = stored.containsKey(id) ? stored.get(id).version() : 0;
        if (expected.isPresent() && !expected.get().equals(version)) {
            throw new InfloopException(ErrorCode.CONFLICT, "another version is stored");
        }
        StoredWorkflow saved =
                new StoredWorkflow(id, version + 1, 7, document, StoredWorkflow.Source.USER, version + 1);
        stored.put(id, saved);
        return saved;
    }

    @Test
    void workflowsAreCreatedListedShownAndDeleted() {
        ApiReply created = Fakes.post(resource, "", VALID);
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.headers()).containsEntry("etag", "\"1\"");
        assertThat(Fakes.body(created).toString()).isEqualTo("{\"workflow\":" + VALID + "}");
        assertThat(Fakes.text(Fakes.get(resource, "")))
                .isEqualTo("200 {\"workflows\":[{\"id\":\"triage\",\"name\":\"Triage\",\"version\":1,\"updatedAt\":7,"
                        + "\"source\":\"user\"}],\"problems\":[{\"file\":\"broken.json\",\"reason\":\"not JSON\"}]}");
        assertThat(Fakes.get(resource, "/triage").status()).isEqualTo(200);
        assertThat(Fakes.text(Fakes.delete(resource, "/triage"))).isEqualTo("204 ");
        assertThat(Fakes.text(Fakes.get(resource, "/triage")))
                .isEqualTo("404 {\"error\":\"workflow not found: triage\"}");
        assertThat(Fakes.delete(resource, "/triage").status()).isEqualTo(404);
        assertThat(audit).extracting(AuditEvent::type).containsExactly("workflow.saved", "workflow.deleted");
    }

    @Test
    void anExistingWorkflowIsOverwrittenOnlyOnDemand() {
        Fakes.post(resource, "", VALID);
        assertThat(Fakes.text(Fakes.post(resource, "", VALID)))
                .startsWith("409 {\"error\":\"conflict\"")
                .contains("\"version\":1");
        assertThat(Fakes.post(resource, "?overwrite=1", VALID).status()).isEqualTo(201);
    }

    @Test
    void ifMatchProtectsTheWorkOfOthers() {
        Fakes.put(resource, "/triage", VALID);
        Fakes.put(resource, "/triage", VALID);
        assertThat(Fakes.text(Fakes.call(resource, "PUT", "/triage", VALID, Map.of("if-match", "\"1\""))))
                .startsWith("409 ")
                .contains("\"version\":2");
        assertThat(Fakes.call(resource, "PUT", "/triage", VALID, Map.of("if-match", "2"))
                        .status())
                .isEqualTo(200);
        assertThat(Fakes.call(resource, "PUT", "/triage", VALID, Map.of("if-match", "*"))
                        .status())
                .isEqualTo(200);
        assertThat(Fakes.call(resource, "PUT", "/triage", VALID, Map.of("if-match", "x"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void bodiesThatAreNoWorkflowsAreRefused() {
        assertThat(Fakes.text(Fakes.post(resource, "", "{"))).startsWith("400 {\"error\":\"invalid JSON body\"");
        assertThat(Fakes.text(Fakes.post(resource, "", VALID + "x")))
                .startsWith("400 {\"error\":\"invalid JSON body\"");
        assertThat(Fakes.text(Fakes.post(resource, "", "{\"id\":\"a\",\"id\":\"b\"}")))
                .startsWith("400 {\"error\":\"invalid JSON body\"");
        assertThat(Fakes.text(Fakes.post(resource, "", ""))).startsWith("400 {\"error\":\"invalid JSON body\"");
        for (String body : List.of("[]", "null", "{}", VALID.replace("[]", "{}"), VALID.replace("\"triage\"", "7"))) {
            assertThat(Fakes.text(Fakes.post(resource, "", body)))
                    .isEqualTo("400 {\"error\":\"invalid workflow: id, name, nodes, edges are required\"}");
        }
        assertThat(Fakes.text(Fakes.put(resource, "/other", VALID)))
                .isEqualTo("400 {\"error\":\"workflow id in body does not match url\"}");
        for (String id : List.of("../x", "a/b", ".hidden", "a..b", "x".repeat(200))) {
            assertThat(Fakes.text(Fakes.post(resource, "", VALID.replace("triage", id))))
                    .startsWith("400 {\"error\":\"invalid-workflow\"");
        }
        assertThat(stored).isEmpty();
    }

    @Test
    void numbersAndNestingHaveBounds() {
        for (String value : List.of("1e999", "[".repeat(180) + "]".repeat(180), "[".repeat(5_000), "1".repeat(500))) {
            assertThat(Fakes.text(Fakes.post(resource, "", VALID.replace("[]", "[" + value + "]"))))
                    .startsWith("400 {\"error\":\"invalid JSON body\"");
        }
    }

    @Test
    void idsInPathsAreNeverFiles() {
        for (String path : List.of("/..", "/.hidden", "/a%2Fb", "/x\u0000", "/a..b")) {
            assertThat(Fakes.get(resource, path).status()).as(path).isEqualTo(400);
            assertThat(Fakes.delete(resource, path).status()).as(path).isEqualTo(400);
        }
        assertThat(Fakes.get(resource, "/a/b").status()).isEqualTo(404);
    }

    @Test
    void errorsBlockAndWarningsAreShown() {
        problems.add(new Problem(Severity.WARNING, "nodes[0]", "nothing follows"));
        assertThat(Fakes.text(Fakes.post(resource, "", VALID)))
                .startsWith("201 ")
                .endsWith(
                        "\"warnings\":[{\"severity\":\"warning\",\"path\":\"nodes[0]\",\"message\":\"nothing follows\"}]}");
        problems.add(new Problem(Severity.ERROR, "nodes", "invalid workflow: no start"));
        assertThat(Fakes.text(Fakes.put(resource, "/triage", VALID)))
                .startsWith(
                        "400 {\"error\":\"invalid-workflow\",\"reason\":\"invalid workflow: no start\",\"problems\":[{");
        assertThat(stored.get("triage").version()).isEqualTo(1);
    }

    @Test
    void otherMethodsAreNotAllowed() {
        ApiReply reply = Fakes.call(resource, "PATCH", "/triage", "", Map.of());
        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.headers()).containsEntry("allow", "GET, PUT, DELETE");
        assertThat(Fakes.put(resource, "", VALID).headers()).containsEntry("allow", "GET, POST");
    }
}
