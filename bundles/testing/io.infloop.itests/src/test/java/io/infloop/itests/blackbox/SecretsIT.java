package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A canary in the place of every secret, programs that print what they can find, and a search through all that the server wrote or said. */
class SecretsIT {
    /** Below the data directory: where a secret may be. */
    private static final List<String> PLACES_OF_SECRETS = List.of("triggers/", "connections/", "secrets/", "audit/key");

    private static final String TOKEN = "canary-token-4f1d9c2e77";
    private static final String PROVIDER_KEY = "canary-key-sk-ant-82c1e0";
    private static final String TRIGGER_SECRET = "canary-webhook-secret-0b6e";
    private static final String CONNECTION_TOKEN = "canary-connection-91ad\"quoted";
    private static final String URL_TOKEN = "canary-url-token-5d1c90";
    private static final String QUERY_KEY = "canary-query-key-2f8e11";
    /** No variable holds it, and nobody knows it: only its place in an address tells. */
    private static final String UNKNOWN_URL_TOKEN = "canary-unknown-77aa01";

    private static final List<String> CANARIES = List.of(
            TOKEN,
            PROVIDER_KEY,
            TRIGGER_SECRET,
            CONNECTION_TOKEN,
            "canary-connection-91ad",
            URL_TOKEN,
            QUERY_KEY,
            UNKNOWN_URL_TOKEN);

    @Test
    void noSecretIsWrittenOrSaidAnywhere() throws Exception {
        Path data = Distribution.temporaryDirectory("secrets").resolve("data");
        Files.createDirectories(data.resolve("connections"));
        Files.writeString(
                data.resolve("connections/local.json"),
                "{\"label\":\"Local\",\"host\":\"http://127.0.0.1\",\"ports\":[],\"token\":\""
                        + CONNECTION_TOKEN.replace("\"", "\\\"") + "\"}");
        try (Server server = Server.on(data)
                .with("INFLOOP_API_TOKEN", TOKEN)
                .with("ANTHROPIC_API_KEY", PROVIDER_KEY)
                .with("ORIGIN", "https://" + URL_TOKEN + "@git.example/a/b.git")
                .with("CALLBACK", "https://hooks.example/in?page=1&api_key=" + QUERY_KEY)
                .with("INFLOOP_CHILD_ENV_PASSTHROUGH", "ANTHROPIC_*,ORIGIN,CALLBACK")
                .start()) {
            Fixtures.saveWorkflow(server, curious(data));
            String trigger = Fixtures.trigger(
                    server,
                    """
                    {"name":"curious","workflowId":"curious","pluginId":"github","eventType":"pull_request","secret":"%s",
                     "inputs":{"title":"{{headers}}"}}"""
                            .formatted(TRIGGER_SECRET));
            String body = GitHub.pullRequest("opened", 1, "fix");
            String signature = GitHub.signature(TRIGGER_SECRET, body);

            Answer accepted = server.send(GitHub.delivery(server, trigger, "pull_request", TRIGGER_SECRET, body));
            assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
            assertThat(server.send(GitHub.delivery(server, trigger, "pull_request", "wrong-" + TRIGGER_SECRET, body))
                            .status())
                    .isEqualTo(401);
            JsonNode run = Fixtures.awaitRun(
                    server, "curious", accepted.json().path("correlationId").asText());
            assertThat(run.toString())
                    .as("the program was given its key and printed it")
                    .contains("key=[redacted]")
                    .contains("of https://[redacted]@git.example/ and https://u:[redacted]@h.example/")
                    .contains("bare [redacted] [redacted]")
                    .contains("over");

            Map<String, String> said = new TreeMap<>();
            said.put("log", server.log());
            said.put("accepted", accepted.body());
            for (String path : List.of(
                    "/api/run",
                    "/api/runs?workflowId=curious",
                    "/api/runs/curious/" + run.path("runId").asText(),
                    "/api/triggers",
                    "/api/triggers/queue",
                    "/api/queue/dead",
                    "/api/deliveries",
                    "/api/workflows",
                    "/api/plugins",
                    "/api/providers",
                    "/api/webhook-plugins",
                    "/api/node-types",
                    "/api/posture",
                    "/api/metrics",
                    "/api/version",
                    "/api/audit?limit=1000")) {
                Answer answer = server.get(path);
                assertThat(answer.status()).as(path).isEqualTo(200);
                said.put(path, answer.body() + answer.headers());
            }
            said.put("/api/events", firstEvents(server));
            assertThat(server.stop()).isZero();
            said.put("log at the end", server.log());

            List<String> found = new ArrayList<>();
            said.forEach((where, text) -> search(where, text, found));
            search(data, found, signature);
            assertThat(found).isEmpty();
        }
    }

