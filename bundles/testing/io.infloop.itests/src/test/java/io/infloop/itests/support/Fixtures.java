package io.infloop.itests.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/** Workflows, triggers and agents that several tests use. */
public final class Fixtures {
    public static final String SECRET = "it is a secret to everybody";

    private Fixtures() {}

    /** A workflow of start, branch, end that needs no child process. */
    public static String quickWorkflow(String id) {
        return """
                {"id":"%s","name":"Quick","inputs":[{"name":"title","type":"string"},{"name":"number","type":"number"}],
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"branch-1","type":"branch","position":{"x":1,"y":0},"config":{"lhs":"{{inputs.title}}","op":"contains","rhs":"fix"}},
                  {"id":"end-1","type":"end","position":{"x":2,"y":0},"config":{"outcome":"succeeded"}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"branch-1","targetHandle":"in"},
                  {"id":"e2","source":"branch-1","sourceHandle":"true","target":"end-1","targetHandle":"in"},
                  {"id":"e3","source":"branch-1","sourceHandle":"false","target":"end-1","targetHandle":"in"}]}"""
                .formatted(id);
    }

    /** A workflow whose one agent runs the provider {@code agentId} in {@code directory}. */
    public static String agentWorkflow(String id, String agentId, Path directory) {
        return """
                {"id":"%s","name":"Agent","inputs":[{"name":"title","type":"string"},{"name":"number","type":"number"}],
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"agent-1","type":"agent","position":{"x":1,"y":0},
                   "config":{"providerId":"%s","prompt":"Review #{{inputs.number}}: {{inputs.title}}","cwd":"%s","timeoutMs":60000}},
                  {"id":"end-1","type":"end","position":{"x":2,"y":0},"config":{"outcome":"succeeded"}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"agent-1","targetHandle":"in"},
                  {"id":"e2","source":"agent-1","sourceHandle":"next","target":"end-1","targetHandle":"in"}]}"""
                .formatted(id, agentId, directory);
    }

    /** A workflow whose one condition is a shell that writes its pid, as it sees it, to {@code pidFile} and then sleeps for minutes. */
    public static String sleepingWorkflow(String id, Path pidFile) {
        return """
                {"id":"%s","name":"Sleeping",
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"condition-1","type":"condition","position":{"x":1,"y":0},
                   "config":{"kind":"command","command":{"cmd":"echo $$ > %s; sleep 300"}}}],
                 "edges":[{"id":"e1","source":"start-1","sourceHandle":"next","target":"condition-1","targetHandle":"in"}]}"""
                .formatted(id, pidFile);
    }

    /** Waits until the shell of a {@linkplain #sleepingWorkflow sleeping workflow} runs. @return its pid, which means something here only without a namespace */
    public static long awaitPid(Path pidFile) {
        AtomicReference<String> pid = new AtomicReference<>("");
        await().until(() -> {
            if (Files.exists(pidFile)) {
                pid.set(Files.readString(pidFile).strip());
            }
            return !pid.get().isEmpty();
        });
        return Long.parseLong(pid.get());
    }

    public static void saveWorkflow(Server server, String document) {
        Answer answer = server.post("/api/workflows?overwrite=1", document);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    /** A trigger for GitHub's pull requests. @return its id */
    public static String gitHubTrigger(Server server, String workflowId) {
        return trigger(
                server,
                """
                {"name":"pull requests","workflowId":"%s","pluginId":"github","eventType":"pull_request","secret":"%s",
                 "match":[{"lhs":"{{body.action}}","op":"==","rhs":"opened"}],
                 "inputs":{"title":"{{body.pull_request.title}}","number":"{{body.pull_request.number}}"}}"""
                        .formatted(workflowId, SECRET));
    }

    public static String trigger(Server server, String document) {
        Answer answer = server.post("/api/triggers", document);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json().path("trigger").path("id").asText();
    }

    /** Drops the manifest of an agent made of a shell script into the data directory. */
    public static void dropAgent(Path data, String id, String script) {
        try {
            Path program = data.resolveSibling(id + ".sh");
            Files.writeString(program, "#!/bin/sh\n" + script);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
            Path folder = data.resolve("providers");
            Files.createDirectories(folder);
            Path temporary = folder.resolve("." + id + ".tmp");
            Files.writeString(
                    temporary,
                    """
                    {"id":"%s","label":"%s","description":"an agent made for a test","transport":"cli","bin":"%s",
                     "args":[],"outputFormat":"claude-stream-json","promptVia":"stdin"}"""
                            .formatted(id, id, program));
            Files.move(temporary, folder.resolve(id + ".json"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A shell script that answers in the frames of claude's stream. */
    public static String agentScript(String answer) {
        return """
                cat >/dev/null
                printf '%%s\\n' '{"type":"system","subtype":"init","session_id":"5b0a5b0a-0000-4000-8000-000000000001","model":"stand-in"}'
                printf '%%s\\n' '{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%1$s"}}}'
                printf '%%s\\n' '{"type":"result","subtype":"success","is_error":false,"duration_ms":5,"num_turns":1,"result":"%1$s","session_id":"5b0a5b0a-0000-4000-8000-000000000001","total_cost_usd":0.0125,"usage":{"input_tokens":10,"output_tokens":2}}'
                """
                .formatted(answer);
    }

    public static void awaitProvider(Server server, String id) {
        await().until(() -> {
            for (JsonNode provider : server.get("/api/providers").json().path("providers")) {
                if (provider.path("id").asText().equals(id)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** Waits until the run that a queue item became is over. @return its record */
    public static JsonNode awaitRun(Server server, String workflowId, String correlationId) {
        AtomicReference<JsonNode> record = new AtomicReference<>();
        await().until(() -> {
            for (JsonNode run :
                    server.get("/api/runs?workflowId=" + workflowId).json().path("runs")) {
                if (run.path("correlationId").asText().equals(correlationId)
                        && !run.path("status").asText().equals("running")) {
                    record.set(server.get("/api/runs/" + workflowId + "/"
                                    + run.path("runId").asText())
                            .json()
                            .path("run"));
                    return true;
                }
            }
            return false;
        });
        return record.get();
    }

    public static org.awaitility.core.ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(20));
    }
}
