package io.infloop.store.sqlite.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DedupKey;
import io.infloop.store.RecordStore.Delivery;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Dedup keys. They are kept apart from the deliveries, for a time of their own. A key whose time is over is taken over by whoever
 * claims it next. Writer thread only.
 */
final class Claims {
    static final String INSERT =
            "INSERT INTO claims (trigger_id, dedup_key, delivery_id, queue_ids, correlation_id, claimed_at, expires_at) VALUES ";
    private static final String ROW = "(?, ?, ?, ?, ?, ?, ?)";
    private static final String TAKE_OVER =
            """
             ON CONFLICT (trigger_id, dedup_key) DO UPDATE SET delivery_id = excluded.delivery_id,
              queue_ids = excluded.queue_ids, correlation_id = excluded.correlation_id,
              claimed_at = excluded.claimed_at, expires_at = excluded.expires_at
            WHERE claims.expires_at <= excluded.claimed_at
            """;
    private static final String INSERT_ONE = insert(1);
    private static final String FIND =
            "SELECT delivery_id, queue_ids, correlation_id, expires_at FROM claims WHERE trigger_id = ? AND dedup_key = ?";

    /** @param queueIds as JSON */
    record Claim(String deliveryId, String queueIds, String correlationId, long expiresAt) {
        List<String> ids() {
            return Claims.ids(queueIds);
        }
    }

    private final long keptMillis;

    /** @param keptMillis how long a claim lasts at least */
    Claims(long keptMillis) {
        this.keptMillis = keptMillis;
    }

    static String insert(int rows) {
        return INSERT + String.join(", ", Collections.nCopies(rows, ROW)) + TAKE_OVER;
    }

    /** @return the index after the last one bound */
    int bind(PreparedStatement statement, int first, Delivery delivery, DedupKey key, String queueIds, long now)
            throws SQLException {
        return SqlSession.bind(
                statement,
                first,
                delivery.triggerId(),
                key.value(),
                delivery.id(),
                queueIds,
                delivery.correlationId(),
                now,
                now + Math.max(keptMillis, key.atLeastMillis()));
    }

    /** @return who claimed it before; empty if it is ours now */
    Optional<Claim> claim(WriterSession session, Delivery delivery, DedupKey key, String queueIds, long now)
            throws SQLException {
        PreparedStatement statement = session.prepared(INSERT_ONE);
        bind(statement, 1, delivery, key, queueIds, now);
        return statement.executeUpdate() == 1 ? Optional.empty() : find(session, delivery.triggerId(), key);
    }

    /** Notes what the claimant was told, where that is not what it had asked for: some of its items came before. */
    void answered(WriterSession session, Delivery delivery, DedupKey key, String queueIds) throws SQLException {
        session.update(
                "UPDATE claims SET queue_ids = ? WHERE trigger_id = ? AND dedup_key = ?",
                queueIds,
                delivery.triggerId(),
                key.value());
    }

    static Optional<Claim> find(SqlSession session, String triggerId, DedupKey key) throws SQLException {
        return session.queryOne(
                FIND,
                row -> new Claim(row.getString(1), row.getString(2), row.getString(3), row.getLong(4)),
                triggerId,
                key.value());
    }

    /** The delivery whose claim of the key is in force. Any thread with a session of its own. */
    static Optional<String> holder(SqlSession session, String triggerId, String key, long now) throws SQLException {
        return session.queryOne(
                "SELECT delivery_id FROM claims WHERE trigger_id = ? AND dedup_key = ? AND expires_at > ?",
                row -> row.getString(1),
                triggerId,
                key,
                now);
    }

    static List<String> ids(String json) {
        return JsonObject.of("ids", Json.parse(json)).strings("ids");
    }
}
