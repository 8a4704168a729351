package io.infloop.store.sqlite.internal;

import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueFull;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Adds many items with few statements: each inserts up to 32 rows. */
final class EnqueueBatch {
    static final String DELIVERY_COLUMNS =
            """
            id, trigger_id, dedup_key, event_type, correlation_id, received_at, queue_id, headers, body_length,
            body_encoding, body, accepted
            """;
    static final String QUEUE_COLUMNS =
            """
            queue_id, trigger_id, workflow_id, workflow_name, source, correlation_id, received_at, enqueued_at, updated_at,
            inputs_length, inputs_encoding, inputs, state
            """;
    private static final int[] ROWS_PER_STATEMENT = {32, 8, 1};
    private static final String STORED =
            "SELECT id, queue_id, correlation_id FROM deliveries WHERE trigger_id = ? AND dedup_key = ?";
    private static final String STORED_BY_ID = "SELECT id, queue_id, correlation_id FROM deliveries WHERE id = ?";

    private record StoredDelivery(String id, String queueId, String correlationId) {}

    private final int queueMax;
    private final String[] insertDeliveries = new String[ROWS_PER_STATEMENT.length];
    private final String[] insertItems = new String[ROWS_PER_STATEMENT.length];

    EnqueueBatch(int queueMax) {
        this.queueMax = queueMax;
        for (int size = 0; size < ROWS_PER_STATEMENT.length; size++) {
            insertDeliveries[size] = "INSERT INTO deliveries (" + DELIVERY_COLUMNS + ") VALUES "
                    + rows("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)", ROWS_PER_STATEMENT[size])
                    + " ON CONFLICT DO NOTHING";
            insertItems[size] = "INSERT INTO queue (" + QUEUE_COLUMNS + ") VALUES "
                    + rows("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)", ROWS_PER_STATEMENT[size]);
        }
    }

    private static String rows(String row, int count) {
        return String.join(", ", Collections.nCopies(count, row));
    }

    void apply(WriterSession session, List<EnqueueWrite> writes) throws SQLException {
        int done = 0;
        while (done < writes.size()) {
            int free = queueMax - session.waiting();
            if (free <= 0) {
                refuse(session, writes.subList(done, writes.size()));
                return;
            }
            int size = size(Math.min(free, alike(writes, done)));
            List<EnqueueWrite> chunk = writes.subList(done, done + ROWS_PER_STATEMENT[size]);
            insertItems(session, chunk.get(0).delivery().isPresent() ? insertDeliveries(session, size, chunk) : chunk);
            done += chunk.size();
        }
    }

    /** How many writes from {@code first} on have a delivery, or have none, like the first one. */
    private static int alike(List<EnqueueWrite> writes, int first) {
        boolean delivery = writes.get(first).delivery().isPresent();
        int end = first + 1;
        while (end < writes.size() && writes.get(end).delivery().isPresent() == delivery) {
            end++;
        }
        return end - first;
    }

    private static int size(int rows) {
        int size = 0;
        while (ROWS_PER_STATEMENT[size] > rows) {
            size++;
        }
        return size;
    }

    /** @return those that are new; the others have their result */
    private List<EnqueueWrite> insertDeliveries(WriterSession session, int size, List<EnqueueWrite> chunk)
            throws SQLException {
        PreparedStatement statement = session.prepared(insertDeliveries[size]);
        int parameter = 1;
        for (EnqueueWrite write : chunk) {
            parameter = SqlSession.bind(
                    statement, parameter, write.delivery().orElseThrow().row(write.queueId()));
        }
        if (statement.executeUpdate() == chunk.size()) {
            return chunk;
        }
        List<EnqueueWrite> fresh = new ArrayList<>();
        for (EnqueueWrite write : chunk) {
            EncodedDelivery delivery = write.delivery().orElseThrow();
            StoredDelivery stored = stored(session, delivery).orElseThrow(EnqueueBatch::idUsed);
            if (stored.id().equals(delivery.id())) {
                if (!write.queueId().equals(stored.queueId())) {
                    throw idUsed();
                }
                fresh.add(write);
            } else {
                write.result(new Duplicate(stored.queueId(), stored.correlationId()));
            }
        }
        return fresh;
    }

    private static SQLException idUsed() {
        return new SQLException("the delivery's id is in use", null, 19);
    }

    private void insertItems(WriterSession session, List<EnqueueWrite> writes) throws SQLException {
        int done = 0;
        while (done < writes.size()) {
            int size = size(writes.size() - done);
            List<EnqueueWrite> chunk = writes.subList(done, done + ROWS_PER_STATEMENT[size]);
            PreparedStatement statement = session.prepared(insertItems[size]);
            int parameter = 1;
            for (EnqueueWrite write : chunk) {
                parameter = SqlSession.bind(statement, parameter, write.queueRow());
            }
            statement.executeUpdate();
            for (EnqueueWrite write : chunk) {
                session.itemsAdded(1);
                write.result(new Enqueued(write.queueId(), session.waiting()));
            }
            done += chunk.size();
        }
    }

    /** A repeated delivery is none the less one that was accepted. */
    private static void refuse(WriterSession session, List<EnqueueWrite> writes) throws SQLException {
        for (EnqueueWrite write : writes) {
            Optional<EncodedDelivery> delivery = write.delivery();
            Optional<StoredDelivery> stored =
                    delivery.isPresent() && delivery.get().dedupKey().isPresent()
                            ? stored(session, delivery.get())
                            : Optional.empty();
            write.result(
                    stored.isPresent()
                            ? new Duplicate(stored.get().queueId(), stored.get().correlationId())
                            : new QueueFull(session.waiting()));
        }
    }

    private static Optional<StoredDelivery> stored(WriterSession session, EncodedDelivery delivery)
            throws SQLException {
        SqlSession.RowReader<StoredDelivery> reader =
                row -> new StoredDelivery(row.getString(1), row.getString(2), row.getString(3));
        return delivery.dedupKey().isPresent()
                ? session.queryOne(
                        STORED,
                        reader,
                        delivery.triggerId(),
                        delivery.dedupKey().get())
                : session.queryOne(STORED_BY_ID, reader, delivery.id());
    }
}
