package io.infloop.store.sqlite.internal;

import io.infloop.store.DeadLetter;
import io.infloop.store.DeliveryStore.Requeue;
import io.infloop.store.RecordStore.QueueFull;
import io.infloop.store.RecordStore.QueueItem;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The statements about queue items that could not start. */
final class DeadLetterSql {
    private static final long MAX_INPUT_BYTES = 64L * 1024 * 1024;
    private static final String DEAD =
            QueueSql.ITEM.replace(" FROM queue", ", delivery_id, reason, updated_at FROM queue");
    private static final String LIST = DEAD + " WHERE state = 2 AND seq < ? ORDER BY seq DESC LIMIT ?";
    private static final String FIND = DEAD + " WHERE state = 2 AND queue_id = ?";
    private static final String STORED =
            "SELECT stored_bytes, inputs IS NOT NULL FROM queue WHERE state = 2 AND queue_id = ?";
    private static final String REQUEUE =
            "UPDATE queue SET state = 0, reason = NULL, updated_at = ? WHERE state = 2 AND queue_id = ?";
    private static final String DISCARD =
            """
            UPDATE queue SET state = 3, reason = ?, updated_at = ?, inputs = NULL, stored_bytes = 0
            WHERE state = 2 AND queue_id = ?
            """;

    private DeadLetterSql() {}

    static List<DeadLetter> list(SqlSession session, OptionalLong before, int limit) throws SQLException {
        PreparedStatement statement = session.prepared(LIST);
        SqlSession.bind(statement, 1, before.orElse(Long.MAX_VALUE), limit);
        List<DeadLetter> letters = new ArrayList<>();
        long bytes = 0;
        try (ResultSet row = statement.executeQuery()) {
            while (bytes < MAX_INPUT_BYTES && row.next()) {
                bytes += row.getLong(8);
                letters.add(letter(row));
            }
        }
        return letters;
    }

    static Optional<DeadLetter> find(SqlSession session, String queueId) throws SQLException {
        return session.queryOne(FIND, DeadLetterSql::letter, queueId);
    }

    private static DeadLetter letter(ResultSet row) throws SQLException {
        Optional<QueueItem> readable = QueueSql.item(row, damaged -> {});
        return new DeadLetter(
                row.getLong(11),
                readable.isPresent() ? readable.get() : QueueSql.item(row, Map.of()),
                Optional.ofNullable(row.getString(14)),
                Optional.ofNullable(row.getString(15)).orElse(""),
                row.getLong(16),
                readable.isPresent());
    }

    private record Stored(long bytes, boolean hasInputs) {}

    static Requeue requeue(WriterSession session, String queueId, EnqueueBatch.QueueBounds bounds, long now)
            throws SQLException {
        Optional<Stored> stored =
                session.queryOne(STORED, row -> new Stored(row.getLong(1), row.getInt(2) != 0), queueId);
        if (stored.isEmpty()) {
            return Requeue.NOT_FOUND;
        }
        if (!stored.get().hasInputs()) {
            return Requeue.INPUTS_GONE;
        }
        Optional<QueueFull.Bound> exceeded = bounds.exceeded(
                session.waiting() + 1, session.waitingBytes() + stored.get().bytes());
        if (exceeded.isPresent()) {
            return Requeue.QUEUE_FULL;
        }
        session.update(REQUEUE, now, queueId);
        session.itemAdded(stored.get().bytes());
        return Requeue.REQUEUED;
    }

    static boolean discard(WriterSession session, String queueId, String reason, long now) throws SQLException {
        return session.update(DISCARD, reason, now, queueId) == 1;
    }
}
