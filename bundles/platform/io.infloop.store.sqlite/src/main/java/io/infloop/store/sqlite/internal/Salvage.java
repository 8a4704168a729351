package io.infloop.store.sqlite.internal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Reads what can be read of a damaged database into a new one, row by row: first what waits, then the runs, then the dedup keys. A damaged page costs the rows on it; the others are found by their keys, from an index or from both ends.
 */
final class Salvage {
    private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);
    private static final int ROWS_PER_COMMIT = 500;
    private static final int MAX_KEYS = 1_000_000;

    /** @param skipped rows known to be there that cannot be read */
    record Count(long taken, long skipped) {}

    /** @param complete whether all of it was looked at within the time */
    record Outcome(Count items, Count runs, Count deliveries, boolean complete) {}

    /**
     * What is read of one table.
     *
     * @param indexed gives the keys that matter, from an index alone
     * @param read the row of a key; its columns are the parameters of {@code insert}
     * @param isIntact whether the row makes sense
     */
    private record Table(String name, String indexed, String read, String insert, Predicate<Object[]> isIntact) {}

    private static final Table ITEMS = new Table(
            "queue",
            "SELECT seq FROM queue INDEXED BY queue_waiting WHERE state = 0 ORDER BY seq",
            """
            SELECT inputs_encoding, inputs_length, inputs, queue_id, delivery_id, trigger_id, workflow_id, workflow_name,
              source, correlation_id, received_at, concurrency_key, concurrency_policy, enqueued_at, updated_at, stored_bytes
            FROM queue NOT INDEXED WHERE seq = ? AND state = 0
            """,
            """
            INSERT INTO queue (inputs_encoding, inputs_length, inputs, queue_id, delivery_id, trigger_id, workflow_id,
              workflow_name, source, correlation_id, received_at, concurrency_key, concurrency_policy, enqueued_at,
              updated_at, stored_bytes, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING
            """,
            Salvage::hasInputs);
    /** Of a database that was written before there were concurrency keys. */
    private static final Table OLD_ITEMS = new Table(
            ITEMS.name(),
            ITEMS.indexed(),
            ITEMS.read()
                    .replace("delivery_id", "NULL")
                    .replace("concurrency_key, concurrency_policy", "NULL, NULL")
                    .replace("stored_bytes", "coalesce(length(inputs), 0)"),
            ITEMS.insert(),
            Salvage::hasInputs);

    private static final Table RUNS = new Table(
            "runs",
            "SELECT rowid FROM runs INDEXED BY runs_started WHERE started_at > 0",
            "SELECT " + RunSql.COLUMNS + " FROM runs NOT INDEXED WHERE rowid = ?",
            RunSql.INSERT + " ON CONFLICT DO NOTHING",
            row -> true);
    private static final Table CLAIMS = new Table(
            "claims",
            "SELECT seq FROM claims INDEXED BY claims_key WHERE trigger_id > ''",
            """
            SELECT trigger_id, dedup_key, delivery_id, queue_ids, correlation_id, claimed_at, expires_at
            FROM claims NOT INDEXED WHERE seq = ?
            """,
            Claims.INSERT + "(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            row -> true);
    /** Where the keys were before they had a table of their own. */
    private static final Table OLD_CLAIMS = new Table(
            "deliveries",
            "SELECT seq FROM deliveries INDEXED BY deliveries_dedup WHERE dedup_key IS NOT NULL",
            """
            SELECT trigger_id, dedup_key, id, '["' || queue_id || '"]', correlation_id, received_at,
              received_at + 259200000
            FROM deliveries NOT INDEXED WHERE seq = ? AND accepted = 1 AND dedup_key IS NOT NULL
            """,
            CLAIMS.insert(),
            row -> true);

    /** Does something with one key. */
    private interface KeyAction {
        void run(long key) throws SQLException;
    }

    private final Connection source;
    private final WriterSession target;
    private final long deadline;
    private boolean complete = true;

    private Salvage(Connection source, WriterSession target, Duration atMost) {
        this.source = source;
        this.target = target;
        deadline = System.nanoTime() + atMost.toNanos();
    }

    /** @throws SQLException if the damaged database cannot be opened, or the new one not be written */
    static Outcome run(Path damaged, WriterSession target, Duration atMost) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        SQLiteDataSource dataSource = new SQLiteDataSource(config);
        dataSource.setUrl("jdbc:sqlite:" + damaged);
        try (Connection source = dataSource.getConnection()) {
            Salvage salvage = new Salvage(source, target, atMost);
            boolean old = salvage.isOld();
            Count items = salvage.copy(old ? OLD_ITEMS : ITEMS);
            Count runs = salvage.copy(RUNS);
            Count deliveries = salvage.copy(old ? OLD_CLAIMS : CLAIMS);
            return new Outcome(items, runs, deliveries, salvage.complete);
        }
    }

    /** A table without this column can still be read, one with it is not mistaken for one without. */
    private boolean isOld() {
        try (PreparedStatement statement = source.prepareStatement("SELECT stored_bytes FROM queue LIMIT 0")) {
            return false;
        } catch (SQLException unknownColumn) {
            return String.valueOf(unknownColumn.getMessage()).contains("no such column");
        }
    }

    private static boolean hasInputs(Object[] row) {
        try {
            return row[0] instanceof Number encoding
                    && row[1] instanceof Number length
                    && row[2] instanceof byte[] bytes
                    && QueueSql.inputs(encoding.intValue(), length.intValue(), bytes) != null;
        } catch (IllegalStateException | IllegalArgumentException damaged) {
            return false;
        }
    }

    private boolean isTimeUp() {
        boolean up = System.nanoTime() - deadline > 0;
        complete &= !up;
        return up;
    }

    private Count copy(Table table) throws SQLException {
        Copy copy = new Copy(table);
        target.begin();
        try {
            if (!forEachKey(table.indexed(), copy)) {
                copyWithoutIndex(table, copy);
            }
            target.commit();
        } catch (SQLException | RuntimeException failure) {
            target.rollback();
            throw failure;
        }
        return new Count(copy.taken, copy.skipped.size());
    }

    /** From the first row to the first hole, from the last row back to the last hole, and every key in between. */
    private void copyWithoutIndex(Table table, Copy copy) throws SQLException {
        String keys = "SELECT rowid FROM " + table.name() + " NOT INDEXED ORDER BY rowid";
        long[] before = {0};
        boolean whole = forEachKey(keys, key -> {
            before[0] = key;
            copy.run(key);
        });
        if (whole) {
            return;
        }
        Deque<Long> behind = new ArrayDeque<>();
        forEachKey(keys + " DESC", key -> {
            if (key > before[0] && behind.size() < MAX_KEYS) {
                behind.push(key);
            }
        });
        long end = behind.isEmpty() ? lastGiven(table).orElse(before[0]) + 1 : behind.element();
        for (long key = before[0] + 1; key < end && !isTimeUp(); key++) {
            copy.run(key);
        }
        for (long key : behind) {
            if (isTimeUp()) {
                return;
            }
            copy.run(key);
        }
    }

    private OptionalLong lastGiven(Table table) {
        try (PreparedStatement statement = source.prepareStatement("SELECT seq FROM sqlite_sequence WHERE name = ?")) {
            statement.setString(1, table.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        } catch (SQLException unreadable) {
            return OptionalLong.empty();
        }
    }

    /** @return false if reading the keys met damage */
    private boolean forEachKey(String sql, KeyAction action) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            while (row.next() && !isTimeUp()) {
                action.run(row.getLong(1));
            }
            return true;
        } catch (UnwritableException unwritable) {
            throw unwritable;
        } catch (SQLException damaged) {
            LOG.debug("Damage while reading keys: {}", sql, damaged);
            return false;
        }
    }

    /** The new database is in trouble, not the damaged one. */
    private static final class UnwritableException extends SQLException {
        private static final long serialVersionUID = 1;

        UnwritableException(SQLException cause) {
            super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
        }
    }

    /** Copies rows of one table. */
    private final class Copy implements KeyAction {
        private final Table table;
        private final Set<Long> skipped = new HashSet<>();
        private long taken;

        Copy(Table table) {
            this.table = table;
        }

        @Override
        public void run(long key) throws SQLException {
            if (skipped.contains(key)) {
                return;
            }
            try (PreparedStatement statement = source.prepareStatement(table.read())) {
                statement.setLong(1, key);
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        copy(key, values(row));
                    }
                }
            } catch (UnwritableException unwritable) {
                throw unwritable;
            } catch (SQLException damaged) {
                skip(key);
            }
        }

        private static Object[] values(ResultSet row) throws SQLException {
            Object[] values = new Object[row.getMetaData().getColumnCount()];
            for (int column = 0; column < values.length; column++) {
                values[column] = row.getObject(column + 1);
            }
            return values;
        }

        private void copy(long key, Object[] values) throws UnwritableException {
            if (!table.isIntact().test(values)) {
                skip(key);
                return;
            }
            try {
                if (target.update(table.insert(), values) == 1) {
                    taken++;
                    if (taken % ROWS_PER_COMMIT == 0) {
                        target.commit();
                        target.begin();
                    }
                }
            } catch (SQLException failure) {
                if (SqliteErrors.isResource(failure)) {
                    throw new UnwritableException(failure);
                }
                // A value that must be there is missing.
                target.discardStatements();
                skip(key);
            }
        }

        private void skip(long key) {
            if (skipped.size() < MAX_KEYS) {
                skipped.add(key);
            }
        }
    }
}
