package io.infloop.core.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.internal.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    @TempDir
    Path directory;

    @Test
    void hasDefaults() {
        ServerSettings settings = read(Map.of("HOME", "/home/someone")).settings();

        assertThat(settings.dataDirectory()).isEqualTo(Path.of("/home/someone/.infinite-loop"));
        assertThat(settings.triggersDirectory()).isEqualTo(Path.of("/home/someone/.infinite-loop/triggers"));
        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isEqualTo(3000);
        assertThat(settings.workspaceRoots()).isEmpty();
        assertThat(settings.maxConcurrentRuns()).isEqualTo(4);
        assertThat(settings.webhookRateLimit()).isEqualTo(120);
        assertThat(settings.maxRunDuration()).isEqualTo(Duration.ofDays(1));
        assertThat(settings.auditMaxBytes()).isEqualTo(10 * 1024 * 1024);
        assertThat(settings.pluginGrace()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.interpreter("python")).isEqualTo("python3");
        assertThat(settings.providerBinary("claude")).isEmpty();
    }

    @Test
    void theLauncherLocatesHomeAndData() {
        SettingsReader.Result result = SettingsReader.read(
                Map.of("INFLOOP_DATA_DIR", "/elsewhere", "INFLOOP_RUNS_DIR", "/runs"),
                Map.of("infloop.data", "/data", "infloop.home", "/opt/il")::get);

        assertThat(result.settings().dataDirectory()).isEqualTo(Path.of("/data"));
        assertThat(result.settings().libraryDirectory()).isEqualTo(Path.of("/opt/il/library"));
        assertThat(result.settings().runsDirectory()).isEqualTo(Path.of("/runs"));
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, 70000",
        "PORT, -1",
        "PORT, abc",
        "INFLOOP_QUEUE_MAX, 0",
        "INFLOOP_MAX_CONCURRENT_RUNS, NaN",
        "INFLOOP_RUN_HISTORY_LIMIT, 0",
        "INFLOOP_MAX_RUN_DURATION_MS, soon",
        "INFLOOP_AUDIT_MAX_FILES, -3"
    })
    void anUnusableNumberFallsBackWithAWarning(String name, String value) {
        SettingsReader.Result result = read(Map.of(name, value));

        assertThat(result.warnings()).singleElement().asString().contains(name).contains("using");
        assertThat(result.settings()).isEqualTo(read(Map.of()).settings());
    }

    @Test
    void fractionsAreFlooredAndZeroMeansNoLimit() {
        ServerSettings settings = read(Map.of(
                        "INFLOOP_RUN_HISTORY_LIMIT", "7.9",
                        "INFLOOP_MAX_RUN_DURATION_MS", "0",
                        "INFLOOP_PLUGIN_GRACE", "5s",
                        "INFLOOP_MAX_RUN_COST_USD", "1.5"))
                .settings();

        assertThat(settings.runHistoryLimit()).isEqualTo(7);
        assertThat(settings.maxRunDuration()).isZero();
        assertThat(settings.pluginGrace()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.maxRunCostUsd()).isEqualTo(1.5);
    }

    @ParameterizedTest
    @CsvSource({
        "INFLOOP_MAX_RUN_COST_USD, lots, invalid-setting",
        "INFLOOP_MAX_TOTAL_COST_USD, -1, invalid-setting",
        "INFLOOP_CHILD_ENV_PASSTHROUGH, *, invalid-setting",
        "INFLOOP_CHILD_ENV_PASSTHROUGH, A B, invalid-setting",
        "WORKSPACE_ROOTS, relative, invalid-setting",
        "WORKSPACE_ROOTS, /does/not/exist, invalid-setting",
        "WORKSPACE_ROOTS, ',', invalid-setting",
        "INFLOOP_EGRESS_ENFORCE, yes, invalid-setting",
        "INFLOOP_SANDBOX, docker, invalid-setting",
        "INFLOOP_STRICT, yes, invalid-setting",
        "INFLOOP_SANDBOX_REQUIRED, all, invalid-setting"
    })
    void whatWouldWeakenSecurityIsRefused(String name, String value, String reason) {
        assertThatThrownBy(() -> read(Map.of(name, value))).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(reason);
            assertThat(refusal.text())
                    .startsWith("refusing-to-start: " + reason + "\n")
                    .contains(name);
        });
    }

    @Test
    void sayingOffToWhatDoesNotExistIsFine() {
        SettingsReader.Result result =
                read(Map.of("INFLOOP_EGRESS_ENFORCE", "0", "INFLOOP_SANDBOX", "off", "INFLOOP_STRICT", ""));

        assertThat(result.warnings()).isEmpty();
    }

    @Test
    void existingWorkspaceRootsAreTaken() {
        ServerSettings settings =
                read(Map.of("WORKSPACE_ROOTS", directory + ", ," + directory)).settings();

        assertThat(settings.workspaceRoots()).containsExactly(directory, directory);
    }

    @Test
    void aMisspeltVariableIsNamedWithItsNearest() {
        SettingsReader.Result result =
                read(Map.of("INFLOOP_DATA_DIRR", "x", "INFLOOP_ZZZZZZZZZZZZZZZZZ", "y", "OTHER", "z"));

        assertThat(result.warnings())
                .containsExactly(
                        "INFLOOP_DATA_DIRR is not a setting; ignored (did you mean INFLOOP_DATA_DIR?)",
                        "INFLOOP_ZZZZZZZZZZZZZZZZZ is not a setting; ignored");
    }

    @Test
    void findsTheBinaryOfAProvider() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("INFLOOP_PROVIDER_BIN_MY_AGENT", "/bin/agent");
        environment.put("INFLOOP_PROVIDER_BIN_CODEX", "/bin/codex");
        environment.put("INFLOOP_CLAUDE_BIN", "/bin/old");
        ServerSettings settings = read(environment).settings();

        assertThat(settings.providerBinary("my-agent")).contains("/bin/agent");
        assertThat(settings.providerBinary("codex")).contains("/bin/codex");
        assertThat(settings.providerBinary("claude")).contains("/bin/old");
        assertThat(settings.providerBinary("other")).isEmpty();
        environment.put("INFLOOP_PROVIDER_BIN_CLAUDE", "/bin/new");
        assertThat(read(environment).settings().providerBinary("claude")).contains("/bin/new");
    }

    @Test
    void settingsDoNotHoldTheToken() {
        assertThat(read(Map.of("INFLOOP_API_TOKEN", "canary-0123456789"))
                        .settings()
                        .toString())
                .doesNotContain("canary");
    }

    private static SettingsReader.Result read(Map<String, String> environment) {
        return SettingsReader.read(environment, name -> null);
    }
}
