package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.settings.DeliverySettings;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintenanceTest {
    private static final long START = 1_700_000_000_000L;
    private static final DeliverySettings KEPT = DeliverySettings.DEFAULTS;

    private static final class ManualClock extends Clock {
        private Instant now = Instant.ofEpochMilli(START);

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @TempDir
    Path data;

    private final ManualClock clock = new ManualClock();
    private Database database;
    private WriterSession session;

    @BeforeEach
    void open() throws SQLException {
        database = Database.open(new StoreConfig(data, data.resolve("instances/one"), "one", 100, clock));
        session = database.openWriter();
    }

    @AfterEach
    void close() throws SQLException {
        session.close();
        database.close();
    }

    private void run(Maintenance maintenance, Duration later) throws SQLException {
        clock.now = clock.now.plus(later);
        assertThat(maintenance.isDue()).isTrue();
        while (maintenance.isDue()) {
            maintenance.runStep(session);
        }
    }

    private void insertDeliveries(int count, long receivedAt, int bytes) throws SQLException {
        insertDeliveries(0, count, receivedAt, bytes);
    }

    private void insertDeliveries(int outcome, int count, long receivedAt, int bytes) throws SQLException {
        session.begin();
        for (int number = 0; number < count; number++) {
            session.update(
                    "INSERT INTO deliveries (id, trigger_id, outcome, correlation_id, received_at, queue_ids, stored_bytes,"
                            + " request, headers, body_length, body_encoding, body)"
                            + " VALUES (?, 't', ?, 'c', ?, ?, ?, '{}', '{}', 0, 0, zeroblob(?))",
                    "d" + outcome + "-" + receivedAt + "-" + number,
                    outcome,
                    receivedAt,
                    "[\"q0-" + receivedAt + "-" + number + "\"]",
                    bytes,
                    bytes);
        }
        session.commit();
    }

    private void insertItems(int count, int state, long time) throws SQLException {
        session.begin();
        for (int number = 0; number < count; number++) {
            session.update(
                    "INSERT INTO queue (queue_id, trigger_id, workflow_id, workflow_name, source, correlation_id, received_at,"
                            + " enqueued_at, updated_at, stored_bytes, inputs_length, inputs_encoding, state)"
                            + " VALUES (?, 't', 'w', 'w', 'api', 'c', ?, ?, ?, 0, 0, 0, ?)",
                    "q" + state + "-" + time + "-" + number,
                    time,
                    time,
                    time,
                    state);
        }
        session.commit();
    }

    private long count(String table) throws SQLException {
        return session.queryNumber("SELECT count(*) FROM " + table);
    }

    @Test
    void goesOnWhenTheClockIsSetBack() throws SQLException {
        Maintenance maintenance = new Maintenance(clock, KEPT);
        run(maintenance, Duration.ofMinutes(2));
        assertThat(maintenance.isDue()).isFalse();
        long old = START - Duration.ofDays(400).toMillis();
        insertDeliveries(3, old, 10);

        run(maintenance, Duration.ofDays(-365));
        assertThat(session.queryNumber("SELECT count(*) FROM deliveries")).isZero();
        assertThat(maintenance.isDue()).isFalse();
        run(maintenance, Duration.ofMinutes(2));
    }

    @Test
    void forgetsWhatIsOldButNothingThatWaits() throws SQLException {
        insertDeliveries(2_500, START, 2_000);
        insertItems(1_200, 0, START);
        insertItems(1_200, 1, START);
        long later = START + Duration.ofDays(7).toMillis();
        insertDeliveries(10, later, 10);
        insertItems(10, 2, later);
        long pages = session.queryNumber("PRAGMA page_count");

        run(new Maintenance(clock, KEPT), Duration.ofDays(7).plusHours(1));

        // The first 1,200 of the old ones wait.
        assertThat(count("deliveries")).isEqualTo(1_210);
        assertThat(count("queue")).isEqualTo(1_210);
        assertThat(session.queryNumber("PRAGMA page_count")).isLessThan(pages * 2 / 3);
    }

    @Test
    void doesNothingBeforeItIsDue() throws SQLException {
        Maintenance maintenance = new Maintenance(clock, KEPT);
        assertThat(maintenance.isDue()).isFalse();
        run(maintenance, Duration.ofMinutes(1));
        assertThat(maintenance.isDue()).isFalse();
    }

    @Test
    void keepsTheDatabaseBelowItsSize() throws SQLException {
        insertDeliveries(3_000, START, 1_800);

        run(new Maintenance(clock, KEPT, 4L * 1024 * 1024), Duration.ofMinutes(1));

        assertThat(count("deliveries")).isBetween(1L, 2_000L);
    }

    private static DeliverySettings kept(int max, long maxBytes) {
        return new DeliverySettings(
                KEPT.queueMaxBytes(), KEPT.dedupTime(), KEPT.retention(), max, maxBytes, KEPT.keepRejectedBodies());
    }

    private long count(String table, String condition) throws SQLException {
        return session.queryNumber("SELECT count(*) FROM " + table + " WHERE " + condition);
    }

    @Test
    void keepsTheNewestDeliveriesAndThoseThatWaitOrRun() throws SQLException {
        insertDeliveries(3_000, START, 10);
        insertItems(150, 0, START);
        // The next fifty were started; every other of their runs goes on.
        session.update("UPDATE queue SET state = 1, run_id = 'r' || seq WHERE seq > 100");
        session.update(
                "INSERT INTO runs (run_id, workflow_id, workflow_name, workflow_version, status, source, correlation_id,"
                        + " queue_id, instance_id, started_at, event_count)"
                        + " SELECT run_id, 'w', 'w', 1, CASE WHEN seq % 2 = 0 THEN 'running' ELSE 'failed' END, 'api', 'c',"
                        + " queue_id, 'i', 1, 0 FROM queue WHERE state = 1");

        run(new Maintenance(clock, kept(1_234, Long.MAX_VALUE / 4)), Duration.ofMinutes(1));

        assertThat(count("deliveries", "seq > 3000 - 1234")).isEqualTo(1_234);
        assertThat(count("deliveries", "seq <= 100")).isEqualTo(100);
        assertThat(count("deliveries", "seq > 100 AND seq <= 150")).isEqualTo(25);
        assertThat(count("deliveries")).isEqualTo(1_234 + 100 + 25);
    }

    @Test
    void aRunThatTakesLongerThanDeliveriesAreKeptKeepsItsOwn() throws SQLException {
        insertDeliveries(20, START, 10_000);
        insertItems(20, 0, START);
        session.update("UPDATE queue SET state = 1, run_id = 'r' || seq");
        session.update(
                "INSERT INTO runs (run_id, workflow_id, workflow_name, workflow_version, status, source, correlation_id,"
                        + " queue_id, instance_id, started_at, event_count)"
                        + " SELECT run_id, 'w', 'w', 1, CASE WHEN seq % 2 = 0 THEN 'running' ELSE 'failed' END, 'api', 'c',"
                        + " queue_id, 'i', 1, 0 FROM queue");
        // Neither for their age nor for want of space.
        Maintenance maintenance = new Maintenance(clock, KEPT, 1);

        for (int round = 0; round < 3; round++) {
            run(maintenance, Duration.ofDays(8));
        }

        assertThat(count("queue")).isEqualTo(10);
        assertThat(count("deliveries")).isEqualTo(10);
    }

    @Test
    void keepsNoMoreBytesThanItMay() throws SQLException {
        insertDeliveries(500, START, 1_000);
        insertDeliveries(1, START + 1, 200_000);
        insertDeliveries(10, START + 2, 1_000);

        run(new Maintenance(clock, kept(100_000, 100_000)), Duration.ofMinutes(1));

        // The large one and whatever is older.
        assertThat(count("deliveries")).isEqualTo(10);
    }

    @Test
    void aFloodOfRefusedOnesPushesOutNoAcceptedOne() throws SQLException {
        insertDeliveries(0, 50, START, 10);
        insertDeliveries(2, 20, START, 10);
        insertDeliveries(3, 12_000, START + 1, 10);

        run(new Maintenance(clock, kept(100, 1 << 20)), Duration.ofMinutes(1));

        assertThat(count("deliveries", "outcome = 0")).isEqualTo(50);
        assertThat(count("deliveries", "outcome = 2")).isEqualTo(20);
        assertThat(count("deliveries", "outcome = 3")).isEqualTo(10_000);
    }

    @Test
    void keysOutliveTheirDeliveriesAndGoWhenTheirTimeIsOver() throws SQLException {
        insertDeliveries(10, START, 10);
        long hour = Duration.ofHours(1).toMillis();
        for (int number = 0; number < 10; number++) {
            session.update(
                    "INSERT INTO claims (trigger_id, dedup_key, delivery_id, queue_ids, correlation_id, claimed_at,"
                            + " expires_at) VALUES ('t', ?, 'd', '[]', 'c', ?, ?)",
                    "k" + number,
                    START,
                    START + (number % 2 == 0 ? 2 * hour : 100 * hour));
        }
        Maintenance maintenance = new Maintenance(clock, kept(1, 1 << 20));

        run(maintenance, Duration.ofMinutes(1));
        assertThat(count("deliveries")).isEqualTo(1);
        assertThat(count("claims")).isEqualTo(10);

        run(maintenance, Duration.ofHours(2));
        assertThat(count("claims")).isEqualTo(5);
    }

    @Test
    void boundsWhatCouldNotStart() throws SQLException {
        insertItems(10_300, 2, START);
        insertItems(3, 0, START);
        session.update("UPDATE queue SET stored_bytes = 1000000 WHERE seq > 10000 AND state = 2");

        run(new Maintenance(clock, KEPT), Duration.ofMinutes(1));

        assertThat(count("queue", "state = 2")).isBetween(200L, 300L);
        assertThat(session.queryNumber("SELECT sum(stored_bytes) FROM queue WHERE state = 2"))
                .isLessThanOrEqualTo(256L * 1024 * 1024);
        assertThat(count("queue", "state = 0")).isEqualTo(3);
    }
}
