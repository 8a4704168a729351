package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketDirectoriesTest {
    @TempDir
    Path directory;

    @Test
    void aShortPathIsTakenAsItIs() throws Exception {
        Path made = SocketDirectories.create(directory.resolve("net"));
        assertThat(made).isEqualTo(directory.resolve("net"));
        assertThat(mode(made)).isEqualTo("rwx------");
    }

    @Test
    void aLongOneIsReplacedByAPrivateOneInASafePlace() throws Exception {
        Path tooLong =
                Files.createDirectories(directory.resolve("x".repeat(90))).resolve("net");
        Path open = directory.resolve("open");
        Files.createDirectory(open);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), open);
        Path safe = Files.createDirectory(directory.resolve("s"));
        Files.setPosixFilePermissions(safe, PosixFilePermissions.fromString("rwxr-xr-x"));

        Path made = SocketDirectories.create(tooLong, List.of(directory.resolve("missing"), open, link, safe));
        assertThat(made.getParent()).isEqualTo(safe.toRealPath());
        assertThat(mode(made)).isEqualTo("rwx------");
        assertThat(tooLong).doesNotExist();
        assertThatThrownBy(() -> SocketDirectories.create(tooLong, List.of(open, link)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too long");
        assertThat(open).isEmptyDirectory();
    }

    @Test
    void thereIsOneOnEveryMachine() throws Exception {
        Path made = SocketDirectories.create(directory.resolve("x".repeat(90)));
        assertThat(mode(made)).isEqualTo("rwx------");
        Files.delete(made);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
