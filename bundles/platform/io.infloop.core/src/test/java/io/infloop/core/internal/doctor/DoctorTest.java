package io.infloop.core.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.posture.ChildrenPosture;
import io.infloop.core.internal.posture.ServerPosture;
import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.sandbox.SandboxLadder;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.internal.settings.SettingsReader;
import io.infloop.core.json.Jsons;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    @TempDir
    Path data;

    @Test
    void reportsThePosture() {
        JsonNode report = run(Map.of("PORT", "0"), Wrappers.find("/usr/bin:/bin"));

        assertThat(report.path("exit").asInt()).isZero();
        assertThat(line(report, "HOST").path("state").asText()).isEqualTo("safe");
        assertThat(line(report, "WORKSPACE_ROOTS").path("state").asText()).isEqualTo("weakened");
        assertThat(line(report, "WORKSPACE_ROOTS").path("advice").asText()).isNotBlank();
        assertThat(report.path("java").path("version").asText()).isNotBlank();
        assertThat(report.path("tools").findValuesAsText("name")).contains("setsid", "git", "python3", "bwrap");
        assertThat(report.path("dataDirectory").path("writable").asBoolean()).isTrue();
    }

    @Test
    void neverShowsTheToken() {
        JsonNode report = run(
                Map.of("PORT", "0", "HOST", "0.0.0.0", "INFLOOP_API_TOKEN", "canary-0123456789abcdef"),
                Wrappers.find("/usr/bin:/bin"));

        assertThat(report.toString()).doesNotContain("canary");
        assertThat(line(report, "INFLOOP_API_TOKEN").path("value").asText()).isEqualTo("set");
        assertThat(report.path("exit").asInt()).isZero();
    }

    @Test
    void findsWhatWouldKeepTheServerFromWorking() {
        JsonNode refused = run(Map.of("PORT", "0", "HOST", "0.0.0.0"), Wrappers.find("/usr/bin:/bin"));
        JsonNode bare = run(Map.of("PORT", "0"), new Wrappers(Optional.empty(), Optional.empty(), Optional.empty()));

        assertThat(refused.path("exit").asInt()).isEqualTo(78);
        assertThat(refused.path("problems").toString()).contains("network-bind-without-token");
        assertThat(bare.path("exit").asInt()).isEqualTo(1);
        assertThat(bare.path("problems").toString()).contains("setsid");
        assertThat(Jsons.parse(Doctor.refused(new Refusal("why", "what to do")).getBytes(StandardCharsets.UTF_8))
                        .path("exit")
                        .asInt())
                .isEqualTo(78);
    }

    @Test
    void triesWhetherTheDataDirectoryTakesFiles() throws IOException {
        Path file = Files.writeString(data.resolve("file"), "");
        JsonNode missing = run(Map.of("PORT", "0", "INFLOOP_DATA_DIR", data + "/a/b"), Wrappers.find("/usr/bin:/bin"));
        assertThat(missing.path("dataDirectory").path("writable").asBoolean()).isTrue();
        assertThat(missing.path("dataDirectory").path("exists").asBoolean()).isFalse();
        for (String unusable : List.of("/proc/x", "/proc", file.toString(), file + "/x")) {
            JsonNode report = run(Map.of("PORT", "0", "INFLOOP_DATA_DIR", unusable), Wrappers.find("/usr/bin:/bin"));
            assertThat(report.path("dataDirectory").path("writable").asBoolean())
                    .as(unusable)
                    .isFalse();
            assertThat(report.path("exit").asInt()).isEqualTo(1);
            assertThat(report.path("problems").toString()).contains("INFLOOP_DATA_DIR");
        }
        run(Map.of("PORT", "0"), Wrappers.find("/usr/bin:/bin"));
        try (Stream<Path> left = Files.list(data)) {
            assertThat(left).containsExactly(file);
        }
    }

    private JsonNode run(Map<String, String> environment, Wrappers wrappers) {
        Map<String, String> complete = new HashMap<>(environment);
        complete.putIfAbsent("INFLOOP_DATA_DIR", data.toString());
        SettingsReader.Result read = SettingsReader.read(complete, name -> null);
        Doctor doctor = new Doctor(
                read.settings(),
                ApiToken.from(complete),
                new ServerPosture(
                        read.settings(),
                        read.warnings(),
                        () -> List.of(new ChildrenPosture(
                                wrappers, () -> SandboxLadder.off().report()))),
                wrappers,
                spec -> {
                    throw new SpawnException("no versions in this test");
                },
                () -> SandboxLadder.off().report(),
                "/usr/bin:/bin");
        return Jsons.parse(doctor.apply(List.of()).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode line(JsonNode report, String setting) {
        for (JsonNode line : report.path("posture")) {
            if (line.path("setting").asText().equals(setting)) {
                return line;
            }
        }
        throw new AssertionError("no line for " + setting);
    }
}
