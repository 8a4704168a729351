package io.infloop.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.launcher.exit.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceTest {
    private final Clock clock = Clock.systemUTC();

    @TempDir
    private Path data;

    @Test
    void isOfItsOwnerOnlyAndGoesCompletely() throws IOException {
        Instance instance = Instance.create(data.resolve("deep/data"), clock);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(instance.directory())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("deep/data"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(instance.directory().resolve("process.json"))))
                .isEqualTo("rw-------");
        Files.writeString(instance.descriptor(), "{}");

        instance.remove();

        assertThat(data.resolve("deep/data/instances")).isEmptyDirectory();
    }

    @Test
    void removesNothingWhereALinkLeads() throws IOException {
        Path outside = Files.createDirectories(data.resolve("outside"));
        Path precious = Files.createDirectory(outside.resolve("precious"));
        Files.writeString(precious.resolve("file"), "x");
        Files.setLastModifiedTime(precious, FileTime.from(Instant.now().minusSeconds(3600)));
        Files.createSymbolicLink(data.resolve("instances"), outside);

        assertThatThrownBy(() -> Instance.create(data, clock))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("symbolic link");

        assertThat(precious.resolve("file")).exists();
        try (var files = Files.list(outside)) {
            assertThat(files).containsExactly(precious);
        }
    }

    @Test
    void aRefusedStartLeavesNothingThatWasNotThere() throws IOException {
        Instance first = Instance.create(data.resolve("deep/data"), clock);
        first.undo();

        assertThat(data.resolve("deep")).doesNotExist();
        assertThat(data).exists();
    }

    @Test
    void aRefusedStartKeepsWhatOthersHave() throws IOException {
        Instance refused = Instance.create(data.resolve("new"), clock);
        Instance other = Instance.create(data.resolve("new"), clock);

        refused.undo();

        assertThat(refused.directory()).doesNotExist();
        assertThat(other.directory()).exists();
    }

    @Test
    void removesWhatDeadServersLeftAndNothingOfLivingOnes() throws IOException {
        Path instances = Files.createDirectories(data.resolve("instances"));
        Path dead = instance(instances, "dead", new ProcessIdentity(1L << 40, 1, "x"));
        Files.writeString(instances.resolve("dead.json"), "{}");
        Path rebooted = instance(
                instances,
                "rebooted",
                new ProcessIdentity(ProcessHandle.current().pid(), 1, "another boot"));
        Path alive = instance(instances, "alive", ProcessIdentity.current());
        Path starting = Files.createDirectory(instances.resolve("starting"));
        Path abandoned = Files.createDirectory(instances.resolve("abandoned"));
        Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minusSeconds(3600)));

        Instance.create(data, clock);

        assertThat(dead).doesNotExist();
        assertThat(instances.resolve("dead.json")).doesNotExist();
        assertThat(rebooted).doesNotExist();
        assertThat(abandoned).doesNotExist();
        assertThat(alive).exists();
        assertThat(starting).exists();
    }

    @Test
    void neverFollowsLinksWhenItRemoves() throws IOException {
        Path precious = Files.writeString(data.resolve("precious"), "x");
        Path tree = Files.createDirectories(data.resolve("tree/inner"));
        Files.createSymbolicLink(tree.resolve("link"), data);

        Instance.removeTree(data.resolve("tree"));

        assertThat(precious).exists();
        assertThat(data.resolve("tree")).doesNotExist();
    }

    @Test
    void namesADataDirectoryThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(data.resolve("file"), "x");

        assertThatThrownBy(() -> Instance.create(file.resolve("deeper"), clock)).isInstanceOf(CommandFailure.class);
        assertThatThrownBy(() -> Instance.create(file, clock))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> assertThat(failure.exitCode())
                        .isEqualTo(78))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("INFLOOP_DATA_DIR");
    }

    private static Path instance(Path instances, String id, ProcessIdentity process) throws IOException {
        Path directory = Files.createDirectories(instances.resolve(id));
        Files.writeString(directory.resolve("process.json"), process.toJson().toString());
        return directory;
    }
}
