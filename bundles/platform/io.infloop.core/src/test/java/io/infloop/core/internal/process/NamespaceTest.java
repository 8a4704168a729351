package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a child in a process namespace sees and what of its run comes out. */
class NamespaceTest {
    @TempDir
    Path work;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theDataDirectoryIsHiddenButForTheNodesOwnPart(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            Path secret = bed.data.resolve("triggers/wh_canary.json");
            Path own = bed.instance.directory().resolve("scratch/own");
            Path other = bed.instance.directory().resolve("scratch/other");
            for (Path directory : List.of(secret.getParent(), own, other)) {
                Files.createDirectories(directory);
            }
            Files.writeString(secret, "secret-canary");
            Files.writeString(other.resolve("theirs"), "secret-canary");
            Files.writeString(own.resolve("mine"), "mine");
            Files.createSymbolicLink(work.resolve("link"), bed.data);
            Unprivileged.giveIf(unprivileged, work);
            String script = "cat mine; echo written > made; cat " + secret + " " + other + "/theirs " + work
                    + "/link/triggers/* ../other/theirs ../../../../triggers/* /proc/*/cwd/../triggers/*;"
                    + " umount " + bed.data + "; umount -l " + own + "; find " + work + " -name 'wh_canary*';"
                    + " ls -R " + bed.data;
            ProcessExit exit = bed.supervisor
                    .launcherFor(bed.owner(Cancellation.NEVER, Optional.of(own)))
                    .run(bed.shell(script).build());

            assertThat(exit.stdout().text()).startsWith("mine").doesNotContain("secret-canary", "wh_canary", "theirs");
            assertThat(own.resolve("made")).hasContent("written");
            assertThat(secret).hasContent("secret-canary");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noOtherProcessIsVisible(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            ProcessExit exit =
                    run(bed, "set -- /proc/[0-9]*; echo $#; cat /proc/*/environ | tr '\\0' '\\n'; kill -9 -1");

            assertThat(exit.stdout().text().lines().findFirst().map(Integer::parseInt))
                    .hasValueSatisfying(count -> assertThat(count).isLessThan(6));
            assertThat(exit.stdout().text()).doesNotContain("SUREFIRE", "java");
        }
    }

    /** Asks whether it could write and writes nothing: these are the settings of the machine. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSettingsOfTheKernelAreOnlyRead(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            ProcessExit exit = run(
                    bed,
                    """
                    umount /proc/sys; umount /sys/kernel; mount -o remount,bind,rw /proc/sys
                    for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sysrq-trigger /proc/irq/default_smp_affinity \
                        /sys/kernel/uevent_helper /sys/kernel/mm/ksm/run /sys/power/state /sys/module; do
                      [ ! -w "$file" ] || echo "writable: $file"
                    done
                    cat /proc/sys/kernel/ostype; ls /sys/kernel > /dev/null && echo seen
                    [ -w /proc/self/oom_score_adj ] && echo own
                    """);

            assertThat(exit.stdout().text()).isEqualTo("Linux\nseen\nown\n");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theEndOfTheChildComesOutAsItWas(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            ProcessExit plain = run(bed, "cat; echo out; echo err >&2; exit 7");
            ProcessExit killed = run(bed, "kill -TERM $$");
            ProcessExit id = run(bed, "id -u; pwd");

            assertThat(plain.exitCode()).hasValue(7);
            assertThat(plain.stdout().text()).isEqualTo("out\n");
            assertThat(plain.stderr().text()).isEqualTo("err\n");
            assertThat(killed.signal()).hasValue(15);
            assertThat(killed.stderr().text()).isEmpty();
            assertThat(id.stdout().text())
                    .isEqualTo((unprivileged
                                    ? Unprivileged.UID
                                    : ProcessTestBed.tools().uid()) + "\n" + work.toRealPath() + "\n");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSoftSignalReachesTheChildInside(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            List<String> lines = new CopyOnWriteArrayList<>();
            SupervisedProcess process = bed.supervisor
                    .launcherFor(bed.owner(Cancellation.NEVER))
                    .start(bed.shell("trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done")
                            .stdoutLines(lines::add)
                            .build());
            await().until(() -> lines.contains("ready\n"));
            process.stop();

            assertThat(process.await().exitCode()).hasValue(9);
            assertThat(lines).contains("bye\n");
        }
    }

    @Test
    void theDataDirectoryItselfIsNoPlaceToWork() throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, work)) {
            Path triggers = Files.createDirectories(bed.data.resolve("triggers"));
            for (Path directory : List.of(bed.data, triggers, triggers.resolve("../triggers"))) {
                ProcessSpec spec = bed.shell("ls").workingDirectory(directory).build();
                assertThatThrownBy(() -> bed.supervisor
                                .launcherFor(bed.owner(Cancellation.NEVER))
                                .start(spec))
                        .isInstanceOf(SpawnException.class)
                        .hasMessageContaining("data directory");
            }
        }
    }

    @Test
    void theErrorSaysWhatTheSandboxDid() throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, bedIsRoot(), work)) {
            ProcessExit sudo = run(
                    bed, "echo 'sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set' >&2; exit 1");
            ProcessExit chown = run(bed, "touch mine; chown 1 mine");
            ProcessExit kill = run(bed, "kill -0 " + ProcessHandle.current().pid());
            ProcessExit daemon = run(bed, "echo 'tool: daemon is not running' >&2; exit 1");
            ProcessExit sysctl =
                    run(bed, "echo 'sysctl: setting key \"vm.swappiness\": Read-only file system' >&2; exit 1");
            ProcessExit other = run(bed, "echo no >&2; exit 1");
            ProcessExit fine = run(bed, "echo 'setuid bit set' >&2");

            assertThat(sudo.explanation())
                    .hasValueSatisfying(text -> assertThat(text).contains("sandbox", "set-uid"));
            assertThat(chown.explanation())
                    .hasValueSatisfying(text -> assertThat(text).contains("owners"));
            assertThat(kill.explanation())
                    .hasValueSatisfying(text -> assertThat(text).contains("sandbox", "visible"));
            assertThat(daemon.explanation())
                    .hasValueSatisfying(text -> assertThat(text).contains("sandbox", "ends with"));
            assertThat(sysctl.explanation())
                    .hasValueSatisfying(text -> assertThat(text).contains("sandbox", "kernel"));
            assertThat(other.explanation()).isEmpty();
            assertThat(fine.explanation()).isEmpty();
        }
    }

    private static boolean bedIsRoot() {
        return ProcessTestBed.tools().uid() == 0;
    }

    private static ProcessExit run(ProcessTestBed bed, String script) throws Exception {
        return bed.supervisor
                .launcherFor(bed.owner(Cancellation.NEVER))
                .run(bed.shell(script).build());
    }
}
