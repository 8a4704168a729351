package io.infloop.core.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingCatalogueTest {
    @Test
    void saysWhereAValueComesFrom() {
        ServerSettings settings = read(Map.of("PORT", "8080", "INFLOOP_PROVIDER_BIN_CODEX", "/bin/codex"));

        assertThat(report(settings, "PORT").origin()).isEqualTo(SettingOrigin.ENVIRONMENT);
        assertThat(report(settings, "PORT").value()).isEqualTo("8080");
        assertThat(report(settings, "PORT").standard()).isEqualTo("3000");
        assertThat(report(settings, "INFLOOP_QUEUE_MAX").origin()).isEqualTo(SettingOrigin.DEFAULT);
        assertThat(report(settings, "INFLOOP_PROVIDER_BIN_<ID>").value()).contains("/bin/codex");
        assertThat(report(read(Map.of()), "INFLOOP_PROVIDER_BIN_<ID>").origin()).isEqualTo(SettingOrigin.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({
        "HOST, 0.0.0.0",
        "INFLOOP_API_TOKEN, short",
        "INFLOOP_ALLOW_INSECURE, 1",
        "INFLOOP_TRUSTED_PROXIES, 0.0.0.0/0",
        "INFLOOP_MAX_RUN_NODE_EXECUTIONS, 0",
        "INFLOOP_MAX_RUN_DURATION_MS, 0",
        "INFLOOP_CHILD_ENV_PASSTHROUGH, AWS_*"
    })
    void namesWhatWeakensTheServerAndWhatToDo(String name, String value) {
        assertThat(report(read(Map.of(name, value)), name).advice()).isPresent();
        assertThat(report(read(Map.of()), name).advice()).isEmpty();
    }

    @Test
    void aNetworkAddressIsSafeWithAToken() {
        ServerSettings settings = read(Map.of("HOST", "0.0.0.0", "INFLOOP_API_TOKEN", "0123456789abcdef"));

        assertThat(report(settings, "HOST").advice()).isEmpty();
        assertThat(report(settings, "INFLOOP_API_TOKEN").advice()).isEmpty();
        assertThat(report(settings, "INFLOOP_API_TOKEN").value()).isEqualTo("set");
    }

    private static SettingReport report(ServerSettings settings, String name) {
        return settings.report().stream()
                .filter(report -> report.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ServerSettings read(Map<String, String> environment) {
        return SettingsReader.read(environment, name -> null).settings();
    }
}
