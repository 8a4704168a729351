package io.infloop.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.client.TokenSource;
import io.infloop.launcher.handover.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembled server as a process, used the way an operator does. */
class ServerIT {
    private static final Path HOME = Path.of(System.getProperty("infloop.distribution"));
    private static final String TOKEN = "black-box-token-1b7e";
    private static final String KEY = "black-box-key-9c2d";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void endWhatRuns() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void startsAnswersAndStopsWithoutATrace() throws Exception {
        Path data = directory.resolve("data");
        Process server = infloop(data, Map.of("INFLOOP_API_TOKEN", TOKEN, "ANTHROPIC_API_KEY", KEY), "start");
        RunningServer running = await().atMost(LIMIT)
                .until(() -> RunningServer.in(data).stream().findFirst(), Optional::isPresent)
                .orElseThrow();

        assertThat(running.process().pid()).as("the script became the JVM").isEqualTo(server.pid());
        assertThat(client(running, TOKEN).get("/api/health").status()).isEqualTo(200);
        assertThat(client(running, TOKEN).get("/api/plugins").status()).isEqualTo(200);
        assertThat(client(running, "wrong").get("/api/plugins").status()).isEqualTo(401);
        noSecretIn(server.pid());

        Process list = infloop(data, Map.of("INFLOOP_API_TOKEN", TOKEN), "plugins", "list", "--json");
        assertThat(list.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(list.exitValue()).isZero();

        server.destroy();
        assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
        assertThat(data.resolve("instances")).isEmptyDirectory();
    }

    @Test
    void refusesTheNetworkWithoutAToken() throws Exception {
        Process server = infloop(directory.resolve("data"), Map.of("HOST", "0.0.0.0"), "start");

        assertThat(server.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isEqualTo(78);
        assertThat(output()).contains("refusing-to-start: network-bind-without-token");
    }

    @Test
    void theDoctorTouchesNothing() throws Exception {
        Path data = directory.resolve("data");
        Process doctor = infloop(data, Map.of(), "doctor");

        assertThat(doctor.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(doctor.exitValue()).as(output()).isZero();
        assertThat(output()).contains("posture", "java");
        assertThat(data).doesNotExist();
    }

    @Test
    void theDemonstrationReallyHappens() throws Exception {
        Process demo = infloop(
                directory.resolve("unused"),
                Map.of(),
                "demo",
                "--once",
                "--data-dir",
                directory.resolve("demo").toString());

        assertThat(demo.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(demo.exitValue()).as(output()).isZero();
        assertThat(output()).contains("Everything happened as it should.", "failed requests: 0");
    }

    private void noSecretIn(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        for (String file : new String[] {"environ", "cmdline"}) {
            assertThat(Files.readString(process.resolve(file), StandardCharsets.ISO_8859_1))
                    .as(file)
                    .isNotEmpty()
                    .doesNotContain(TOKEN)
                    .doesNotContain(KEY)
                    .doesNotContain("INFLOOP_API_TOKEN");
        }
        Path handOver = process.resolve("fd/3");
        assertThat(Files.readSymbolicLink(handOver).toString()).startsWith("pipe:");
        try (InputStream in = Files.newInputStream(handOver)) {
            assertThat(in.read()).as("the hand-over is used up").isEqualTo(-1);
        }
    }

    private Process infloop(Path data, Map<String, String> variables, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(HOME.resolve("bin/infloop").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("INFLOOP_DATA_DIR", data.toString());
        builder.environment().put("PORT", "0");
        builder.environment().putAll(variables);
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("output").toFile()));
        Process process = builder.start();
        process.getOutputStream().close();
        processes.add(process);
        return process;
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
    }

    private static ApiClient client(RunningServer server, String token) {
        return new ApiClient(
                server.url(), new TokenSource(new Environment(Map.of("INFLOOP_API_TOKEN", token)), Optional.empty()));
    }
}
