package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.testkit.store.Records;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that the steps before the present ones made. */
class MigrationTest {
    private static final byte[] BODY = "{\"action\":\"opened\"}".repeat(100).getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path data;

    private final QueueItem first = item("q-1700000000000-aaaaaaaaa");
    private final QueueItem second = item("q-1700000000001-bbbbbbbbb");

    private static QueueItem item(String queueId) {
        return new QueueItem(
                queueId,
                Records.TRIGGER,
                "flow",
                "Flow",
                "webhook",
                "cid_0123456789abcdef",
                java.util.Map.of("title", "one"),
                5);
    }

    @BeforeEach
    void createOldDatabase() throws SQLException {
        long now = System.currentTimeMillis();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA auto_vacuum=INCREMENTAL");
            try (WriterSession session = new WriterSession(connection)) {
                Schema.migrateTo(session, Schema.Dialect.SQLITE, 2);
                ByteCodec.Encoded body = new ByteCodec().encode(BODY);
                insertDelivery(session, "d1", "key-1", first.queueId(), 1, now, body);
                insertDelivery(session, "d2", "key-2", second.queueId(), 1, now, body);
                insertDelivery(session, "r3", null, null, 0, now, body);
                insertItem(session, first, 1, null);
                insertItem(session, second, 0, "{\"title\":\"one\"}".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void insertDelivery(
            WriterSession session,
            String id,
            String key,
            String queueId,
            int accepted,
            long receivedAt,
            ByteCodec.Encoded body)
            throws SQLException {
        session.update(
                "INSERT INTO deliveries (id, trigger_id, dedup_key, correlation_id, received_at, queue_id, accepted, reason,"
                        + " headers, body_length, body_encoding, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id,
                Records.TRIGGER,
                key,
                "cid_0123456789abcdef",
                receivedAt,
                queueId,
                accepted,
                accepted == 1 ? null : "invalid-inputs",
                "{\"x-event\":\"push\"}",
                body.length(),
                body.encoding(),
                body.bytes());
    }

    private static void insertItem(WriterSession session, QueueItem item, int state, byte[] inputs)
            throws SQLException {
        session.update(
                "INSERT INTO queue (queue_id, trigger_id, workflow_id, workflow_name, source, correlation_id, received_at,"
                        + " state, enqueued_at, updated_at, inputs_length, inputs_encoding, inputs)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1, ?, 0, ?)",
                item.queueId(),
                item.triggerId(),
                item.workflowId(),
                item.workflowName(),
                item.source(),
                item.correlationId(),
                item.receivedAt(),
                state,
                15,
                inputs);
    }

    private LiveRecordStore open() {
        return LiveRecordStore.open(
                new StoreConfig(data, data.resolve("instances/one"), "one", 100, Clock.systemUTC()));
    }

    @Test
    void keepsWhatWaitsTheKeysAndTheDeliveries() {
        try (LiveRecordStore store = open()) {
            assertThat(store.movedAside()).isEmpty();
            assertThat(store.oldest(Set.of(), 10)).containsExactly(second);
            assertThat(store.waitingCount()).isEqualTo(1);
            List<DeliverySummary> listed = store.list(DeliveryFilter.ALL, OptionalLong.empty(), 10);
            assertThat(listed).extracting(DeliverySummary::id).containsExactly("r3", "d2", "d1");
            assertThat(listed)
                    .extracting(DeliverySummary::outcome)
                    .containsExactly(DeliveryOutcome.REJECTED, DeliveryOutcome.ACCEPTED, DeliveryOutcome.ACCEPTED);
            assertThat(listed.get(0).reason()).contains("invalid-inputs");
            assertThat(listed.get(1).workflowId()).contains("flow");
            assertThat(store.body("d1")).get().isEqualTo(BODY);
            assertThat(store.find("d2").orElseThrow().items()).hasSize(1);

            QueueItem repeated = Records.item("flow");
            assertThat(store.enqueue(Optional.of(Records.delivery(repeated, Optional.of("key-1"))), repeated)
                            .join())
                    .isEqualTo(new Duplicate("d1", List.of(first.queueId()), first.correlationId()));
            QueueItem next = Records.item("flow");
            assertThat(store.enqueue(Optional.of(Records.delivery(next, Optional.of("key-3"))), next)
                            .join())
                    .isEqualTo(new Enqueued(next.queueId(), 2));
            assertThat(store.oldest(Set.of(), 10)).containsExactly(second, next);
        }
        try (LiveRecordStore store = open()) {
            assertThat(store.waitingCount()).isEqualTo(2);
        }
    }

    @Test
    void salvagesADamagedOneFromBeforeTheStep() throws Exception {
        Path old = Files.move(data.resolve("store.db"), data.resolve("old.db"));
        Database database =
                Database.open(new StoreConfig(data, data.resolve("instances/one"), "one", 10, Clock.systemUTC()));
        try (WriterSession target = database.openWriter()) {
            assertThat(Salvage.run(old, target, java.time.Duration.ofSeconds(30)))
                    .isEqualTo(new Salvage.Outcome(
                            new Salvage.Count(1, 0), new Salvage.Count(0, 0), new Salvage.Count(2, 0), true));
        }
        database.close();
        try (LiveRecordStore store = open()) {
            assertThat(store.oldest(Set.of(), 10)).containsExactly(second);
        }
    }
}
