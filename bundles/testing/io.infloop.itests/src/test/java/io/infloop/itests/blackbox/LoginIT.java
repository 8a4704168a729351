package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A person logs in with a browser, across a restart. */
class LoginIT {
    private static final String TOKEN = "canary-token-0123456789abcdef";

    @Test
    void aSessionFromTheFormToTheLogout() throws Exception {
        Path data = Distribution.temporaryDirectory("login").resolve("data");
        String cookie;
        try (Server server = Server.on(data)
                .with("INFLOOP_API_TOKEN", TOKEN)
                .with("INFLOOP_LOGIN_RATE_LIMIT", "3")
                .start()) {
            Answer page = send(server, "/", Optional.empty());
            assertThat(page.status()).isEqualTo(303);
            assertThat(page.header("location")).contains("/login");
            assertThat(send(server, "/login?next=/queue", Optional.empty()).body())
                    .contains("<form", "/queue");
            assertThat(send(server, "/api/auth/session", Optional.empty()).body())
                    .contains("\"authenticated\":false");
            assertThat(send(server, "/api/threads", Optional.empty()).status()).isEqualTo(401);

            assertThat(login(server, "wrong-guess-4711").status()).isEqualTo(401);
            Answer in = login(server, TOKEN);
            assertThat(in.status()).as(in.body()).isEqualTo(303);
            assertThat(in.header("location")).contains("/queue");
            String setCookie = in.header("set-cookie").orElseThrow();
            assertThat(setCookie)
                    .contains("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000")
                    .doesNotContain("Secure", TOKEN);
            cookie = setCookie.split(";")[0];
            assertThat(cookie).isEqualTo("infloop_session=" + sha256(TOKEN));
            worksAsASession(server, cookie);

            assertThat(login(server, "x").status()).isEqualTo(401);
            Answer flooded = login(server, TOKEN);
            assertThat(flooded.status()).isEqualTo(429);
            assertThat(Integer.parseInt(flooded.header("retry-after").orElseThrow()))
                    .isBetween(1, 60);
            assertThat(server.get("/api/version").status())
                    .as("the token is not behind the limit")
                    .isEqualTo(200);
        }
        try (Server again = Server.on(data).with("INFLOOP_API_TOKEN", TOKEN).start()) {
            assertThat(send(again, "/api/version", Optional.of(cookie)).status())
                    .isEqualTo(200);
            Answer out = again.send(HttpRequest.newBuilder(again.uri("/api/auth/logout"))
                    .header("cookie", cookie)
                    .header("sec-fetch-site", "same-origin")
                    .POST(BodyPublishers.noBody()));
            assertThat(out.status()).isEqualTo(204);
            assertThat(out.header("set-cookie").orElse("")).startsWith("infloop_session=;");
        }
        String audit = Files.readString(data.resolve("audit/audit.jsonl"));
        assertThat(audit)
                .contains(
                        "\"auth.login\"",
                        "\"auth.login_failed\"",
                        "\"auth.logout\"",
                        "\"browser-session\"",
                        "127.0.0.1");
        holdsNone(data.getParent(), List.of(TOKEN, sha256(TOKEN), "wrong-guess-4711"));
    }

    private static void worksAsASession(Server server, String cookie) {
        assertThat(send(server, "/api/workflows", Optional.of(cookie)).status()).isEqualTo(200);
        assertThat(send(server, "/api/auth/session", Optional.of(cookie)).body())
                .contains("\"via\":\"cookie\"");
        String threads = send(server, "/api/threads", Optional.of(cookie)).body();
        assertThat(threads).contains("infloop").doesNotContain(TOKEN);
        Answer asBearer = server.send(HttpRequest.newBuilder(server.uri("/api/workflows"))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", "Bearer " + cookie.substring(cookie.indexOf('=') + 1))
                .GET());
        assertThat(asBearer.status()).as("a stolen cookie is not the token").isEqualTo(401);

        Answer forged = server.send(run(server, cookie));
        assertThat(forged.status()).as("nothing says which page asks").isEqualTo(403);
        assertThat(forged.json().path("error").asText()).isEqualTo("bad-origin");
        Answer foreign = server.send(run(server, cookie).header("origin", "https://evil.example"));
        assertThat(foreign.status()).isEqualTo(403);
        Answer own = server.send(run(server, cookie).header("origin", "http://127.0.0.1:" + server.port()));
        assertThat(own.status()).isEqualTo(404);
        assertThat(own.json().path("error").asText()).startsWith("workflow not found");
    }

    private static HttpRequest.Builder run(Server server, String cookie) {
        return HttpRequest.newBuilder(server.uri("/api/run"))
                .timeout(Duration.ofSeconds(30))
                .header("cookie", cookie)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"workflowId\":\"nobody\"}"));
    }

    private static Answer login(Server server, String token) {
        return server.send(HttpRequest.newBuilder(server.uri("/login"))
                .timeout(Duration.ofSeconds(30))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", "http://127.0.0.1:" + server.port())
                .POST(BodyPublishers.ofString("next=%2Fqueue&token=" + token)));
    }

    /** Without the token that {@link Server#get} sends. */
    private static Answer send(Server server, String path, Optional<String> cookie) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path))
                .timeout(Duration.ofSeconds(30))
                .GET();
        cookie.ifPresent(value -> request.header("cookie", value));
        return server.send(request);
    }

    private static void holdsNone(Path directory, List<String> secrets) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (String secret : secrets) {
                    assertThat(content.contains(secret))
                            .as(file + " holds a secret")
                            .isFalse();
                }
            }
        }
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
