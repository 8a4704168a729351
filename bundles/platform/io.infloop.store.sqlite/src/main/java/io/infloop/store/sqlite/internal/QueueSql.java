package io.infloop.store.sqlite.internal;

import io.infloop.spi.json.Json;
import io.infloop.store.Concurrency;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The statements about queue items. */
final class QueueSql {
    private static final Logger LOG = LoggerFactory.getLogger(QueueSql.class);
    private static final long MAX_INPUT_BYTES = 64L * 1024 * 1024;

    static final String COUNT_WAITING = "SELECT count(*), coalesce(sum(stored_bytes), 0) FROM queue WHERE state = 0";
    static final String ITEM =
            """
            SELECT queue_id, trigger_id, workflow_id, workflow_name, source, correlation_id, received_at,
              inputs_length, inputs_encoding, inputs, seq, concurrency_key, concurrency_policy FROM queue
            """;
    private static final String WAITING = ITEM + " WHERE state = 0 ORDER BY seq LIMIT ?";
    private static final String WAITING_ITEM = ITEM + " WHERE queue_id = ? AND state = 0";
    private static final String NEWEST_WAITING = "SELECT coalesce(max(seq), 0) FROM queue WHERE state = 0";
    private static final String POSITION = "SELECT count(*) FROM queue WHERE state = 0 AND seq <= ?";
    /** The inner query needs the index only. Names and lanes as JSON: any number of them is one parameter. */
    static final String OLDEST = ITEM
            + """
             WHERE seq IN (
              SELECT seq FROM queue
              WHERE state = 0 AND seq > ? AND workflow_id NOT IN (SELECT value FROM json_each(?))
                AND (concurrency_key IS NULL
                  OR workflow_id || ' ' || concurrency_key NOT IN (SELECT value FROM json_each(?)))
              ORDER BY seq LIMIT ?)
            ORDER BY seq
            """;

    private static final String HISTORY =
            "SELECT queue_id, state, workflow_id, run_id, reason, enqueued_at, updated_at FROM queue WHERE queue_id = ?";
    private static final String BYTES = "SELECT stored_bytes FROM queue WHERE queue_id = ? AND state = 0";
    private static final String TAKE =
            "UPDATE queue SET state = ?, run_id = ?, reason = ?, updated_at = ? WHERE queue_id = ? AND state = 0";
    /** The inputs went with the item; keeping them would only cost space. */
    private static final String TAKE_WITH_INPUTS = TAKE.replace(" WHERE", ", inputs = NULL, stored_bytes = 0 WHERE");

    /** Few: as many as there are places for runs. A workflow's id has no blank. */
    private static final String RUNNING_LANES =
            """
            SELECT q.workflow_id || ' ' || q.concurrency_key FROM runs r JOIN queue q ON q.queue_id = r.queue_id
            WHERE r.status = 'running' AND q.concurrency_key IS NOT NULL
            """;

    private static final String RUNNING_IN_LANE =
            """
            SELECT r.run_id FROM runs r JOIN queue q ON q.queue_id = r.queue_id
            WHERE r.status = 'running' AND q.workflow_id = ? AND q.concurrency_key = ? ORDER BY r.started_at, r.run_id
            """;

    private static final String WAITING_IN_LANE =
            "SELECT queue_id FROM queue WHERE state = 0 AND workflow_id = ? AND concurrency_key = ? ORDER BY seq";

    private static final String HAS_LANE =
            """
            SELECT count(*) FROM runs r JOIN queue q ON q.queue_id = r.queue_id
            WHERE r.run_id = ? AND q.concurrency_key IS NOT NULL
            """;

    private QueueSql() {}

    /** @return whether the item waited */
    static boolean take(WriterSession session, String queueId, QueueState state, String runId, String reason, long now)
            throws SQLException {
        Optional<Long> bytes = session.queryOne(BYTES, row -> row.getLong(1), queueId);
        if (bytes.isEmpty()) {
            return false;
        }
        session.update(
                state == QueueState.DROPPED ? TAKE : TAKE_WITH_INPUTS, number(state), runId, reason, now, queueId);
        session.itemTaken(bytes.get());
        return true;
    }

    /** Runs of this workflow and key that are recorded as running. */
    static List<String> runningIn(SqlSession session, String workflowId, String key) throws SQLException {
        return session.query(RUNNING_IN_LANE, row -> row.getString(1), workflowId, key);
    }

    static List<String> waitingIn(SqlSession session, String workflowId, String key) throws SQLException {
        return session.query(WAITING_IN_LANE, row -> row.getString(1), workflowId, key);
    }

    /** Items that waited for the end of a run may start now. */
    static void runEnded(WriterSession session, String runId) throws SQLException {
        if (session.queryNumber(HAS_LANE, runId) > 0) {
            session.queueChanged();
        }
    }

