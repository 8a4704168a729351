package io.infloop.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.sandbox.SandboxReport.Trial;
import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.internal.settings.SettingsReader;
import io.infloop.spi.process.SandboxLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SandboxChoiceTest {
    @Test
    void unsetMeansAutoWithTheDataDirectoryHidden() {
        SandboxSettings choice = of(Map.of("INFLOOP_DATA_DIR", "/srv/data"));

        assertThat(choice.level()).isEmpty();
        assertThat(choice.required()).isEqualTo(SandboxLevel.OFF);
        assertThat(choice.user()).isEqualTo("infloop-agent");
        assertThat(choice.hidden()).containsExactly(Path.of("/srv/data"));
    }

    @Test
    void secretsThatLieElsewhereAreHiddenToo() {
        SandboxSettings choice = of(Map.of(
                "INFLOOP_SANDBOX", "jail",
                "INFLOOP_SANDBOX_REQUIRED", "namespace",
                "INFLOOP_DATA_DIR", "/srv/data",
                "INFLOOP_TRIGGERS_DIR", "/srv/triggers",
                "INFLOOP_API_TOKEN_FILE", "/etc/token"));

        assertThat(choice.level()).hasValue(SandboxLevel.JAIL);
        assertThat(choice.required()).isEqualTo(SandboxLevel.NAMESPACE);
        assertThat(choice.hidden())
                .containsExactly(Path.of("/srv/data"), Path.of("/srv/triggers"), Path.of("/etc/token"));
    }

    @Test
    void aRequirementThatCannotBeMetRefusesTheStart() {
        SandboxReport report = new SandboxReport(
                Optional.empty(),
                SandboxLevel.JAIL,
                SandboxLevel.NAMESPACE,
                List.of(new Trial(SandboxLevel.JAIL, false, "bwrap was not found", "install bubblewrap", 1)));

        assertThatThrownBy(() -> SandboxChoice.check(report))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo("sandbox-not-available"))
                .hasMessageContaining("bwrap was not found; install bubblewrap");
        assertThatCode(() -> SandboxChoice.check(
                        new SandboxReport(Optional.empty(), SandboxLevel.NAMESPACE, SandboxLevel.NAMESPACE, List.of())))
                .doesNotThrowAnyException();
    }

    private static SandboxSettings of(Map<String, String> environment) {
        return SandboxChoice.of(SettingsReader.read(environment, name -> null).settings(), environment);
    }
}
