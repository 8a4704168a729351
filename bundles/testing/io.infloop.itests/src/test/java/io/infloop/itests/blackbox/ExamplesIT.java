package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What authors of plugins copy works as it is; schemes and sources are dropped in by {@link HotPluginIT}. */
class ExamplesIT {
    @Test
    void theNodeTheTransportAndTheOutputFormatServeInOneRun() throws IOException {
        Path work = Distribution.temporaryDirectory("examples-work");
        try (Server server = Server.on(
                        Distribution.temporaryDirectory("examples").resolve("data"))
                .start()) {
            drop(server, "io.infloop.example.node");
            drop(server, "io.infloop.example.provider");
            Fixtures.awaitProvider(server, "example-echo");
            Fixtures.awaitProvider(server, "example-cat");
            Fixtures.await().until(() -> server.get("/api/node-types").body().contains("\"example-shout\""));
            Fixtures.saveWorkflow(server, workflow(work));

            Answer started = server.post("/api/run", "{\"workflowId\":\"examples\",\"inputs\":{\"title\":\"fix\"}}");

            assertThat(started.status()).as(started.body()).isEqualTo(202);
            JsonNode run = Fixtures.awaitRun(
                    server, "examples", started.json().path("correlationId").asText());
            assertThat(run.path("status").asText()).as(run.toString()).isEqualTo("succeeded");
            JsonNode scope = run.path("scope");
            assertThat(scope.path("shout-1").path("text").asText()).startsWith("FIX");
            assertThat(scope.path("echo-1").path("text").asText()).startsWith("You said: FIX");
            assertThat(scope.path("cat-1").path("text").asText()).contains("You said: FIX");
        }
    }

    private static void drop(Server server, String example) throws IOException {
        Path folder = Files.createDirectories(server.data().resolve("plugins"));
        Path temporary = folder.resolve("." + example + ".tmp");
        Files.copy(Distribution.example(example), temporary);
        Files.move(temporary, folder.resolve(example + ".jar"));
    }

    private static String workflow(Path work) {
        return """
                {"id":"examples","name":"Examples","inputs":[{"name":"title","type":"string"}],
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"shout-1","type":"example-shout","position":{"x":1,"y":0},"config":{"text":"{{inputs.title}}"}},
                  {"id":"echo-1","type":"agent","position":{"x":2,"y":0},
                   "config":{"providerId":"example-echo","prompt":"{{shout-1.text}}","useWorktree":false}},
                  {"id":"cat-1","type":"agent","position":{"x":3,"y":0},
                   "config":{"providerId":"example-cat","prompt":"{{echo-1.text}}","cwd":"%s","useWorktree":false}},
                  {"id":"end-1","type":"end","position":{"x":4,"y":0},"config":{"outcome":"succeeded"}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"shout-1","targetHandle":"in"},
                  {"id":"e2","source":"shout-1","sourceHandle":"next","target":"echo-1","targetHandle":"in"},
                  {"id":"e3","source":"echo-1","sourceHandle":"next","target":"cat-1","targetHandle":"in"},
                  {"id":"e4","source":"cat-1","sourceHandle":"next","target":"end-1","targetHandle":"in"}]}"""
                .formatted(work);
    }
}
