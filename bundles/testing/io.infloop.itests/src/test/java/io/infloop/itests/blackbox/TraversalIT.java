package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each id of each route, and each id in a body, as a path that leads to files which a server that only joins names would serve. */
class TraversalIT {
    private static final String LOOT = "loot-4c1f";

    /** Once, doubly and wrongly encoded, in other notations of Unicode, and with what ends a name early. */
    private static final List<String> IDS = List.of(
            "../" + LOOT,
            "..%2f" + LOOT,
            "..%2F..%2F" + LOOT,
            "%2e%2e%2f" + LOOT,
            "%2e%2e/" + LOOT,
            ".%2e%2f" + LOOT,
            "..%5c" + LOOT,
            "..%252f" + LOOT,
            "%252e%252e%252f" + LOOT,
            "..%25252f" + LOOT,
            "..%c0%af" + LOOT,
            "%c0%ae%c0%ae%c0%af" + LOOT,
            "%e0%80%ae%e0%80%ae%e0%80%af" + LOOT,
            "%ef%bc%8e%ef%bc%8e%ef%bc%8f" + LOOT,
            "%e2%80%a5%e2%88%95" + LOOT,
            "%u002e%u002e%u2215" + LOOT,
            "..;/" + LOOT,
            "..%2f" + LOOT + ".json%00",
            "x%0d%0a..%2f" + LOOT,
            "%2fproc%2fself%2fenviron");

    private static final List<String> ROUTES = List.of(
            "GET /api/workflows/{id}",
            "PUT /api/workflows/{id}",
            "DELETE /api/workflows/{id}",
            "GET /api/triggers/{id}",
            "PUT /api/triggers/{id}",
            "DELETE /api/triggers/{id}",
            "POST /api/triggers/{id}/test",
            "DELETE /api/triggers/queue/{id}",
            "GET /api/queue/dead/{id}",
            "DELETE /api/queue/dead/{id}",
            "POST /api/queue/dead/{id}/requeue",
            "GET /api/deliveries/{id}",
            "GET /api/deliveries/{id}/body",
            "POST /api/deliveries/{id}/replay",
            "GET /api/runs/{id}/" + LOOT,
            "GET /api/runs/real/{id}",
            "GET /api/runs/{id}/" + LOOT + "/worktrees",
            "GET /api/runs/real/{id}/worktrees",
            "POST /api/runs/real/{id}/worktrees/agent-1/keep",
            "POST /api/runs/real/" + LOOT + "/worktrees/{id}/discard",
            "POST /api/webhook/{id}",
            "GET /api/webhook/{id}",
            "GET /api/audit/{id}",
            "GET /api/auth/{id}",
            "GET /login/{id}",
            "GET /{id}");

    @Test
    void noIdLeadsToAnotherFile() throws IOException {
        Path data = Distribution.temporaryDirectory("traversal").resolve("data");
        try (Server server = Server.on(data).start()) {
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("real"));
            plant(data);
            Map<String, String> before = files(data.getParent());
            List<String> wrong = new ArrayList<>();
            for (String route : ROUTES) {
                for (String id : IDS) {
                    String answer = send(server, route.replace("{id}", id));
                    if (!isRefusal(answer)) {
                        wrong.add(route + " with " + id + ": "
                                + answer.lines().findFirst().orElse("nothing"));
                    }
                    if (answer.contains("treasure")) {
                        wrong.add(route + " with " + id + " gives the file away");
                    }
                }
            }
            assertThat(wrong).isEmpty();
            idsInBodies(server);
            assertThat(files(data.getParent())).isEqualTo(before);
        }
    }

    /** Documents that would be taken for what the routes are about, beside and above where those are kept. */
    private static void plant(Path data) throws IOException {
        String workflow = Fixtures.quickWorkflow(LOOT).replace("Quick", "treasure");
        for (Path directory : List.of(data, data.getParent(), data.resolve("runs"))) {
            Files.createDirectories(directory.resolve(LOOT));
            Files.writeString(directory.resolve(LOOT + ".json"), workflow);
            Files.writeString(directory.resolve(LOOT).resolve(LOOT + ".jsonl"), "{\"treasure\":1}\n");
        }
    }

    private static void idsInBodies(Server server) {
        for (String id : List.of(
                "../" + LOOT,
                "..\\\\" + LOOT,
                "/etc/passwd",
                "\\u002e\\u002e\\u002f" + LOOT,
                "\\uff0e\\uff0e\\uff0f" + LOOT)) {
            assertThat(server.post("/api/workflows", Fixtures.quickWorkflow(id)).status())
                    .as(id)
                    .isEqualTo(400);
            assertThat(server.post("/api/workflows?overwrite=1", Fixtures.quickWorkflow(id))
                            .status())
                    .as(id)
                    .isEqualTo(400);
            assertThat(server.post("/api/run", "{\"workflowId\":\"" + id + "\"}")
                            .status())
                    .as(id)
                    .isIn(400, 404);
            assertThat(server.post("/api/run/stop", "{\"runId\":\"" + id + "\"}")
                            .status())
                    .as(id)
                    .isIn(400, 409);
            assertThat(server.post(
                                    "/api/triggers",
                                    "{\"id\":\"%1$s\",\"name\":\"x\",\"workflowId\":\"%1$s\",\"pluginId\":\"%1$s\"}"
                                            .formatted(id))
                            .status())
                    .as(id)
                    .isEqualTo(400);
        }
    }

    /** Not found or not understood; and a page that nobody serves. */
    private static boolean isRefusal(String answer) {
        return Stream.of("400", "404", "405").anyMatch(status -> answer.startsWith("HTTP/1.1 " + status + " "));
    }

    /** As written: a client that tidies paths up would take the attack out. */
    private static String send(Server server, String target) throws IOException {
        String[] parts = target.split(" ", 2);
        boolean body = parts[0].startsWith("P");
        String document = Fixtures.quickWorkflow(LOOT).replace("Quick", "planted");
        int length = document.getBytes(StandardCharsets.UTF_8).length;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            String request = target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + (body
                            ? "Content-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n" + document
                            : "\r\n");
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What every file holds, except for those that the server writes by itself. */
    private static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                if (Stream.of("data/audit/", "data/instances/", "data/store", "data/lease", "server-")
                        .noneMatch(name::startsWith)) {
                    files.put(name, Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return files;
    }
}
