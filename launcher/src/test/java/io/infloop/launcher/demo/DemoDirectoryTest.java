package io.infloop.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.launcher.exit.CommandFailure;
import jakarta.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDirectoryTest {
    @TempDir
    private Path directory;

    /** The server hides its data directory from what it starts and refuses to start anything in it. */
    @Test
    void theAgentWorksBesideTheDataOfTheServer() throws IOException {
        DemoDirectory demo = DemoDirectory.create(Optional.of(directory.resolve("new")));

        assertThat(demo.workspace()).isDirectory();
        assertThat(demo.workspace().startsWith(demo.data())).isFalse();
        assertThat(demo.data().startsWith(demo.workspace())).isFalse();
        assertThat(demo.log().startsWith(demo.data())).isFalse();
        assertThat(demo.root()).isEqualTo(directory.resolve("new").toRealPath());
    }

    @Test
    void nobodyElseCanUseOrReadIt() throws IOException {
        DemoDirectory demo = DemoDirectory.create(Optional.of(directory));
        demo.addProvider("acme", Json.createObjectBuilder().add("id", "acme").build());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(demo.data())))
                .isEqualTo("rwx------");
        Path manifest = demo.data().resolve("providers/acme.json");
        assertThat(manifest).hasContent("{\"id\":\"acme\"}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(demo.log())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(manifest)))
                .isEqualTo("rw-------");
    }

    @Test
    void aDirectoryThatIsInUseIsLeftAlone() throws IOException {
        Files.writeString(directory.resolve("mine.txt"), "mine");

        assertThatThrownBy(() -> DemoDirectory.create(Optional.of(directory)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("is not empty; choose a new directory");
        assertThat(directory.resolve("data")).doesNotExist();
    }
}
