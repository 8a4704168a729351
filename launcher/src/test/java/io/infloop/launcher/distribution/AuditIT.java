package io.infloop.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log of an assembled server, checked the way an operator does: beside the running server, and without one. */
class AuditIT {
    private static final Path HOME = Path.of(System.getProperty("infloop.distribution"));
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Map<Process, Path> outputs = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    @AfterEach
    void endWhatRuns() {
        outputs.keySet().forEach(Process::destroyForcibly);
    }

    @Test
    void isVerifiedWithAndWithoutAServerAndNamesTheLineThatWasChanged() throws Exception {
        Path data = directory.resolve("data");
        Process server = start(data, "start");
        await().atMost(LIMIT).until(() -> !RunningServer.in(data).isEmpty());
        assertThat(run(data, 0, "audit", "verify")).startsWith("The audit log is intact.");
        String head = run(data, 0, "audit", "checkpoint").strip();
        assertThat(head).isNotBlank().doesNotContain("\n");
        server.destroy();
        assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();

        JsonObject since = JsonText.object(run(data, 0, "audit", "verify", "--since", head, "--json"));
        assertThat(since.getInt("exit")).isZero();
        assertThat(run(data, 2, "audit", "verify", "--since", "nonsense")).contains("checkpoint");

        Path log = data.resolve("audit/audit.jsonl");
        String lines = Files.readString(log);
        Files.writeString(log, lines.replaceFirst("\"server\\.started\"", "\"server.startet\""));
        assertThat(run(data, 1, "audit", "verify")).startsWith("audit.jsonl:");
        Files.writeString(log, "");
        assertThat(run(data, 1, "audit", "verify", "--since", head)).doesNotContain("intact.");
    }

    @Test
    void findsNoLogWhereThereIsNoneAndTouchesNothing() throws Exception {
        Path data = directory.resolve("data");

        assertThat(run(data, 1, "audit", "verify")).startsWith("there is no audit log here");

        assertThat(data).doesNotExist();
    }

    private String run(Path data, int exit, String... arguments) throws Exception {
        Process process = start(data, arguments);
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String printed = Files.readString(outputs.get(process), StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(printed).isEqualTo(exit);
        return printed;
    }

    private Process start(Path data, String... arguments) throws IOException {
        Path output = Files.createTempFile(directory, "output", "");
        ProcessBuilder builder = new ProcessBuilder(HOME.resolve("bin/infloop").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("INFLOOP_DATA_DIR", data.toString());
        builder.environment().put("PORT", "0");
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        outputs.put(process, output);
        return process;
    }
}
