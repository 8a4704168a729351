package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Line ends in whatever a stranger chooses: nothing of it begins a line of the log, of the audit, of a journal or of an answer's head. */
class LogInjectionIT {
    private static final String MARK = "forged-77d1";
    private static final List<String> ENDS = List.of("\n", "\r\n", "\r", "\u0085", "\u2028");

    @Test
    void nothingThatIsSentBeginsALine() throws IOException {
        Path data = Distribution.temporaryDirectory("injection").resolve("data");
        try (Server server = Server.on(data)
                .with("INFLOOP_JAVA_OPTS", "-Dinfloop.log.level=DEBUG")
                .start()) {
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("quick"));
            String trigger = Fixtures.gitHubTrigger(server, "quick");
            String correlationId = "";
            for (String end : ENDS) {
                String forged = "x" + end + MARK + " {\"type\":\"" + MARK + "\"}";
                inPaths(
                        server,
                        URLEncoder.encode(forged, StandardCharsets.UTF_8).replace("+", "%20"));
                inBodies(server, json(forged));
                inHeaders(server, trigger, forged);
                correlationId = delivered(server, trigger, json(forged));
                inFiles(data, forged);
            }
            Fixtures.awaitRun(server, "quick", correlationId);
            Fixtures.await().untilAsserted(() -> assertThat(server.log())
                    .as("files with such names are spoken of")
                    .contains(MARK));
            assertThat(server.stop()).isZero();
            holdsNoForgedLine("the log", server.log());
            try (Stream<Path> files = Files.walk(data)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String name = file.getFileName().toString();
                    if (name.endsWith(".jsonl")) {
                        String text = Files.readString(file);
                        holdsNoForgedLine(file.startsWith(data.resolve("runs")) ? "run " + name : name, text);
                        for (String line : text.lines().toList()) {
                            assertThat(Server.JSON.readTree(line).path("type").asText())
                                    .as(name)
                                    .isNotEqualTo(MARK);
                        }
                    }
                }
            }
        }
    }

    /** For a terminal and for programs that know more line ends than one. JSON lines end with a line feed only, by definition. */
    private static void holdsNoForgedLine(String where, String text) {
        assertThat(text.split(where.startsWith("run ") ? "[\\n\\r]" : "[\\n\\r\\u000b\\f\\u0085\\u2028\\u2029]", -1))
                .as(where)
                .noneMatch(line -> line.startsWith(MARK));
    }

    private static void inPaths(Server server, String encoded) {
        for (String path : List.of(
                "/api/workflows/" + encoded,
                "/api/triggers/" + encoded,
                "/api/runs/quick/" + encoded,
                "/api/runs?workflowId=" + encoded,
                "/api/audit?runId=" + encoded,
                "/api/audit/verify?since=" + encoded,
                "/api/fs/list?path=" + encoded,
                "/login?next=/" + encoded,
                "/" + encoded)) {
            Answer answer = server.get(path);
            assertThat(answer.headers().keySet()).as(path).noneMatch(name -> name.contains(MARK));
            assertThat(answer.status()).as(path).isLessThan(500);
        }
        assertThat(server.delete("/api/triggers/queue/" + encoded).status()).isIn(400, 404);
        assertThat(server.post("/api/webhook/" + encoded, "{}").status()).isIn(400, 404);
    }

    private static void inBodies(Server server, String quoted) {
        assertThat(server.post("/api/workflows", Fixtures.quickWorkflow(quoted)).status())
                .isEqualTo(400);
        assertThat(server.post("/api/run", "{\"workflowId\":\"" + quoted + "\"}")
                        .status())
                .isIn(400, 404);
        assertThat(server.post("/api/run/stop", "{\"runId\":\"" + quoted + "\"}")
                        .status())
                .isIn(400, 409);
        server.post("/api/auth/login", "{\"token\":\"" + quoted + "\"}");
        server.post(
                "/api/workflows?overwrite=1", Fixtures.quickWorkflow("named").replace("Quick", quoted));
    }

    private static String delivered(Server server, String trigger, String quoted) {
        String body = GitHub.pullRequest("opened", 1, quoted);
        Answer answer = server.send(GitHub.delivery(server, trigger, "pull_request", Fixtures.SECRET, body));
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        server.send(GitHub.delivery(server, trigger, "pull_request", "wrong", body));
        return answer.json().path("correlationId").asText();
    }

    /** Raw, for no client sends such a header. */
    private static void inHeaders(Server server, String trigger, String forged) throws IOException {
        for (String header :
                List.of("X-Correlation-Id", "X-GitHub-Event", "X-GitHub-Delivery", "Origin", "User-Agent")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write(("POST /api/webhook/" + trigger + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                        + header + ": " + forged + "\r\nContent-Length: 2\r\n\r\n{}")
                                .getBytes(StandardCharsets.UTF_8));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                holdsNoForgedLine("an answer to " + header, answer);
            }
        }
    }

    /** Who may write files here is trusted; an archive that was unpacked here need not be. */
    private static void inFiles(Path data, String forged) throws IOException {
        String name = forged.replace("/", "") + ".json";
        for (String folder : List.of("workflows", "triggers", "providers", "plugins", "webhook-plugins")) {
            Files.createDirectories(data.resolve(folder));
            Files.writeString(data.resolve(folder).resolve(name), "{\"id\":\"" + json(forged) + "\",\"label\":3}");
        }
    }

    private static String json(String text) throws IOException {
        String quoted = Server.JSON.writeValueAsString(text);
        return quoted.substring(1, quoted.length() - 1);
    }
}