    /** Without any isolation the only protection is that the secrets are in no environment. The file holds what no redaction has seen. */
    @Test
    void noEnvironmentOfAnyProcessShowsASecretEvenWithoutIsolation() throws Exception {
        Path data = Distribution.temporaryDirectory("environ").resolve("data");
        Path seen = data.resolveSibling("seen");
        try (Server server = Server.on(data)
                .with("INFLOOP_API_TOKEN", TOKEN)
                .with("ANTHROPIC_API_KEY", PROVIDER_KEY)
                .with("INFLOOP_SANDBOX", "off")
                .start()) {
            Fixtures.saveWorkflow(
                    server,
                    command(
                            "environ",
                            "cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\\\0' '\\\\n' >%s; echo over"
                                    .formatted(seen)));
            Answer started = server.post("/api/run", "{\"workflowId\":\"environ\"}");
            Fixtures.awaitRun(
                    server, "environ", started.json().path("correlationId").asText());

            String text = new String(Files.readAllBytes(seen), StandardCharsets.ISO_8859_1);
            assertThat(text)
                    .as("also that of the server, which the command line shows")
                    .contains("DisableAttachMechanism")
                    .contains("HOME=")
                    .doesNotContain(TOKEN)
                    .doesNotContain(PROVIDER_KEY);
        }
    }

    /** Prints the environment and whatever a program of the same user can read of the data directory. */
    private static String curious(Path data) {
        return command(
                "curious",
                "echo key=$ANTHROPIC_API_KEY; env; x=canary-unknown; x=$x-77aa01; echo of https://$x@git.example/ and https://u:$x@h.example/;"
                        + " o=${ORIGIN#https://}; echo bare ${o%%%%@*} ${CALLBACK##*=}; cat %1$s/triggers/*.json %1$s/connections/*.json; cat /proc/*/environ 2>/dev/null | tr '\\\\0' '\\\\n'; echo over"
                                .formatted(data));
    }

    private static String command(String id, String command) {
        return """
                {"id":"%1$s","name":"%1$s","inputs":[{"name":"title","type":"string","default":""}],
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"condition-1","type":"condition","position":{"x":1,"y":0},"config":{"kind":"command","command":{"cmd":"%2$s"}}},
                  {"id":"end-1","type":"end","position":{"x":2,"y":0},"config":{"outcome":"succeeded"}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"condition-1","targetHandle":"in"},
                  {"id":"e2","source":"condition-1","sourceHandle":"met","target":"end-1","targetHandle":"in"},
                  {"id":"e3","source":"condition-1","sourceHandle":"not_met","target":"end-1","targetHandle":"in"}]}"""
                .formatted(id, command);
    }

    /** The snapshot, which holds the events of the newest run. */
    private static String firstEvents(Server server) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(server.uri("/api/events"))
                                .header("authorization", "Bearer " + TOKEN)
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null && !line.startsWith("data:")) {
                line = reader.readLine();
            }
            assertThat(line).contains("state_snapshot").contains("over");
            return line;
        }
    }

    private static void search(String where, String text, List<String> found) {
        CANARIES.stream().filter(text::contains).forEach(canary -> found.add(canary + " in " + where));
    }

    private static void search(Path data, List<String> found, String signature) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = data.relativize(file).toString();
                if (PLACES_OF_SECRETS.stream().anyMatch(name::startsWith)) {
                    continue;
                }
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                search(name, text, found);
                if (text.contains(signature)) {
                    found.add("the signature in " + name);
                }
            }
        }
    }
}
