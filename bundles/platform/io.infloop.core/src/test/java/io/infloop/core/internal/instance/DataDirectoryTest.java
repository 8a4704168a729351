package io.infloop.core.internal.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a start does with permissions and symbolic links that it finds. */
class DataDirectoryTest {
    private static final String RUN = "runs/flow/11111111-1111-4111-8111-111111111111.jsonl";

    @TempDir
    Path root;

    private Path data;
    private Path outside;

    @BeforeEach
    void begin() throws IOException {
        data = root.resolve("data");
        outside = loose(Files.createDirectory(root.resolve("outside")), "rwxr-xr-x");
    }

    private Optional<AuditEvent> prepare() {
        return prepare(Map.of(), 200_000);
    }

    private Optional<AuditEvent> prepare(Map<String, String> environment, int maxEntries) {
        return new DataDirectory(
                        SettingsReader.read(new HashMap<>(environment), Map.of("infloop.data", data.toString())::get)
                                .settings(),
                        "0.1.0",
                        maxEntries)
                .prepare();
    }

    private static Path loose(Path path, String mode) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private Path looseFile(String name) throws IOException {
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        return loose(Files.writeString(file, "content"), "rw-rw-r--");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void tightensWhatOthersCouldUseAndSaysHowMuch() throws IOException {
        assertThat(prepare()).isEmpty();
        for (String name : new String[] {"store.db", "triggers/t.json", "audit/audit.1.jsonl", RUN}) {
            looseFile(name);
        }
        loose(data.resolve("runs/flow"), "rwxr-xr-x");
        loose(data.resolve("triggers"), "rwxrwxrwx");
        loose(data, "rwxr-xr-x");
        Path program = loose(looseFile("plugins/agent.sh"), "rwxr-xr-x");

        AuditEvent event = prepare().orElseThrow();

        assertThat(event.type()).isEqualTo("permissions.tightened");
        assertThat(event.fields()).containsEntry("files", 5).containsEntry("directories", 3);
        for (String name : new String[] {"store.db", "triggers/t.json", "audit/audit.1.jsonl", RUN, "FORMAT"}) {
            assertThat(mode(data.resolve(name))).as(name).isEqualTo("rw-------");
        }
        for (String name : new String[] {"", "runs/flow", "triggers"}) {
            assertThat(mode(data.resolve(name))).as(name).isEqualTo("rwx------");
        }
        assertThat(mode(program)).as("still a program").isEqualTo("rwx------");
        assertThat(prepare()).as("nothing is left to tighten").isEmpty();
    }

    @Test
    void leavesAloneWhatIsNotItsOwn() throws IOException {
        prepare();
        Path unknown = looseFile("worktrees/repository/file");
        Path instance = looseFile("instances/another/framework/file");
        Path elsewhere = Files.createDirectory(outside.resolve("runs"));
        Path run = loose(Files.writeString(elsewhere.resolve("run"), "x"), "rw-r--r--");
        loose(elsewhere, "rwxr-xr-x");

        prepare(Map.of("INFLOOP_RUNS_DIR", elsewhere.toString()), 1_000);

        assertThat(mode(unknown)).isEqualTo("rw-rw-r--");
        assertThat(mode(instance)).isEqualTo("rw-rw-r--");
        assertThat(mode(data.resolve("instances/another"))).isEqualTo("rwx------");
        assertThat(mode(elsewhere)).isEqualTo("rwxr-xr-x");
        assertThat(mode(run)).isEqualTo("rw-r--r--");
    }

    @Test
    void followsNoLinkWhileItTightens() throws IOException {
        prepare();
        Path precious = loose(Files.writeString(outside.resolve("precious"), "x"), "rw-r--r--");
        Files.createSymbolicLink(data.resolve("triggers/t.json"), precious);
        Files.createSymbolicLink(data.resolve("runs/flow"), outside);
        Files.createSymbolicLink(data.resolve("anything"), precious);

        assertThat(prepare()).isEmpty();

        assertThat(mode(precious)).isEqualTo("rw-r--r--");
        assertThat(mode(outside)).isEqualTo("rwxr-xr-x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"runs", "triggers", "audit", "pids", "instances", "plugins"})
    void refusesADirectoryThatLeadsOut(String name) throws IOException {
        Files.createDirectories(data);
        Files.createSymbolicLink(data.resolve(name), outside);

        assertRefused(name);

        assertThat(mode(outside)).isEqualTo("rwxr-xr-x");
        assertThat(outside).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FORMAT", "store.db", "store.db-wal", "audit/audit.jsonl"})
    void refusesAFileThatLeadsOut(String name) throws IOException {
        prepare();
        Path target = outside.resolve("target");
        Files.deleteIfExists(data.resolve(name));
        Files.createSymbolicLink(data.resolve(name), target);

        assertRefused(name);

        assertThat(target).doesNotExist();
    }

    @Test
    void refusesALinkThatLeadsNowhere() throws IOException {
        Files.createDirectories(data);
        Files.createSymbolicLink(data.resolve("runs"), root.resolve("nowhere"));

        assertRefused("runs");

        assertThat(root.resolve("nowhere")).doesNotExist();
    }

    private void assertRefused(String name) {
        assertThatThrownBy(this::prepare).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo("data-directory-link");
            assertThat(refusal.getMessage()).contains(data.resolve(name).toString());
        });
    }

    @Test
    void theDataDirectoryItselfMayBeALink() throws IOException {
        Path real = Files.createDirectory(root.resolve("real"));
        loose(real, "rwxr-x---");
        Files.createSymbolicLink(data, real);

        assertThat(prepare()).isPresent();

        assertThat(mode(real)).isEqualTo("rwx------");
        assertThat(real.resolve("runs")).isDirectory();
    }

    @Test
    void givesUpOnALargeTreeInsteadOfStartingForEver() throws IOException {
        prepare();
        for (int number = 0; number < 30; number++) {
            looseFile("triggers/t" + number + ".json");
        }

        AuditEvent event = prepare(Map.of(), 25).orElseThrow();

        assertThat((int) event.fields().get("files")).isBetween(1, 25);
    }
}
