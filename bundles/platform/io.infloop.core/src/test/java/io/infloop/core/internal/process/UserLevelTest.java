package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Children that are another user, of a server that is root: what they are given, and what comes back. */
class UserLevelTest {
    @TempDir
    Path work;

    /** Of the server alone. */
    @TempDir
    Path elsewhere;

    private ProcessTestBed bed;

    @BeforeEach
    void open() throws Exception {
        bed = ProcessTestBed.at(SandboxLevel.USER, work);
    }

    @AfterEach
    void close() {
        if (bed != null) {
            bed.close();
        }
    }

    @Test
    void aChildWithoutADirectoryWorksInOneThatIsItsOwnForTheTime() throws Exception {
        Path place = bed.supervisor.placeFor(SandboxDemand.NONE).orElseThrow();
        Path scratch = Files.createDirectory(
                place.resolve("node"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path harness = Files.createTempDirectory(scratch, "script");
        Files.writeString(harness.resolve("code"), "code\n");
        ProcessExit exit = run(
                scratch,
                "id -u; cat " + harness + "/code; echo result > " + harness
                        + "/result; umask 077; mkdir mine; touch mine/x;" + " ls " + place
                        + " && echo LISTED; echo $HOME");

        assertThat(exit.isSuccess()).as(exit.stderr().text()).isTrue();
        assertThat(exit.stdout().text())
                .startsWith(Unprivileged.UID + "\ncode\n")
                .endsWith(scratch + "\n")
                .doesNotContain("LISTED");
        for (Path directory : new Path[] {scratch, harness, scratch.resolve("mine")}) {
            assertThat(owner(directory)).isZero();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
        }
        assertThat(harness.resolve("result")).hasContent("result");
        assertThat(run(scratch, "cat mine/x script*/result").stdout().text()).isEqualTo("result\n");
        RunPlace.delete(scratch);
        bed.close();
        assertThat(place).doesNotExist();
    }

    @Test
    void nothingThatALinkLeadsToIsGivenOrTaken() throws Exception {
        Path secret = Files.writeString(
                Files.createDirectories(elsewhere.resolve("secrets")).resolve("key"), "secret");
        Path tree = Files.createDirectories(elsewhere.resolve("tree/deep"));
        Files.createSymbolicLink(tree.resolve("out"), secret.getParent());
        Files.createSymbolicLink(tree.resolve("key"), secret);
        Path top = tree.getParent();
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        bed.supervisor.handOver(top);
        assertThat(owner(top)).isEqualTo(Unprivileged.UID);
        assertThat(owner(tree)).isEqualTo(Unprivileged.UID);
        assertThat(owner(secret)).isZero();
        assertThat(owner(secret.getParent())).isZero();

        Unprivileged.give(secret.getParent());
        bed.supervisor.takeBack(top);
        assertThat(owner(top)).isZero();
        assertThat(owner(tree)).isZero();
        assertThat(owner(secret.getParent())).isEqualTo(Unprivileged.UID);
    }

    @Test
    void whatThatUserCouldExchangeUnderTheServersHandsIsNotHandedOver() throws Exception {
        Path tree = Files.createDirectories(elsewhere.resolve("theirs/tree"));
        Unprivileged.give(tree.getParent());
        assertThatThrownBy(() -> bed.supervisor.handOver(tree))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("could exchange");
        Path real = Files.createDirectories(elsewhere.resolve("real"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), real);
        assertThatThrownBy(() -> bed.supervisor.handOver(link)).isInstanceOf(IOException.class);
        assertThat(owner(real)).isZero();
    }

    /** It lost its access by path, and what it still has open cannot be added to. */
    @Test
    void afterItIsTakenBackWhoStayedInsideChangesNothing() throws Exception {
        Path tree = Files.createDirectories(elsewhere.resolve("tree/deep"));
        Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwxr-xr-x"));
        bed.supervisor.handOver(tree.getParent());
        Process stayed = new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + Unprivileged.UID,
                        "--clear-groups",
                        "sh",
                        "-c",
                        "cd '" + tree + "' && mkdir open && chmod 777 . open && cd open && echo ready && read -r go;"
                                + " touch ../new; touch new; ln -s /etc ../link; rmdir ../open; echo done")
                .redirectErrorStream(false)
                .start();
        try (java.io.BufferedReader out = stayed.inputReader();
                java.io.Writer in = stayed.outputWriter()) {
            assertThat(out.readLine()).isEqualTo("ready");
            bed.supervisor.takeBack(tree.getParent());
            in.write("go\n");
            in.flush();
            assertThat(out.readLine()).isEqualTo("done");
        } finally {
            stayed.destroyForcibly().waitFor();
        }
        assertThat(tree.resolve("open")).isEmptyDirectory();
        assertThat(tree.resolve("new")).doesNotExist();
        assertThat(tree.resolve("link")).doesNotExist();
    }

    private ProcessExit run(Path directory, String script) throws Exception {
        return bed.supervisor
                .launcherFor(bed.owner(Cancellation.NEVER, Optional.of(directory)))
                .run(bed.shell(script).build());
    }

    private static int owner(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }
}
