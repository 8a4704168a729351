package io.infloop.store.sqlite.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import java.sql.SQLException;
import java.util.List;

/**
 * The numbered steps that bring a database to today's schema. A released step never changes. The SQL is common to SQLite and
 * PostgreSQL but for the tokens that a {@link Dialect} replaces.
 */
final class Schema {
    /**
     * What differs between databases.
     *
     * @param bytes type of raw bytes
     * @param identity type and constraints of an ascending key
     */
    record Dialect(String bytes, String identity) {
        static final Dialect SQLITE = new Dialect("BLOB", "INTEGER PRIMARY KEY AUTOINCREMENT");

        String render(String sql) {
            return sql.replace("${BYTES}", bytes).replace("${IDPK}", identity);
        }
    }

    /** Large columns come last, so that the others are read without them. */
    private static final List<List<String>> STEPS = List.of(
            List.of(
                    """
            CREATE TABLE deliveries (
              seq ${IDPK},
              id TEXT NOT NULL UNIQUE,
              trigger_id TEXT NOT NULL,
              dedup_key TEXT,
              event_type TEXT,
              correlation_id TEXT NOT NULL,
              received_at BIGINT NOT NULL,
              queue_id TEXT,
              accepted SMALLINT NOT NULL,
              reason TEXT,
              headers TEXT NOT NULL,
              body_length BIGINT NOT NULL,
              body_encoding SMALLINT NOT NULL,
              body ${BYTES} NOT NULL)
            """,
                    "CREATE UNIQUE INDEX deliveries_dedup ON deliveries (trigger_id, dedup_key) WHERE dedup_key IS NOT NULL",
                    "CREATE INDEX deliveries_rejected ON deliveries (seq) WHERE accepted = 0",
                    """
            CREATE TABLE queue (
              seq ${IDPK},
              queue_id TEXT NOT NULL UNIQUE,
              trigger_id TEXT NOT NULL,
              workflow_id TEXT NOT NULL,
              workflow_name TEXT NOT NULL,
              source TEXT NOT NULL,
              correlation_id TEXT NOT NULL,
              received_at BIGINT NOT NULL,
              state SMALLINT NOT NULL,
              run_id TEXT,
              reason TEXT,
              enqueued_at BIGINT NOT NULL,
              updated_at BIGINT NOT NULL,
              inputs_length BIGINT NOT NULL,
              inputs_encoding SMALLINT NOT NULL,
              inputs ${BYTES})
            """,
                    "CREATE INDEX queue_waiting ON queue (seq) WHERE state = 0",
                    """
            CREATE TABLE runs (
              run_id TEXT PRIMARY KEY,
              workflow_id TEXT NOT NULL,
              workflow_name TEXT NOT NULL,
              workflow_version BIGINT NOT NULL,
              status TEXT NOT NULL,
              source TEXT NOT NULL,
              correlation_id TEXT NOT NULL,
              queue_id TEXT,
              trigger_id TEXT,
              instance_id TEXT NOT NULL,
              started_at BIGINT NOT NULL,
              finished_at BIGINT,
              cost_usd DOUBLE PRECISION,
              error_message TEXT,
              event_count BIGINT NOT NULL)
            """,
                    "CREATE INDEX runs_started ON runs (started_at)",
                    "CREATE INDEX runs_workflow ON runs (workflow_id, started_at)",
                    "CREATE INDEX runs_running ON runs (started_at) WHERE status = 'running'",
                    """
            CREATE TABLE leases (
              name TEXT PRIMARY KEY,
              instance_id TEXT NOT NULL,
              since BIGINT NOT NULL)
            """),
            List.of(
                    "DROP INDEX queue_waiting",
                    // With the workflow in it, items of workflows that may not start now are skipped without their
                    // rows.
                    "CREATE INDEX queue_waiting ON queue (seq, workflow_id) WHERE state = 0",
                    "DROP INDEX runs_started",
                    "DROP INDEX runs_workflow",
                    "DROP INDEX runs_running",
                    "CREATE INDEX runs_started ON runs (started_at, run_id)",
                    "CREATE INDEX runs_workflow ON runs (workflow_id, started_at, run_id)",
                    "CREATE INDEX runs_running ON runs (started_at, run_id) WHERE status = 'running'"),
            // Tables are made anew, because a column that is added comes after the large ones.
            List.of(
                    """
            CREATE TABLE claims (
              seq ${IDPK},
              trigger_id TEXT NOT NULL,
              dedup_key TEXT NOT NULL,
              delivery_id TEXT NOT NULL,
              queue_ids TEXT NOT NULL,
              correlation_id TEXT NOT NULL,
              claimed_at BIGINT NOT NULL,
              expires_at BIGINT NOT NULL)
            """,
                    """
            INSERT INTO claims (trigger_id, dedup_key, delivery_id, queue_ids, correlation_id, claimed_at, expires_at)
            SELECT trigger_id, dedup_key, id, '["' || queue_id || '"]', correlation_id, received_at,
              received_at + 259200000
            FROM deliveries WHERE dedup_key IS NOT NULL AND queue_id IS NOT NULL AND accepted = 1 ORDER BY seq
            """,
                    "CREATE UNIQUE INDEX claims_key ON claims (trigger_id, dedup_key)",
                    """
            CREATE TABLE new_deliveries (
              seq ${IDPK},
              id TEXT NOT NULL UNIQUE,
              trigger_id TEXT NOT NULL,
              workflow_id TEXT,
              plugin_id TEXT,
              event_type TEXT,
              sender_id TEXT,
              outcome SMALLINT NOT NULL,
              reason TEXT,
              correlation_id TEXT NOT NULL,
              received_at BIGINT NOT NULL,
              queue_ids TEXT NOT NULL,
              duplicate_of TEXT,
              replay_of TEXT,
              stored_bytes BIGINT NOT NULL,
              request TEXT NOT NULL,
              headers TEXT NOT NULL,
              body_sha256 TEXT,
              body_length BIGINT NOT NULL,
              body_encoding SMALLINT NOT NULL,
              body ${BYTES} NOT NULL)
            """,
                    """
            INSERT INTO new_deliveries (seq, id, trigger_id, workflow_id, event_type, sender_id, outcome, reason,
              correlation_id, received_at, queue_ids, stored_bytes, request, headers, body_length, body_encoding, body)
            SELECT seq, id, trigger_id, (SELECT q.workflow_id FROM queue q WHERE q.queue_id = deliveries.queue_id),
              event_type, dedup_key, CASE WHEN accepted = 1 THEN 0 ELSE 3 END, reason, correlation_id, received_at,
              CASE WHEN queue_id IS NULL THEN '[]' ELSE '["' || queue_id || '"]' END,
              length(headers) + length(body), '{}', headers, body_length,
              CASE WHEN body_length > 0 AND length(body) = 0 THEN -1 ELSE body_encoding END, body
            FROM deliveries ORDER BY seq
            """,
                    "DROP TABLE deliveries",
                    "ALTER TABLE new_deliveries RENAME TO deliveries",
                    // Every filter and the totals of the retention are answered from it.
                    """
            CREATE INDEX deliveries_list ON deliveries (
              seq, outcome, trigger_id, workflow_id, event_type, sender_id, received_at, stored_bytes)
            """,
                    """
            CREATE TABLE new_queue (
              seq ${IDPK},
              queue_id TEXT NOT NULL UNIQUE,
              delivery_id TEXT,
              trigger_id TEXT NOT NULL,
              workflow_id TEXT NOT NULL,
              workflow_name TEXT NOT NULL,
              source TEXT NOT NULL,
              correlation_id TEXT NOT NULL,
              received_at BIGINT NOT NULL,
              concurrency_key TEXT,
              concurrency_policy SMALLINT,
              state SMALLINT NOT NULL,
              run_id TEXT,
              reason TEXT,
              enqueued_at BIGINT NOT NULL,
              updated_at BIGINT NOT NULL,
              stored_bytes BIGINT NOT NULL,
              inputs_length BIGINT NOT NULL,
              inputs_encoding SMALLINT NOT NULL,
              inputs ${BYTES})
            """,
                    """
            INSERT INTO new_queue (seq, queue_id, trigger_id, workflow_id, workflow_name, source, correlation_id,
              received_at, state, run_id, reason, enqueued_at, updated_at, stored_bytes, inputs_length, inputs_encoding,
              inputs)
            SELECT seq, queue_id, trigger_id, workflow_id, workflow_name, source, correlation_id, received_at, state,
              run_id, reason, enqueued_at, updated_at, coalesce(length(inputs), 0), inputs_length, inputs_encoding, inputs
            FROM queue ORDER BY seq
            """,
                    "DROP TABLE queue",
                    "ALTER TABLE new_queue RENAME TO queue",
                    """
            CREATE INDEX queue_waiting ON queue (seq, workflow_id, concurrency_key, stored_bytes) WHERE state = 0
            """,
                    """
            CREATE INDEX queue_lanes ON queue (workflow_id, concurrency_key)
            WHERE state = 0 AND concurrency_key IS NOT NULL
            """,
                    "CREATE INDEX queue_dead ON queue (seq, stored_bytes) WHERE state = 2"));

