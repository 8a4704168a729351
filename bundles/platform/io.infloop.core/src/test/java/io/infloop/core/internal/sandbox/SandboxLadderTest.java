package io.infloop.core.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.internal.sandbox.SandboxReport.Trial;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SandboxLadderTest {
    @ParameterizedTest
    @CsvSource({
        // setting, required, available, in force
        "auto, OFF, JAIL NAMESPACE USER, NAMESPACE",
        "auto, OFF, NAMESPACE, NAMESPACE",
        "auto, OFF, USER, OFF",
        "auto, OFF, JAIL, OFF",
        "auto, OFF, '', OFF",
        "auto, JAIL, JAIL NAMESPACE, JAIL",
        "auto, USER, USER, USER",
        "auto, USER, JAIL, JAIL",
        "OFF, USER, JAIL NAMESPACE, NAMESPACE",
        "USER, USER, NAMESPACE, NAMESPACE",
        "OFF, OFF, JAIL NAMESPACE USER, OFF",
        "OFF, NAMESPACE, JAIL NAMESPACE USER, NAMESPACE",
        "USER, OFF, NAMESPACE USER, USER",
        "USER, OFF, NAMESPACE, OFF",
        "JAIL, OFF, NAMESPACE USER, NAMESPACE",
        "JAIL, JAIL, NAMESPACE, NAMESPACE",
        "NAMESPACE, OFF, JAIL NAMESPACE, NAMESPACE",
    })
    void theOperatorGetsTheBestOfWhatIsWanted(
            String setting, SandboxLevel required, String available, SandboxLevel inForce) {
        SandboxReport report = ladder(setting, required, available).report();

        assertThat(report.inForce()).isEqualTo(inForce);
        assertThat(report.isMet()).isEqualTo(inForce.isAtLeast(required));
    }

    @Test
    void demandsAddUpAndNeverWeaken() throws SpawnException {
        SandboxLadder ladder = ladder("NAMESPACE", SandboxLevel.OFF, "JAIL NAMESPACE USER");

        assertThat(ladder.choose(SandboxDemand.NONE).level()).isEqualTo(SandboxLevel.NAMESPACE);
        assertThat(ladder.choose(demand(SandboxLevel.USER, SandboxLevel.OFF)).level())
                .isEqualTo(SandboxLevel.NAMESPACE);
        assertThat(ladder.choose(demand(SandboxLevel.JAIL, SandboxLevel.OFF)).level())
                .isEqualTo(SandboxLevel.JAIL);
        assertThat(ladder.choose(demand(SandboxLevel.OFF, SandboxLevel.JAIL)).level())
                .isEqualTo(SandboxLevel.JAIL);
    }

    @Test
    void whatIsWantedIsDoneAsWellAsPossibleAndWhatIsRequiredOrNothing() throws SpawnException {
        SandboxLadder ladder = ladder("auto", SandboxLevel.OFF, "NAMESPACE");

        assertThat(ladder.choose(demand(SandboxLevel.JAIL, SandboxLevel.OFF)).level())
                .isEqualTo(SandboxLevel.NAMESPACE);
        assertThatThrownBy(() -> ladder.choose(demand(SandboxLevel.OFF, SandboxLevel.JAIL)))
                .isInstanceOfSatisfying(SpawnException.class, refused -> assertThat(refused.isRefusal())
                        .isTrue())
                .hasMessageContaining("jail is required")
                .hasMessageContaining("namespace only")
                .hasMessageContaining("install jail");
    }

    /** Worktrees and private directories are made for it before the child is started. */
    @Test
    void theLevelOfAChildIsKnownBeforeItIsStarted() {
        SandboxLadder ladder = ladder("auto", SandboxLevel.OFF, "NAMESPACE USER");

        assertThat(ladder.level(SandboxDemand.NONE)).isEqualTo(SandboxLevel.NAMESPACE);
        assertThat(ladder.level(demand(SandboxLevel.JAIL, SandboxLevel.OFF))).isEqualTo(SandboxLevel.NAMESPACE);
        assertThat(ladder.level(demand(SandboxLevel.OFF, SandboxLevel.JAIL))).isEqualTo(SandboxLevel.NAMESPACE);
        assertThat(ladder.user()).isEmpty();
    }

    @Test
    void somethingStrongerThanWhatIsRequiredWillDo() throws SpawnException {
        SandboxLadder ladder = ladder("OFF", SandboxLevel.OFF, "JAIL NAMESPACE");

        assertThat(ladder.choose(demand(SandboxLevel.OFF, SandboxLevel.USER)).level())
                .isEqualTo(SandboxLevel.NAMESPACE);
        assertThat(ladder.choose(SandboxDemand.NONE).level()).isEqualTo(SandboxLevel.OFF);
    }

    @Test
    void belowTheOperatorsRequirementNothingIsRun() {
        SandboxLadder ladder = ladder("off", SandboxLevel.JAIL, "NAMESPACE");

        assertThatThrownBy(() -> ladder.choose(SandboxDemand.NONE)).isInstanceOf(SpawnException.class);
    }

    @Test
    void theReportSaysWhatWouldLiftIt() {
        assertThat(ladder("auto", SandboxLevel.OFF, "NAMESPACE").report().whatWouldLiftIt())
                .hasValueSatisfying(text -> assertThat(text).contains("no jail", "install jail"));
        assertThat(ladder("auto", SandboxLevel.OFF, "JAIL NAMESPACE").report().whatWouldLiftIt())
                .hasValueSatisfying(text -> assertThat(text).contains("INFLOOP_SANDBOX=jail"));
        assertThat(ladder("JAIL", SandboxLevel.OFF, "JAIL NAMESPACE").report().whatWouldLiftIt())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bwrap: No permissions to create new namespace, likely because the kernel | forbids new namespaces | seccomp",
                "unshare: unshare failed: Operation not permitted | forbids new namespaces | seccomp",
                "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC) | limit | max_user",
                "unshare: unshare failed: No space left on device | limit | max_user",
                "bwrap: Can't mount proc on /newroot/proc: Operation not permitted | private /proc | systempaths",
                "unshare: mount /proc failed: Operation not permitted | private /proc | systempaths",
                "bwrap: setting up uid map: Permission denied | AppArmor | apparmor",
                "unshare: unrecognized option '--map-user=1' | too old | util-linux",
                "something else entirely | something else entirely | namespaces",
            })
    void whatTheToolsSayBecomesASentence(String error, String detail, String remedy) {
        Obstacles obstacles = Obstacles.of(error);

        assertThat(obstacles.detail()).contains(detail);
        assertThat(obstacles.remedy()).contains(remedy);
    }

    private static SandboxDemand demand(SandboxLevel wanted, SandboxLevel required) {
        return new SandboxDemand(wanted, required);
    }

    private static SandboxLadder ladder(String setting, SandboxLevel required, String available) {
        Set<String> levels = Set.of(available.split(" ", -1));
        List<SelfTest.Result> results = new ArrayList<>();
        for (SandboxLevel level : List.of(SandboxLevel.JAIL, SandboxLevel.NAMESPACE, SandboxLevel.USER)) {
            boolean works = levels.contains(level.name());
            results.add(new SelfTest.Result(
                    new Trial(
                            level,
                            works,
                            works ? "works" : "no " + level.id(),
                            works ? "" : "install " + level.id(),
                            1),
                    works ? Optional.of(new Fake(level)) : Optional.empty()));
        }
        return SandboxLadder.of(
                new SandboxSettings(
                        setting.equals("auto")
                                ? Optional.empty()
                                : SandboxLevel.named(setting.toLowerCase(java.util.Locale.ROOT)),
                        required,
                        "nobody",
                        List.of()),
                results);
    }

    private record Fake(SandboxLevel level) implements Confinement {
        @Override
        public List<String> command(Launch launch) {
            return List.of();
        }

        @Override
        public boolean hasKeeper() {
            return level.isAtLeast(SandboxLevel.NAMESPACE);
        }
    }
}
