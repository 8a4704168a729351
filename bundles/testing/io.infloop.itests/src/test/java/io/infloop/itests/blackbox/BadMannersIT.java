package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What web pages of strangers and broken or hostile clients send to an open server on this machine. */
class BadMannersIT {
    private static final String PLANT =
            "{\"id\":\"planted\",\"name\":\"x\",\"nodes\":[{\"id\":\"s\",\"type\":\"start\",\"config\":{}}],\"edges\":[]}";

    private static Server server;

    @BeforeAll
    static void prepare() {
        server = SharedServer.get();
    }

    /** What a form, or {@code fetch} with {@code no-cors}, can send without asking anybody; and browsers that say nothing of pages. */
    @Test
    void aForeignPagePlantsNoWorkflow() {
        for (String type :
                List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")) {
            assertThat(server.send(post(type).header("origin", "http://evil.example"))
                            .status())
                    .isEqualTo(403);
            assertThat(server.send(post(type).header("sec-fetch-site", "cross-site"))
                            .status())
                    .isEqualTo(403);
            assertThat(server.send(post(type).header("origin", "null")).status())
                    .isEqualTo(403);
            assertThat(server.send(post(type)).status()).isEqualTo(415);
            assertThat(server.send(post("/%61pi/workflows", type)).status())
                    .as("another way to write the path")
                    .isEqualTo(400);
        }
        assertThat(server.get("/api/workflows/planted").status()).isEqualTo(404);
    }

    private static HttpRequest.Builder post(String type) {
        return post("/api/workflows", type);
    }

    private static HttpRequest.Builder post(String path, String type) {
        return server.request(path).header("content-type", type).POST(BodyPublishers.ofString(PLANT));
    }

    /** DNS rebinding: the page's own name points at this machine, so that the browser takes us for its server. */
    @Test
    void aReboundNameReadsNothing() throws IOException {
        for (String path : List.of("/api/workflows", "/api/events", "/api/health", "/login", "/")) {
            String answer = raw("GET " + path + " HTTP/1.1\r\nHost: evil.example:" + server.port()
                    + "\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(path).startsWith("HTTP/1.1 403 ").contains("{\"error\":\"forbidden\"}");
        }
        assertThat(raw("GET /api/health HTTP/1.1\r\nHost: localhost:" + server.port()
                        + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("{\"status\":\"ok\"}");
    }

    @Test
    void everyAnswerCarriesTheHeaders() throws IOException {
        for (String target : List.of("GET /api/version", "GET /nobody", "GET /api//x", "OPTIONS *", "POST /api/run")) {
            String answer = raw(target
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .toLowerCase(java.util.Locale.ROOT);
            assertThat(answer)
                    .as(target)
                    .contains(
                            "x-content-type-options: nosniff",
                            "x-frame-options: deny",
                            "content-security-policy: default-src 'none'",
                            "referrer-policy: same-origin",
                            "cross-origin-resource-policy: same-origin")
                    .doesNotContain("jetty", "access-control-allow", "server:");
        }
    }

    @Test
    void whatHasNoPathIsRefused() throws IOException {
        assertThat(raw("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void headerBombsAreAnsweredWithASentence() throws IOException {
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .contains("\"reason\":\"the headers are larger than 8 KiB");
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\n" + "X-A: b\r\n".repeat(3_000) + "\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(server.get("/api/health").status()).isEqualTo(200);
    }

    @Test
    void aSenderOfTooMuchReadsTheRefusal() throws IOException {
        Answer answer = server.send(server.request("/api/workflows")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofByteArray(new byte[5 * 1024 * 1024])));
        assertThat(answer.status()).isEqualTo(413);
        // A client that writes everything before it reads anything.
        int size = 5 * 1024 * 1024;
        try (Socket socket = socket()) {
            socket.getOutputStream()
                    .write(("POST /api/workflows HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: " + size + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(new byte[size]);
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1))
                    .isEqualTo("HTTP/1.1 413");
        }
    }

    private static Socket socket() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = socket()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
