package io.infloop.store.sqlite.internal;

import io.infloop.spi.json.Json;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.Waiting;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The statements about queue items. */
final class QueueSql {
    private static final Logger LOG = LoggerFactory.getLogger(QueueSql.class);
    private static final long MAX_INPUT_BYTES = 64L * 1024 * 1024;

    static final String COUNT_WAITING = "SELECT count(*) FROM queue WHERE state = 0";
    private static final String WAITING =
            """
            SELECT queue_id, trigger_id, workflow_id, workflow_name, source, correlation_id, received_at,
              inputs_length, inputs_encoding, inputs
            FROM queue WHERE state = 0 ORDER BY seq LIMIT ?
            """;
    private static final String HISTORY =
            "SELECT queue_id, state, workflow_id, run_id, reason, enqueued_at, updated_at FROM queue WHERE queue_id = ?";
    /** The inputs went with the item; keeping them would only cost space. */
    private static final String TAKE =
            """
            UPDATE queue SET state = ?, run_id = ?, reason = ?, updated_at = ?, inputs = NULL
            WHERE queue_id = ? AND state = 0
            """;

    private QueueSql() {}

    /** @return whether the item waited */
    static boolean take(WriterSession session, String queueId, QueueState state, String runId, String reason, long now)
            throws SQLException {
        boolean taken = session.update(TAKE, number(state), runId, reason, now, queueId) == 1;
        if (taken) {
            session.itemTaken();
        }
        return taken;
    }

    /** Fewer than {@code limit} also when their inputs become too large together. */
    static List<Waiting> waiting(SqlSession session, int limit) throws SQLException {
        PreparedStatement statement = session.prepared(WAITING);
        statement.setInt(1, limit);
        List<Waiting> waiting = new ArrayList<>();
        long bytes = 0;
        int position = 0;
        try (ResultSet row = statement.executeQuery()) {
            while (bytes < MAX_INPUT_BYTES && row.next()) {
                position++;
                bytes += row.getLong(8);
                try {
                    waiting.add(new Waiting(item(row), position));
                } catch (IllegalStateException | IllegalArgumentException damaged) {
                    LOG.error("Queue item {} is damaged and cannot start; remove it", row.getString(1), damaged);
                }
            }
        }
        return waiting;
    }

    private static QueueItem item(ResultSet row) throws SQLException {
        byte[] inputs = ByteCodec.decode(row.getInt(9), row.getInt(8), row.getBytes(10));
        return new QueueItem(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                Json.parseObject(new String(inputs, StandardCharsets.UTF_8)).asMap(),
                row.getLong(7));
    }

    static Optional<QueueHistory> history(SqlSession session, String queueId) throws SQLException {
        return session.queryOne(
                HISTORY,
                row -> new QueueHistory(
                        row.getString(1),
                        state(row.getInt(2)),
                        row.getString(3),
                        Optional.ofNullable(row.getString(4)),
                        Optional.ofNullable(row.getString(5)),
                        row.getLong(6),
                        row.getLong(7)),
                queueId);
    }

    private static int number(QueueState state) {
        return switch (state) {
            case QUEUED -> 0;
            case STARTED -> 1;
            case DROPPED -> 2;
            case REMOVED -> 3;
        };
    }

    private static QueueState state(int number) {
        for (QueueState state : QueueState.values()) {
            if (number(state) == number) {
                return state;
            }
        }
        throw new IllegalStateException("unknown queue state " + number);
    }
}
