package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.testkit.store.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SalvageTest {
    private static final int PAGE = 4096;
    private static final int ITEMS = 200;

    @TempDir
    Path data;

    private final Random random = new Random(7);
    private final List<QueueItem> items = new ArrayList<>();
    private final List<RunRow> runs = new ArrayList<>();

    private LiveRecordStore open() {
        return LiveRecordStore.open(
                new StoreConfig(data, data.resolve("instances/one"), "one", 1_000, Clock.systemUTC()));
    }

    /** A third of the items has run, the others wait. */
    private void fill(LiveRecordStore store) {
        for (int count = 0; count < ITEMS; count++) {
            QueueItem item = Records.item("flow-" + count % 5, Map.of("text", noise(600)));
            store.enqueue(Optional.of(Records.delivery(item, Optional.of("key-" + count))), item)
                    .join();
            if (count % 3 == 0) {
                RunRow run = Records.run(item.workflowId(), Optional.of(item.queueId()), 1_000 + count);
                store.claim(item.queueId(), run).join();
                runs.add(run);
            } else {
                items.add(item);
            }
        }
    }

    private String noise(int length) {
        byte[] bytes = new byte[length / 2];
        random.nextBytes(bytes);
        return java.util.HexFormat.of().formatHex(bytes);
    }

    private List<Long> pages(String condition) throws SQLException {
        List<Long> pages = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT pageno FROM dbstat WHERE " + condition + " ORDER BY pageno")) {
            while (row.next()) {
                pages.add(row.getLong(1));
            }
        }
        return pages;
    }

    private void overwrite(List<Long> pages) throws IOException {
        byte[] garbage = new byte[PAGE];
        Arrays.fill(garbage, (byte) 0xab);
        try (FileChannel channel = FileChannel.open(data.resolve("store.db"), StandardOpenOption.WRITE)) {
            for (long page : pages) {
                channel.write(ByteBuffer.wrap(garbage), (page - 1) * PAGE);
            }
        }
    }

    private static <T> List<T> laterHalf(List<T> list) {
        return list.subList(list.size() / 2, list.size());
    }

    @Test
    void takesOverWhatLaterPagesDoNotHold() throws Exception {
        try (LiveRecordStore store = open()) {
            fill(store);
        }
        overwrite(laterHalf(pages("name = 'queue' AND pagetype = 'leaf'")));

        try (LiveRecordStore store = open()) {
            assertThat(store.movedAside()).isPresent();
            List<QueueItem> oldest = store.oldest(Set.of(), ITEMS);

            assertThat(oldest).hasSizeBetween(ITEMS / 4, ITEMS / 2);
            assertThat(oldest).isEqualTo(items.subList(0, oldest.size()));
            assertThat(store.waitingCount()).isEqualTo(oldest.size());
            assertThat(store.runs(Optional.empty(), Optional.empty(), Optional.empty(), ITEMS))
                    .containsExactlyInAnyOrderElementsOf(runs);
            QueueItem repeated = Records.item("flow");
            assertThat(store.enqueue(Optional.of(Records.delivery(repeated, Optional.of("key-1"))), repeated)
                            .join())
                    .isInstanceOfSatisfying(Duplicate.class, duplicate -> assertThat(duplicate.queueId())
                            .isEqualTo(items.get(0).queueId()));
        }
    }

    @Test
    void takesOverWhatIsBeforeAndBehindAHoleWithoutAnyIndex() throws Exception {
        try (LiveRecordStore store = open()) {
            fill(store);
        }
        List<Long> leaves = pages("name = 'queue' AND pagetype = 'leaf'");
        int middle = leaves.size() / 2;
        overwrite(leaves.subList(middle, middle + 1));
        overwrite(pages("name IN ('queue_waiting', 'runs_started', 'claims_key')"));

        try (LiveRecordStore store = open()) {
            List<QueueItem> oldest = store.oldest(Set.of(), ITEMS);

            assertThat(oldest).hasSizeBetween(items.size() - 10, items.size() - 1);
            assertThat(items).containsSubsequence(oldest);
            assertThat(oldest).contains(items.get(0), items.get(items.size() - 1));
            assertThat(store.runs(Optional.empty(), Optional.empty(), Optional.empty(), ITEMS))
                    .hasSameSizeAs(runs);
        }
    }

    @Test
    void survivesAnyDamage() throws Exception {
        try (LiveRecordStore store = open()) {
            fill(store);
        }
        Path intact = Files.copy(data.resolve("store.db"), data.resolve("intact"));
        long pages = Files.size(intact) / PAGE;
        for (int round = 0; round < 20; round++) {
            Files.copy(intact, data.resolve("store.db"), StandardCopyOption.REPLACE_EXISTING);
            List<Long> damaged = random.longs(1 + round, 1, pages + 1).boxed().toList();
            overwrite(damaged);

            try (LiveRecordStore store = open()) {
                assertThat(store.oldest(Set.of(), ITEMS))
                        .as("pages %s", damaged)
                        .isSubsetOf(items);
                store.enqueue(Optional.empty(), Records.item("flow")).join();
            }
        }
    }

    @Test
    void readsTheWriteAheadLogThatCameAlong() throws Exception {
        Path elsewhere = Files.createDirectory(data.resolve("elsewhere"));
        try (LiveRecordStore store = open()) {
            fill(store);
            for (String name : List.of("store.db", "store.db-wal")) {
                Files.copy(data.resolve(name), elsewhere.resolve(name));
            }
        }
        assertThat(Files.size(elsewhere.resolve("store.db-wal"))).isPositive();
        Path fresh = data.resolve("fresh");
        Database database =
                Database.open(new StoreConfig(fresh, data.resolve("instances/one"), "one", 10, Clock.systemUTC()));
        try (WriterSession target = database.openWriter()) {
            Salvage.Outcome outcome =
                    Salvage.run(elsewhere.resolve("store.db"), target, java.time.Duration.ofSeconds(30));

            assertThat(outcome)
                    .isEqualTo(new Salvage.Outcome(
                            new Salvage.Count(items.size(), 0),
                            new Salvage.Count(runs.size(), 0),
                            new Salvage.Count(ITEMS, 0),
                            true));
        }
        database.close();
        assertThat(elsewhere.resolve("store.db-wal")).exists();
    }

    @Test
    void endsWhenItsTimeIsUp() throws Exception {
        try (LiveRecordStore store = open()) {
            fill(store);
        }
        Path old = Files.move(data.resolve("store.db"), data.resolve("old.db"));
        Database database =
                Database.open(new StoreConfig(data, data.resolve("instances/one"), "one", 10, Clock.systemUTC()));
        try (WriterSession target = database.openWriter()) {
            assertThat(Salvage.run(old, target, java.time.Duration.ZERO).complete())
                    .isFalse();
        }
        database.close();
    }
}
