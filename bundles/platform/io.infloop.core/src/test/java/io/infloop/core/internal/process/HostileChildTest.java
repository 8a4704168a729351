package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one child prepares so that the next one, or the server on its way to it, gives away what is hidden. */
class HostileChildTest {
    private static final String CANARY = "secret-canary";

    /** dac_read_search (opens files by their numbers), sys_module, sys_rawio, sys_ptrace, sys_admin, mknod. */
    private static final long DANGEROUS = 1L << 2 | 1L << 16 | 1L << 17 | 1L << 19 | 1L << 21 | 1L << 27;

    @TempDir
    Path work;

    @Test
    void aChildThatIsRootCannotLookBehindTheMountsAlsoWithInheritedCapabilities() throws Exception {
        ProcessTestBed.at(SandboxLevel.NAMESPACE, work).close();
        Assumptions.assumeTrue(ProcessTestBed.tools().uid() == 0, "for a server that is root");
        Wrappers found = Wrappers.find(System.getenv("PATH"));
        Path generous = program(
                work.resolve("prlimit"), "shift 2\nexec setpriv --inh-caps=+sys_admin,+dac_read_search -- \"$@\"");
        try (ProcessTestBed bed = new ProcessTestBed(
                work,
                Map.of("PATH", "/usr/bin:/bin"),
                new Wrappers(found.setsid(), Optional.of(generous), found.kill()),
                List.of(),
                SandboxSettings::auto)) {
            ProcessExit exit = run(bed, bed.shell("grep -E '^Cap(Inh|Prm|Eff|Bnd)' /proc/self/status"));

            assertThat(exit.stdout().text().lines()).hasSize(4).allSatisfy(line -> assertThat(
                            Long.parseUnsignedLong(line.split("\\s+", -1)[1], 16) & DANGEROUS)
                    .as(line)
                    .isZero());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theProgramsThatConfineAreNotTakenFromThePathOfTheChild(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            Path secret = secret(bed);
            Path own = Files.createDirectories(bed.instance.directory().resolve("scratch/own"));
            Path bin = Files.createDirectories(work.resolve("bin"));
            for (String name : List.of("mount", "mkdir", "setsid")) {
                program(
                        bin.resolve(name),
                        "cat " + secret + " > " + work + "/stolen\nexec /usr/bin/" + name + " \"$@\"");
            }
            Unprivileged.giveIf(unprivileged, work);
            ProcessExit exit = bed.supervisor
                    .launcherFor(bed.owner(Cancellation.NEVER, Optional.of(own)))
                    .run(bed.shell("echo \"$PATH\"")
                            .environment("PATH", bin + ":/usr/bin:/bin")
                            .build());

            assertThat(exit.stdout().text()).isEqualTo(bin + ":/usr/bin:/bin\n");
            assertThat(work.resolve("stolen")).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NAMESPACE", "JAIL"})
    void variablesOfTheLoaderDoNotReachTheProgramsThatConfine(SandboxLevel level) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(level, work)) {
            List<String> notices = new CopyOnWriteArrayList<>();
            ProcessExit exit = run(
                    bed,
                    bed.shell("echo done")
                            .environment("LD_PRELOAD", work + "/agent.so")
                            .environment("BASH_FUNC_echo%%", "() { cat " + secret(bed) + "; }")
                            .notices(notices::add));

            assertThat(exit.stdout().text()).isEqualTo("done\n");
            assertThat(exit.stderr().text()).isEmpty();
            assertThat(notices)
                    .anySatisfy(line ->
                            assertThat(line).startsWith("[sandbox]").contains("LD_PRELOAD", "BASH_FUNC_echo%%"));
        }
    }

    @ParameterizedTest
    @CsvSource({"NAMESPACE, instances", "NAMESPACE, worktrees", "JAIL, instances", "JAIL, worktrees"})
    void whereOtherRunsAndTheServersGitWorkIsNoPlaceToWorkThroughALinkEither(SandboxLevel level, String place)
            throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(level, work)) {
            Path other = Files.createDirectories(bed.data.resolve(place).resolve("other"));
            Files.createSymbolicLink(work.resolve("link"), other.getParent());
            for (Path directory : List.of(other, work.resolve("link"), work.resolve("link/other"))) {
                assertThatThrownBy(() -> run(bed, bed.shell("touch made").workingDirectory(directory)))
                        .isInstanceOf(SpawnException.class)
                        .hasMessageContaining("data directory");
            }
            assertThat(other.resolve("made")).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NAMESPACE", "JAIL"})
    void whoeverHasNoDirectoryGetsOneWhereNothingElseIs(SandboxLevel level) throws Exception {
        ProcessTestBed.at(level, work).close();
        try (ProcessTestBed bed = new ProcessTestBed(
                work,
                Map.of("PATH", "/usr/bin:/bin"),
                Wrappers.find("/usr/bin:/bin"),
                List.of(Files.createDirectories(work.resolve("root"))),
                data -> new SandboxSettings(Optional.of(level), SandboxLevel.OFF, "nobody", List.of(data)))) {
            Files.createDirectories(bed.instance.directory().resolve("scratch/other"));
            ProcessOwner nobody = new ProcessOwner(
                    "test-plugin",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Cancellation.NEVER,
                    Optional.empty());
            ProcessExit exit = bed.supervisor
                    .launcherFor(nobody)
                    .run(bed.shell("touch made; ls; ls ../scratch/other").build());

            assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("made\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools", "tools/triggers"})
    void aPathThatLeadsIntoTheDataDirectoryIsNotShownInTheJail(String entry) throws Exception {
        Path home = Files.createTempDirectory("infloop-path");
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.JAIL, work)) {
            secret(bed);
            Path link = Files.createSymbolicLink(home.resolve("tools"), bed.data);
            ProcessExit exit = run(
                    bed,
                    bed.shell("cat " + link + "/triggers/*; exit 9")
                            .environment("PATH", home.resolve(entry) + ":/usr/bin:/bin"));

            assertThat(exit.exitCode()).as(exit.stderr().text()).hasValue(9);
            assertThat(exit.stdout().text()).isEmpty();
        } finally {
            RunPlace.delete(home);
        }
    }

    @Test
    void credentialFilesThatLeadIntoTheDataDirectoryAreNotCopied() throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.JAIL, work)) {
            Path secret = secret(bed);
            Path home = Files.createDirectories(work.resolve("home/.tool"));
            Files.createSymbolicLink(home.resolve("auth.json"), secret);
            Files.createSymbolicLink(home.resolveSibling(".all"), bed.data);
            Files.createSymbolicLink(home.resolveSibling(".environ"), Path.of("/proc/self/environ"));
            for (String file : List.of(".tool", ".tool/auth.json", ".all", ".all/triggers", ".environ")) {
                assertThatThrownBy(() -> run(
                                bed,
                                bed.shell("cat ~/.tool/* ~/.all/*/*")
                                        .environment("HOME", work + "/home")
                                        .credentialFiles(List.of(file))))
                        .as(file)
                        .isInstanceOf(SpawnException.class)
                        .hasMessageContaining("hidden");
            }
        }
    }

    private static Path secret(ProcessTestBed bed) throws Exception {
        return Files.writeString(
                Files.createDirectories(bed.data.resolve("triggers")).resolve("wh_canary.json"), CANARY);
    }

    private static Path program(Path file, String script) throws Exception {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static ProcessExit run(ProcessTestBed bed, ProcessSpec.Builder spec) throws Exception {
        return bed.supervisor.launcherFor(bed.owner(Cancellation.NEVER)).run(spec.build());
    }
}
