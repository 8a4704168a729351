package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.HostProcesses;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The management API at its boundaries. */
class ApiIT {
    private static Server server;

    @BeforeAll
    static void prepare() {
        server = SharedServer.get();
    }

    @Test
    void refusesWhatIsNotJson() {
        assertThat(server.post("/api/workflows", "{").status()).isEqualTo(400);
        assertThat(server.post("/api/workflows", "{").json().path("error").asText())
                .isEqualTo("invalid JSON body");
        assertThat(server.post("/api/workflows", "[1]").status()).isEqualTo(400);
        assertThat(server.post("/api/workflows", "{\"id\":\"x\"}").status()).isEqualTo(400);
        assertThat(server.post("/api/run", "{}").json().path("error").asText()).isEqualTo("workflowId is required");
        assertThat(server.post("/api/run", "{\"workflowId\":\"nobody\"}").status())
                .isEqualTo(404);
        assertThat(server.send(server.request("/api/workflows")
                                .header("content-type", "text/plain")
                                .POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .status())
                .isEqualTo(415);
    }

    @Test
    void refusesRequestsOfForeignPages() {
        Answer foreign = server.send(server.request("/api/run/stop")
                .header("content-type", "application/json")
                .header("origin", "https://evil.example")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.json().path("error").asText()).isEqualTo("bad-origin");
    }

    @Test
    void neverReadsAFileOutsideItsStores() {
        for (String id : List.of("..%2F..%2Fetc%2Fpasswd", "%2e%2e%2fFORMAT", "a%00b", "..%5c..", "%252e%252e%252f")) {
            assertThat(server.get("/api/workflows/" + id).status()).as(id).isIn(400, 404);
            assertThat(server.get("/api/runs/" + id + "/" + id).status()).as(id).isIn(400, 404);
            assertThat(server.delete("/api/triggers/" + id).status()).as(id).isIn(400, 404);
        }
        assertThat(server.post("/api/workflows", "{\"id\":\"../escape\",\"name\":\"x\",\"nodes\":[],\"edges\":[]}")
                        .status())
                .isEqualTo(400);
        assertThat(server.data().resolve("escape.json")).doesNotExist();
    }

    @Test
    void answersUnknownPathsAndMethodsInJson() {
        assertThat(server.get("/api/nothing-here").status()).isEqualTo(404);
        assertThat(server.get("/api/nothing-here").json().path("error").asText())
                .isNotEmpty();
        assertThat(server.delete("/api/version").status()).isEqualTo(405);
        assertThat(server.get("/api/version").json().path("version").asText()).isEqualTo(Distribution.version());
    }

    /** As a careful person edits: another test looks at the modes of this data directory. */
    private static void ownerOnly(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void keepsTheLastGoodVersionOfAWorkflowBrokenByHand() throws IOException {
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("api-broken"));
        Path file = server.data().resolve("workflows/api-broken.json");
        Path edited = file.resolveSibling(".edited.tmp");
        ownerOnly(edited, "{ broken");
        Files.move(edited, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        Path other = server.data().resolve("workflows/api-by-hand.json");
        ownerOnly(
                other,
                Fixtures.quickWorkflow("api-by-hand").replace("{\"id\"", "{\"version\":1,\"updatedAt\":1,\"id\""));
        Fixtures.await().until(() -> server.get("/api/workflows/api-by-hand").status() == 200);

        assertThat(server.get("/api/workflows/api-broken").status()).isEqualTo(200);
        assertThat(server.post("/api/run", "{\"workflowId\":\"api-broken\",\"inputs\":{\"title\":\"a\",\"number\":1}}")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void listsWhatPluginsOffer() {
        assertThat(ids("/api/node-types", "nodeTypes"))
                .contains("start", "end", "agent", "branch", "condition", "script");
        assertThat(ids("/api/providers", "providers")).contains("claude", "codex");
        assertThat(ids("/api/webhook-plugins", "plugins")).startsWith("generic").contains("github");
        JsonNode plugins = server.get("/api/plugins").json().path("plugins");
        assertThat(plugins.findValuesAsText("id")).isNotEmpty();
        assertThat(plugins.findValuesAsText("state")).contains("active");
    }

    private static List<String> ids(String path, String member) {
        List<String> ids = new ArrayList<>();
        server.get(path)
                .json()
                .path(member)
                .forEach(entry -> ids.add(entry.path("id").asText()));
        return ids;
    }

    @Test
    void runsConditionsAndScripts() {
        Fixtures.saveWorkflow(
                server,
                """
                {"id":"api-script","name":"Script",
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"script-1","type":"script","position":{"x":1,"y":0},
                   "config":{"language":"py","code":"def run(a, b):\\n    print('adding')\\n    return {'sum': int(a) + int(b)}",
                             "inputs":{"a":"20","b":"22"},"outputs":["sum"]}},
                  {"id":"condition-1","type":"condition","position":{"x":2,"y":0},
                   "config":{"kind":"sentinel","against":"{{script-1.sum}}","sentinel":{"pattern":"^4[0-9]$","isRegex":true}}},
                  {"id":"condition-2","type":"condition","position":{"x":3,"y":0},"config":{"kind":"command","command":{"cmd":"test -z \\"$INFLOOP_DATA_DIR\\""}}},
                  {"id":"end-1","type":"end","position":{"x":4,"y":0},"config":{"outcome":"succeeded"}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"script-1","targetHandle":"in"},
                  {"id":"e2","source":"script-1","sourceHandle":"next","target":"condition-1","targetHandle":"in"},
                  {"id":"e3","source":"condition-1","sourceHandle":"met","target":"condition-2","targetHandle":"in"},
                  {"id":"e4","source":"condition-2","sourceHandle":"met","target":"end-1","targetHandle":"in"}]}""");
        Answer started = server.post("/api/run", "{\"workflowId\":\"api-script\"}");
        assertThat(started.status()).as(started.body()).isEqualTo(202);
        JsonNode run = Fixtures.awaitRun(
                server, "api-script", started.json().path("correlationId").asText());
        assertThat(run.path("status").asText()).as(run.toString()).isEqualTo("succeeded");
        assertThat(run.path("scope").path("script-1").path("sum").asText()).isEqualTo("42");
        assertThat(run.path("scope").path("end-1").isObject()).isTrue();
    }

    @Test
    void stopsARunWithEverythingItStarted() throws IOException {
        // No other process sleeps for as long; pids mean nothing out here.
        String seconds = "300." + Math.abs(System.nanoTime() % 1_000_000_000);
        Fixtures.saveWorkflow(
                server,
                """
                {"id":"api-stop","name":"Stop",
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"condition-1","type":"condition","position":{"x":1,"y":0},
                   "config":{"kind":"command","command":{"cmd":"setsid sleep %1$s & sleep %1$s"}}},
                  {"id":"end-1","type":"end","position":{"x":2,"y":0},"config":{}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"condition-1","targetHandle":"in"},
                  {"id":"e2","source":"condition-1","sourceHandle":"met","target":"end-1","targetHandle":"in"}]}"""
                        .formatted(seconds));
        Answer started = server.post("/api/run", "{\"workflowId\":\"api-stop\"}");
        String runId = started.json().path("runId").asText();
        Fixtures.await().until(() -> HostProcesses.withArgument(seconds).size() >= 2);
        Answer busy = server.post("/api/run", "{\"workflowId\":\"api-stop\"}");
        assertThat(busy.status()).isEqualTo(409);
        assertThat(busy.json().path("error").asText()).isEqualTo("a run is already active");

        assertThat(server.post("/api/run/stop", "{\"runId\":\"" + runId + "\"}").status())
                .isEqualTo(200);

        JsonNode run = Fixtures.awaitRun(
                server, "api-stop", started.json().path("correlationId").asText());
        assertThat(run.path("status").asText()).isEqualTo("cancelled");
        Fixtures.await().until(() -> HostProcesses.withArgument(seconds).isEmpty());
        Fixtures.await().until(() -> {
            try (var pids = Files.list(server.data().resolve("pids"))) {
                return pids.findAny().isEmpty();
            }
        });
    }

    @Test
    void streamsEventsAndResumesAfterTheLastOne() throws Exception {
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("api-events"));
        HttpResponse<java.io.InputStream> stream = HttpClient.newHttpClient()
                .send(server.request("/api/events").build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        String lastId = "";
        List<String> types = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            String first = nextData(reader);
            assertThat(Server.JSON.readTree(first).path("type").asText()).isEqualTo("state_snapshot");
            Answer started = server.post(
                    "/api/run", "{\"workflowId\":\"api-events\",\"inputs\":{\"title\":\"fix\",\"number\":1}}");
            String runId = started.json().path("runId").asText();
            String line;
            while (!types.contains("run_finished") && (line = reader.readLine()) != null) {
                if (line.startsWith("id:")) {
                    lastId = line.substring(3).strip();
                } else if (line.startsWith("data:")) {
                    JsonNode event = Server.JSON.readTree(line.substring(5));
                    if (event.path("runId").asText().equals(runId)) {
                        types.add(event.path("type").asText());
                        if (types.size() == 1) {
                            assertThat(event.path("type").asText()).isEqualTo("run_started");
                        }
                    }
                }
            }
        }
        assertThat(types).containsSubsequence("run_started", "node_started", "node_finished", "run_finished");

        long resumeAfter = number(lastId) - 2;
        HttpResponse<java.io.InputStream> resumed = HttpClient.newHttpClient()
                .send(
                        server.request("/api/events")
                                .header("last-event-id", lastId.substring(0, lastId.lastIndexOf('-') + 1) + resumeAfter)
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(resumed.body(), StandardCharsets.UTF_8))) {
            String line;
            long first = 0;
            while (first <= resumeAfter && (line = reader.readLine()) != null) {
                if (line.startsWith("id:")) {
                    first = number(line.substring(3).strip());
                }
            }
            assertThat(first).isEqualTo(resumeAfter + 1);
        }
    }

    /** Event ids are {@code <server>-<number>}. */
    private static long number(String eventId) {
        return Long.parseLong(eventId.substring(eventId.lastIndexOf('-') + 1));
    }

    private static String nextData(BufferedReader reader) throws IOException {
        String line;
        while ((line = reader.readLine()) != null) {
            if (line.startsWith("data:")) {
                return line.substring(5).strip();
            }
        }
        throw new AssertionError("the stream ended");
    }

    @Test
    void listsDirectoriesOnly() throws IOException {
        Path directory = Distribution.temporaryDirectory("fs");
        Files.createDirectory(directory.resolve("inside"));
        Files.writeString(directory.resolve("file"), "x");
        Answer answer = server.get("/api/fs/list?path=" + directory);
        assertThat(answer.json().path("entries").findValuesAsText("name")).containsExactly("inside");
        assertThat(server.get("/api/fs/list?path=relative").status()).isEqualTo(400);
    }

    @Test
    void readsTheAudit() {
        Answer answer = server.get("/api/audit?limit=5");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("entries").size()).isBetween(1, 5);
        assertThat(server.get("/api/audit?limit=zero").status()).isEqualTo(400);
        assertThat(server.get("/api/audit?limit=zero").json().path("field").asText())
                .isEqualTo("limit");
    }
}