    private Schema() {}

    /** The steps of an older server, for tests of the way from there. */
    static void migrateTo(WriterSession session, Dialect dialect, int version) throws SQLException {
        session.update("CREATE TABLE schema_version (version INTEGER NOT NULL)");
        for (List<String> step : STEPS.subList(0, version)) {
            for (String sql : step) {
                session.update(dialect.render(sql));
            }
        }
        session.update("INSERT INTO schema_version (version) VALUES (?)", version);
    }

    /** @throws InfloopException if a newer server wrote the database */
    static void migrate(WriterSession session, Dialect dialect) throws SQLException {
        session.update("BEGIN IMMEDIATE");
        try {
            session.update("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
            long version = session.queryNumber("SELECT max(version) FROM schema_version");
            if (version > STEPS.size()) {
                throw new InfloopException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "store.db was written by a newer version of Infinite Loop (schema " + version
                                + "; this one knows " + STEPS.size() + "); start that version or a later one");
            }
            for (int step = Math.toIntExact(version); step < STEPS.size(); step++) {
                for (String sql : STEPS.get(step)) {
                    session.update(dialect.render(sql));
                }
                session.update("DELETE FROM schema_version");
                session.update("INSERT INTO schema_version (version) VALUES (?)", step + 1);
            }
            session.commit();
        } catch (SQLException | RuntimeException failure) {
            session.rollback();
            throw failure;
        }
    }
}
