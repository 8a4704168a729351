package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.testkit.store.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    @TempDir
    Path data;

    private LiveRecordStore open() {
        return LiveRecordStore.open(
                new StoreConfig(data, data.resolve("instances/one"), "one", 100, Clock.systemUTC()));
    }

    private static void enqueue(LiveRecordStore store) {
        store.enqueue(Optional.empty(), Records.item("flow")).join();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("store"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void keepsItsFilesForTheOwnerWhileTheyAreInUse() throws Exception {
        try (LiveRecordStore store = open()) {
            enqueue(store);

            for (String name : List.of("store.db", "store.db-wal", "store.db-shm", "store.lock")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name))))
                        .as(name)
                        .isEqualTo("rw-------");
            }
        }
        assertThat(names()).containsExactly("store.db", "store.lock");
    }

    @Test
    void closesAFileThatWasOpenToOthers() throws Exception {
        open().close();
        Files.setPosixFilePermissions(data.resolve("store.db"), PosixFilePermissions.fromString("rw-r--r--"));

        try (LiveRecordStore store = open()) {
            enqueue(store);
            for (String name : List.of("store.db", "store.db-wal", "store.db-shm")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name))))
                        .as(name)
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void usesTheSettingsThatWereMeasured() throws Exception {
        Database database =
                Database.open(new StoreConfig(data, data.resolve("instances/one"), "one", 100, Clock.systemUTC()));
        try (WriterSession writer = database.openWriter();
                SqlSession reader = database.openReader()) {
            assertThat(writer.queryNumber("PRAGMA auto_vacuum")).isEqualTo(2);
            assertThat(writer.queryNumber("PRAGMA synchronous")).isEqualTo(2);
            assertThat(writer.queryNumber("PRAGMA busy_timeout")).isEqualTo(5000);
            assertThat(writer.queryNumber("PRAGMA wal_autocheckpoint")).isEqualTo(4000);
            assertThat(writer.queryNumber("PRAGMA foreign_keys")).isEqualTo(1);
            assertThat(reader.queryNumber("PRAGMA query_only")).isEqualTo(1);
            assertThatThrownBy(() -> reader.update("DELETE FROM queue")).isInstanceOf(java.sql.SQLException.class);
        }
        database.close();
    }

    @Test
    void movesADatabaseAsideThatIsNone() throws Exception {
        Files.writeString(data.resolve("store.db"), "this is not a database, by no means".repeat(100));

        try (LiveRecordStore store = open()) {
            assertThat(store.movedAside().orElseThrow()).hasContent("this is not a database, by no means".repeat(100));
            enqueue(store);
            assertThat(store.waitingCount()).isEqualTo(1);
        }
        try (LiveRecordStore store = open()) {
            assertThat(store.movedAside()).isEmpty();
            assertThat(store.waitingCount()).isEqualTo(1);
        }
        assertThat(names()).hasSize(3).anyMatch(name -> name.startsWith("store.db.corrupt-"));
    }

    @Test
    void movesADamagedDatabaseAside() throws Exception {
        try (LiveRecordStore store = open()) {
            for (int count = 0; count < 50; count++) {
                enqueue(store);
            }
        }
        Path file = data.resolve("store.db");
        byte[] page = new byte[4096];
        java.util.Arrays.fill(page, (byte) 0xab);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long position = 4096; position < Files.size(file); position += 8192) {
                channel.write(ByteBuffer.wrap(page), position);
            }
        }

        try (LiveRecordStore store = open()) {
            assertThat(store.movedAside()).isPresent();
            enqueue(store);
        }
    }

    @Test
    void leavesADamagedDatabaseAloneThatAnotherServerUses() throws Exception {
        Files.writeString(data.resolve("store.db"), "not a database".repeat(100));
        try (DatabaseUse other = DatabaseUse.enter(data.resolve("store.lock"))) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(InfloopException.class)
                    .hasMessageContaining("another server uses it");
        }
        assertThat(names()).noneMatch(name -> name.contains("corrupt"));
    }

    @Test
    void refusesADatabaseOfANewerVersion() throws Exception {
        Database database =
                Database.open(new StoreConfig(data, data.resolve("instances/one"), "one", 100, Clock.systemUTC()));
        try (WriterSession writer = database.openWriter()) {
            writer.update("UPDATE schema_version SET version = 99");
        }
        database.close();

        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(InfloopException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining("newer version")
                .hasMessageContaining("99");
    }

    @Test
    void saysWhatIsWrongWithADirectoryThatCannotBeUsed() throws Exception {
        Path file = Files.writeString(data.resolve("file"), "");
        StoreConfig config = new StoreConfig(file, data.resolve("instances/one"), "one", 100, Clock.systemUTC());

        assertThatThrownBy(() -> LiveRecordStore.open(config))
                .isInstanceOf(InfloopException.class)
                .hasMessageContaining("check its owner, permissions and free space");
    }
}
