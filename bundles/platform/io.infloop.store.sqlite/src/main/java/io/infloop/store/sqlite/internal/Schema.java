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
                    "CREATE INDEX runs_running ON runs (started_at, run_id) WHERE status = 'running'"));

    private Schema() {}

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
