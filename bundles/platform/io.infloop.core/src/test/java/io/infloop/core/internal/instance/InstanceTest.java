package io.infloop.core.internal.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.process.ProcFs;
import io.infloop.core.internal.settings.ServerSettings;
import io.infloop.core.internal.settings.SettingsReader;
import io.infloop.core.json.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceTest {
    @TempDir
    Path root;

    @Test
    void preparesTheTreeForTheOwnerOnly() throws IOException {
        Path data = root.resolve("data");
        new DataDirectory(settings(data), "0.1.0").prepare();
        new DataDirectory(settings(data), "0.1.0").prepare();

        for (String name : new String[] {".", "pids", "audit", "instances", "runs", "plugins", "triggers"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name))))
                    .isEqualTo("rwx------");
        }
        assertThat(Files.readString(data.resolve("FORMAT"))).isEqualTo("1\nwritten by 0.1.0\n");
    }

    @Test
    void tightensALooseDirectory() throws IOException {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        new DataDirectory(settings(root), "0.1.0").prepare();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwx------");
    }

    @Test
    void refusesWhatANewerVersionWrote() throws IOException {
        Files.writeString(root.resolve("FORMAT"), "2\nwritten by 9.9.9\n");

        assertThatThrownBy(() -> new DataDirectory(settings(root), "0.1.0").prepare())
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("9.9.9")
                .hasMessageContaining("0.1.0");
        assertThat(root.resolve("pids")).doesNotExist();
        Files.writeString(root.resolve("FORMAT"), "nonsense");
        assertThatThrownBy(() -> new DataDirectory(settings(root), "0.1.0").checkFormat())
                .isInstanceOf(Refusal.class);
        Files.writeString(root.resolve("FORMAT"), "1");
        new DataDirectory(settings(root), "0.1.0").checkFormat();
    }

    @Test
    void refusesADirectoryThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");

        assertThatThrownBy(() -> new DataDirectory(settings(file.resolve("data")), "0.1.0").prepare())
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.text())
                        .startsWith("refusing-to-start: data-directory-not-writable\n")
                        .contains(file.toString(), "INFLOOP_DATA_DIR"));
    }

    @Test
    void isFoundWhileItRuns() throws IOException {
        LocalServerInstance server = prepared("one", false);
        LocalServerInstance other = new LocalServerInstance("two", root, Optional.empty(), "0.1.0", false);
        server.announce();
        server.announceListener("127.0.0.1", 3001);
        Path file = root.resolve("instances/one.json");
        JsonNode record = Jsons.parse(Files.readAllBytes(file));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(record.path("pid").asLong())
                .isEqualTo(ProcessHandle.current().pid());
        assertThat(record.path("port").asInt()).isEqualTo(3001);
        assertThat(record.path("bootId").asText()).isEqualTo(ProcFs.bootId());
        assertThat(other.isAlive("one")).isTrue();
        assertThat(other.isAlive("two")).isTrue();
        assertThat(other.isAlive("unknown")).isFalse();
        assertThat(other.isAlive("../instances/one")).isFalse();
        server.withdraw();
        assertThat(other.isAlive("one")).isFalse();
    }

    @Test
    void removesWhatDeadServersLeft() throws IOException {
        LocalServerInstance server = prepared("living", false);
        Path instances = root.resolve("instances");
        Files.createDirectories(instances.resolve("dead/cache/deep"));
        Files.writeString(instances.resolve("dead/cache/deep/file"), "x");
        Path outside = Files.createDirectories(root.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "x");
        Files.createSymbolicLink(instances.resolve("dead/cache/link"), outside);
        record("dead", 1);
        Files.createDirectories(instances.resolve("starting"));
        server.announce();

        assertThat(instances.resolve("dead")).doesNotExist();
        assertThat(instances.resolve("dead.json")).doesNotExist();
        assertThat(instances.resolve("starting")).exists();
        assertThat(outside.resolve("precious")).exists();
    }

    @Test
    void readOnlyWritesNothing() throws IOException {
        LocalServerInstance server =
                new LocalServerInstance("one", root.resolve("none"), Optional.empty(), "0.1.0", true);
        server.announce();
        server.announceListener("h", 1);
        server.withdraw();

        assertThat(root.resolve("none")).doesNotExist();
        assertThatThrownBy(() -> new LocalServerInstance("../x", root, Optional.empty(), "0", true))
                .isInstanceOf(Refusal.class);
    }

    private LocalServerInstance prepared(String id, boolean readOnly) {
        new DataDirectory(settings(root), "0.1.0").prepare();
        return new LocalServerInstance(id, root, Optional.empty(), "0.1.0", readOnly);
    }

    private void record(String id, long startTicks) throws IOException {
        Files.writeString(
                root.resolve("instances").resolve(id + ".json"),
                "{\"id\":\"%s\",\"pid\":%d,\"startTicks\":%d,\"bootId\":\"%s\"}"
                        .formatted(id, ProcessHandle.current().pid(), startTicks, ProcFs.bootId()));
    }

    private static ServerSettings settings(Path data) {
        return SettingsReader.read(Map.of(), Map.of("infloop.data", data.toString())::get)
                .settings();
    }
}