    /**
     * Fewer than {@code limit} also when their inputs become too large together.
     *
     * @param damaged is told the ids of items whose inputs cannot be read
     */
    static List<Waiting> waiting(SqlSession session, int limit, Consumer<String> damaged) throws SQLException {
        PreparedStatement statement = session.prepared(WAITING);
        statement.setInt(1, limit);
        List<Waiting> waiting = new ArrayList<>();
        long bytes = 0;
        int position = 0;
        try (ResultSet row = statement.executeQuery()) {
            while (bytes < MAX_INPUT_BYTES && row.next()) {
                position++;
                Optional<QueueItem> item = item(row, damaged);
                if (item.isPresent()) {
                    bytes += row.getLong(8);
                    waiting.add(new Waiting(item.get(), position));
                }
            }
        }
        return waiting;
    }

    static Optional<Waiting> waiting(SqlSession session, String queueId, Consumer<String> damaged) throws SQLException {
        Optional<Found> found =
                session.queryOne(WAITING_ITEM, row -> new Found(item(row, damaged), row.getLong(11)), queueId);
        if (found.isEmpty() || found.get().item().isEmpty()) {
            return Optional.empty();
        }
        // At least 1, even if it was taken between the two queries.
        long position = Math.max(1, session.queryNumber(POSITION, found.get().seq()));
        return found.get().item().map(item -> new Waiting(item, Math.toIntExact(position)));
    }

    /** Workflows and keys of which an item runs. */
    static List<String> runningLanes(SqlSession session) throws SQLException {
        return session.query(RUNNING_LANES, row -> row.getString(1));
    }

    /** The place of the item that came last; 0 if none waits. */
    static long newestWaiting(SqlSession session) throws SQLException {
        return session.queryNumber(NEWEST_WAITING);
    }

    /**
     * Items that are damaged are left out, and the ones after them come instead.
     *
     * @param begin only items after this place
     */
    static List<QueueItem> oldest(
            SqlSession session,
            Set<String> exceptWorkflows,
            List<String> exceptLanes,
            long begin,
            int limit,
            Consumer<String> damaged)
            throws SQLException {
        String except = Json.write(List.copyOf(exceptWorkflows));
        String lanes = Json.write(exceptLanes);
        List<QueueItem> oldest = new ArrayList<>();
        long bytes = 0;
        long after = begin;
        boolean more = true;
        while (more && oldest.size() < limit && bytes < MAX_INPUT_BYTES) {
            PreparedStatement statement = session.prepared(OLDEST);
            int wanted = limit - oldest.size();
            SqlSession.bind(statement, 1, after, except, lanes, wanted);
            int read = 0;
            try (ResultSet row = statement.executeQuery()) {
                while (bytes < MAX_INPUT_BYTES && row.next()) {
                    read++;
                    after = row.getLong(11);
                    Optional<QueueItem> item = item(row, damaged);
                    if (item.isPresent()) {
                        bytes += row.getLong(8);
                        oldest.add(item.get());
                    }
                }
            }
            more = read == wanted;
        }
        return oldest;
    }

    private record Found(Optional<QueueItem> item, long seq) {}

    static Optional<QueueItem> item(ResultSet row, Consumer<String> damaged) throws SQLException {
        try {
            return Optional.of(item(row));
        } catch (IllegalStateException | IllegalArgumentException unreadable) {
            LOG.debug("The inputs of queue item {} cannot be read", row.getString(1), unreadable);
            damaged.accept(row.getString(1));
            return Optional.empty();
        }
    }

    private static QueueItem item(ResultSet row) throws SQLException {
        byte[] bytes = row.getBytes(10);
        if (bytes == null) {
            throw new IllegalStateException("the inputs are gone");
        }
        return item(row, inputs(row.getInt(9), row.getInt(8), bytes));
    }

    /** Of a row with the columns of {@link #ITEM}. */
    static QueueItem item(ResultSet row, Map<String, Object> inputs) throws SQLException {
        String key = row.getString(12);
        return new QueueItem(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                inputs,
                row.getLong(7),
                key == null ? Optional.empty() : Optional.of(new Concurrency(key, policy(row.getInt(13)))));
    }

    /** Throws IllegalStateException or IllegalArgumentException if they are damaged. */
    static Map<String, Object> inputs(int encoding, int length, byte[] bytes) {
        return Json.parseObject(new String(ByteCodec.decode(encoding, length, bytes), StandardCharsets.UTF_8))
                .asMap();
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

    static int number(Concurrency.Policy policy) {
        return switch (policy) {
            case QUEUE -> 0;
            case SKIP -> 1;
            case REPLACE -> 2;
            case LATEST -> 3;
        };
    }

    private static Concurrency.Policy policy(int number) {
        for (Concurrency.Policy policy : Concurrency.Policy.values()) {
            if (number(policy) == number) {
                return policy;
            }
        }
        throw new IllegalStateException("unknown concurrency policy " + number);
    }

    static int number(QueueState state) {
        return switch (state) {
            case QUEUED -> 0;
            case STARTED -> 1;
            case DROPPED -> 2;
            case REMOVED -> 3;
            case SUPERSEDED -> 4;
            case SKIPPED -> 5;
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
