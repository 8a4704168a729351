package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.Prerequisites;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** What a node demands of the isolation of its program holds on a server that itself demands nothing. */
class NodeIsolationIT {
    /** Says in which process namespace it is. */
    private static final String NAMESPACE =
            "import os\\ndef run():\\n    return {'place': os.readlink('/proc/self/ns/pid')}\\n";

    private static final String FETCH =
            """
            import urllib.request\\ndef run():\\n    return {'place': urllib.request.urlopen('http://127.0.0.1:%d/', timeout=20).read().decode()}\\n""";

    @Test
    void aServerWithoutIsolationRunsWhatCanBeHadAndRefusesTheRestWithASentence() throws Exception {
        Prerequisites.program("unshare", "util-linux");
        Path data = Distribution.temporaryDirectory("node-isolation").resolve("data");
        try (Server server = Server.on(data)
                .script(withoutBubblewrap(data.resolveSibling("start")))
                .with("INFLOOP_SANDBOX", "off")
                .start()) {
            JsonNode script = nodeType(server, "script");
            assertThat(script.toString()).contains("\"sandboxRequired\"", "\"egressAllowlist\"");

            String own = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            JsonNode plain = run(server, "plain", script("", NAMESPACE));
            JsonNode namespace = run(server, "namespace", script("\"sandboxRequired\":\"namespace\",", NAMESPACE));
            JsonNode jail = run(server, "jail", script("\"sandboxRequired\":\"jail\",", NAMESPACE));
            JsonNode condition = run(
                    server,
                    "condition",
                    "\"condition\",\"config\":{\"kind\":\"command\",\"sandboxRequired\":\"jail\",\"command\":{\"cmd\":\"true\"}}");
            JsonNode misspelt = run(server, "misspelt", script("\"sandboxRequired\":\"prison\",", NAMESPACE));

            assertThat(plain.path("status").asText()).as(plain.toString()).isEqualTo("succeeded");
            assertThat(events(server, "plain", plain)).contains(own);
            assertThat(namespace.path("status").asText())
                    .as(namespace.toString())
                    .isEqualTo("succeeded");
            assertThat(events(server, "namespace", namespace)).contains("pid:[").doesNotContain(own);
            for (JsonNode refused : new JsonNode[] {jail, condition}) {
                assertThat(refused.path("status").asText())
                        .as(refused.toString())
                        .isEqualTo("failed");
                assertThat(refused.path("errorMessage").asText())
                        .contains("the sandbox level jail is required")
                        .contains("install bubblewrap");
            }
            assertThat(misspelt.path("errorMessage").asText())
                    .contains("sandboxRequired: expected jail, namespace or user");
        }
    }

    @Test
    void inTheJailANodeReachesTheHostsThatItDeclaresAndWithoutAListNothing() throws Exception {
        Prerequisites.program("bwrap", "bubblewrap");
        Path data = Distribution.temporaryDirectory("node-egress").resolve("data");
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            byte[] body = "reached-the-web".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        web.start();
        String fetch = FETCH.formatted(web.getAddress().getPort());
        try (Server server = Server.on(data).with("INFLOOP_SANDBOX", "off").start()) {
            JsonNode listed =
                    run(server, "listed", script("\"sandbox\":\"jail\",\"egressAllowlist\":[\"127.0.0.1\"],", fetch));
            JsonNode none = run(server, "none", script("\"sandbox\":\"jail\",", fetch));

            assertThat(listed.path("status").asText()).as(listed.toString()).isEqualTo("succeeded");
            assertThat(events(server, "listed", listed)).contains("reached-the-web");
            assertThat(none.path("status").asText()).as(none.toString()).isEqualTo("failed");
            assertThat(events(server, "none", none)).contains("[egress] no network");
        } finally {
            web.stop(0);
        }
    }

    /** A start script under which no program of the machine is bubblewrap. */
    private static Path withoutBubblewrap(Path script) throws Exception {
        Files.createDirectories(script.getParent());
        Files.writeString(
                script,
                """
                #!/bin/sh
                hide='for bwrap in /usr/bin/bwrap /usr/local/bin/bwrap; do
                  [ ! -e "$bwrap" ] || mount --bind /dev/null "$bwrap" || exit 1
                done'
                if [ "$(id -u)" = 0 ]; then
                  exec unshare --mount sh -c "$hide; exec \\"\\$@\\"" sh %1$s "$@"
                fi
                exec unshare --user --map-root-user --mount sh -c "$hide; exec \\"\\$@\\"" sh \\
                  unshare --user --map-user="$(id -u)" --map-group="$(id -g)" %1$s "$@"
                """
                        .formatted(Distribution.launchScript()));
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private static String script(String demand, String code) {
        return "\"script\",\"config\":{" + demand + "\"language\":\"py\",\"code\":\"" + code
                + "\",\"outputs\":[\"place\"]}";
    }

    private static JsonNode run(Server server, String id, String node) throws Exception {
        Fixtures.saveWorkflow(
                server,
                """
                {"id":"%s","name":"%s",
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"node-1","position":{"x":1,"y":0},"type":%s},
                  {"id":"end-1","type":"end","position":{"x":2,"y":0},"config":{"outcome":"succeeded"}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"node-1","targetHandle":"in"},
                  {"id":"e2","source":"node-1","sourceHandle":"next","target":"end-1","targetHandle":"in"}]}"""
                        .formatted(id, id, node));
        Answer started = server.post("/api/run", "{\"workflowId\":\"" + id + "\"}");
        assertThat(started.status()).as(started.body()).isEqualTo(202);
        return Fixtures.awaitRun(
                server, id, started.json().path("correlationId").asText());
    }

    /** The journal of a run, as the server tells it. */
    private static String events(Server server, String id, JsonNode run) {
        return server.get("/api/runs/" + id + "/" + run.path("runId").asText()).body();
    }

    private static JsonNode nodeType(Server server, String type) {
        Answer answer = server.get("/api/node-types");
        for (JsonNode node : answer.json().path("nodeTypes")) {
            if (node.path("id").asText().equals(type)) {
                return node;
            }
        }
        throw new AssertionError(answer.body());
    }
}
