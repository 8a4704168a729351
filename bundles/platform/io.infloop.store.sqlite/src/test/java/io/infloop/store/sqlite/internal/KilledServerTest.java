package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.testkit.store.Records;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledServerTest {
    private static final int ROUNDS = Integer.getInteger("infloop.rounds", 2);
    private static final int MANY = 1_000_000;

    @TempDir
    Path data;

    private LiveRecordStore open() {
        return LiveRecordStore.open(
                new StoreConfig(data, data.resolve("instances/parent"), "parent", MANY, Clock.systemUTC()));
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        EnqueueUntilKilled.class.getName(),
                        data.toString())
                .redirectError(new File(data.toFile(), "child.log"))
                .start();
    }

    @Test
    void losesNoAcknowledgedItem() throws Exception {
        Set<String> acknowledged = new HashSet<>();
        for (int round = 1; round <= ROUNDS; round++) {
            Process child = child();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
                int enough = acknowledged.size() + 300 * round;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("ack ")) {
                        acknowledged.add(line.substring(4));
                    }
                    if (acknowledged.size() >= enough) {
                        child.toHandle().destroyForcibly();
                    }
                }
            }
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(acknowledged)
                    .as(Files.readString(data.resolve("child.log")))
                    .hasSizeGreaterThanOrEqualTo(300 * round);

            try (LiveRecordStore store = open()) {
                List<String> waiting = store.waiting(MANY).stream()
                        .map(item -> item.item().queueId())
                        .toList();
                // Sets: lists of this length are compared for minutes.
                Set<String> kept = new HashSet<>(waiting);
                assertThat(kept).hasSameSizeAs(waiting);
                assertThat(acknowledged.stream().filter(id -> !kept.contains(id)))
                        .isEmpty();
                assertThat(store.waitingCount()).isEqualTo(waiting.size());
                String last = acknowledged.iterator().next();
                QueueItem repeated = Records.item("flow");
                assertThat(store.enqueue(Optional.of(Records.delivery(repeated, Optional.of(last))), repeated)
                                .join())
                        .isInstanceOfSatisfying(Duplicate.class, duplicate -> assertThat(duplicate.queueId())
                                .isEqualTo(last));
            }
            assertHoldsTogether();
        }
    }

    /** Every item has its delivery, every delivery all of its items, and no key was claimed for what is not there. */
    private void assertHoldsTogether() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                SqlSession session = new SqlSession(connection)) {
            long items = session.queryNumber("SELECT count(*) FROM queue");
            assertThat(session.queryNumber("SELECT count(*) FROM deliveries d, json_each(d.queue_ids) one JOIN queue q"
                            + " ON q.queue_id = one.value AND q.delivery_id = d.id"))
                    .isEqualTo(items);
            assertThat(session.queryNumber(
                            "SELECT sum(json_array_length(queue_ids)) FROM deliveries WHERE outcome = 0"))
                    .isEqualTo(items);
            assertThat(session.queryNumber("SELECT count(*) FROM claims WHERE NOT EXISTS (SELECT 1 FROM deliveries d"
                            + " WHERE d.id = claims.delivery_id)"))
                    .isZero();
            assertThat(session.queryNumber("SELECT count(*) FROM claims c, json_each(c.queue_ids) one"
                            + " WHERE NOT EXISTS (SELECT 1 FROM queue q WHERE q.queue_id = one.value)"))
                    .isZero();
        }
    }

    @Test
    void seesTheOtherServerWorkAndTakesOverWhenItDies() throws Exception {
        try (LiveRecordStore store = open()) {
            AtomicInteger changes = new AtomicInteger();
            store.onQueueChange(changes::incrementAndGet);
            Process child = child();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(lines.readLine()).as(() -> "see child.log").isEqualTo("lease true");
                assertThat(store.holdLease("drain")).isFalse();
                assertThat(data.resolve("instances/child/native"))
                        .isDirectoryContaining(
                                file -> file.getFileName().toString().startsWith("sqlite-"));
                String acknowledged = lines.readLine().substring(4);
                assertThat(store.history(acknowledged).orElseThrow().state()).isEqualTo(QueueState.QUEUED);
                await().atMost(Duration.ofSeconds(10)).until(() -> changes.get() > 0 && store.waitingCount() > 0);
            } finally {
                child.toHandle().destroyForcibly();
            }
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            await().atMost(Duration.ofSeconds(10)).until(() -> store.holdLease("drain"));
        }
    }
}
