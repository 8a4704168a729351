package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Starting and stopping the distribution, and what it refuses. */
class StartStopIT {
    private static final String TOKEN = "tok_2f6c9d1e_canary";
    private static final String PROVIDER_KEY = "sk-canary-71c2";

    @Test
    void refusesANetworkBindWithoutAToken() {
        try (Server server = Server.on(data("posture")).with("HOST", "0.0.0.0").launch()) {
            assertThat(server.awaitExit(Duration.ofSeconds(60))).isEqualTo(78);
            assertThat(server.log())
                    .contains("refusing-to-start: network-bind-without-token")
                    .contains("INFLOOP_API_TOKEN")
                    .contains("INFLOOP_ALLOW_INSECURE");
        }
    }

    /** What cannot be listened on is found out before anything is made. */
    @Test
    void aHostThatIsNotOursLeavesNothingBehind() {
        for (String host : List.of("no-such-host.invalid", "192.0.2.55")) {
            Path data = data("host");
            try (Server server = Server.on(data)
                    .with("HOST", host)
                    .with("INFLOOP_API_TOKEN", TOKEN)
                    .launch()) {
                assertThat(server.awaitExit(Duration.ofSeconds(60))).isEqualTo(75);
                assertThat(server.log())
                        .contains("refusing-to-start: cannot-listen")
                        .contains(host + " cannot be listened on")
                        .contains("correct HOST or PORT");
            }
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void refusesADataDirectoryThatIsAFile() throws IOException {
        Path data = data("not-a-directory");
        Files.createDirectories(data.getParent());
        Files.writeString(data, "a file");
        try (Server server = Server.on(data).launch()) {
            assertThat(server.awaitExit(Duration.ofSeconds(60))).isEqualTo(78);
            assertThat(server.log()).contains(data.toString());
        }
    }

    @Test
    void refusesSettingsItCannotHonour() {
        try (Server server = Server.on(data("sandbox"))
                .with("INFLOOP_SANDBOX_REQUIRED", "all")
                .launch()) {
            assertThat(server.awaitExit(Duration.ofSeconds(60))).isEqualTo(78);
            assertThat(server.log()).contains("INFLOOP_SANDBOX_REQUIRED");
        }
    }

    @Test
    void keepsTokenAndKeysOutOfProcAndAsksForTheToken() throws IOException {
        Path link = data("token").resolveSibling("link-to-infloop");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Distribution.launchScript());
        try (Server server = Server.on(link.resolveSibling("data"))
                .with("INFLOOP_API_TOKEN", TOKEN)
                .with("ANTHROPIC_API_KEY", PROVIDER_KEY)
                .script(link)
                .directory(Path.of("/"))
                .start()) {
            for (String file : List.of("environ", "cmdline")) {
                String content = new String(
                        Files.readAllBytes(Path.of("/proc", Long.toString(server.pid()), file)),
                        StandardCharsets.ISO_8859_1);
                assertThat(content).doesNotContain(TOKEN).doesNotContain(PROVIDER_KEY);
            }
            assertThat(server.get("/api/workflows").status()).isEqualTo(200);
            assertThat(server.send(HttpRequest.newBuilder(server.uri("/api/workflows")))
                            .status())
                    .isEqualTo(401);
            for (String path : List.of("/api/nothing", "/api/events", "/api/fs/list")) {
                assertThat(server.send(HttpRequest.newBuilder(server.uri(path))).status())
                        .as(path)
                        .isEqualTo(401);
            }
            for (String page : List.of("/", "/nothing", "/system/console")) {
                assertThat(server.send(HttpRequest.newBuilder(server.uri(page))).header("location"))
                        .as(page)
                        .hasValueSatisfying(location -> assertThat(location).startsWith("/login"));
            }
            assertThat(server.send(HttpRequest.newBuilder(server.uri("/api/workflows"))
                                    .header("authorization", "Bearer wrong"))
                            .status())
                    .isEqualTo(401);
            assertThat(server.send(HttpRequest.newBuilder(server.uri("/api/health")))
                            .body())
                    .isEqualTo("{\"status\":\"ok\"}");
            assertThat(server.stop()).isZero();
            assertThat(server.log()).doesNotContain(TOKEN).doesNotContain(PROVIDER_KEY);
            assertNothingOnDiskHolds(server.data(), TOKEN);
        }
    }

    private static void assertNothingOnDiskHolds(Path data, String canary) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(canary);
            }
        }
    }

    @Test
    void walksToTheNextPortWhenOneIsBusy() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = busy.getLocalPort();
            try (Server server =
                    Server.on(data("busy")).with("PORT", Integer.toString(port)).start()) {
                assertThat(server.port()).isGreaterThan(port).isLessThanOrEqualTo(port + 20);
                assertThat(server.log()).contains(Integer.toString(port));
            }
        }
    }

    @Test
    void leavesOwnerOnlyFilesAndNoInstanceBehind() throws IOException {
        Path data = data("modes");
        try (Server server = Server.on(data).start()) {
            try (Stream<Path> files = Files.walk(data, 1)) {
                for (Path file : files.toList()) {
                    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                    assertThat(mode).as(file.toString()).endsWith("------");
                }
            }
            assertThat(data.resolve("store.db")).exists();
            assertThat(data.resolve("audit/audit.jsonl")).exists();
            assertThat(server.stop()).isZero();
        }
        try (Stream<Path> instances = Files.list(data.resolve("instances"))) {
            assertThat(instances).isEmpty();
        }
    }

    private static Path data(String name) {
        return Distribution.temporaryDirectory(name).resolve("data");
    }
}
