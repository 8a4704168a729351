package io.infloop.store.sqlite.internal;

import io.infloop.store.RecordStore.RunCursor;
import io.infloop.store.RecordStore.RunRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The statements about runs. */
final class RunSql {
    private static final int MAX_ERROR_LENGTH = 8_192;
    static final String COLUMNS =
            """
            run_id, workflow_id, workflow_name, workflow_version, status, source, correlation_id, queue_id, trigger_id,
            instance_id, started_at, finished_at, cost_usd, error_message, event_count
            """;
    static final String INSERT =
            "INSERT INTO runs (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    /** The first end counts: a run that was settled is not settled again. */
    private static final String FINISH =
            """
            UPDATE runs SET status = ?, finished_at = ?, cost_usd = ?, error_message = ?, event_count = ?
            WHERE run_id = ? AND status = 'running'
            """;

    private RunSql() {}

    static void insert(WriterSession session, RunRow run) throws SQLException {
        session.update(
                INSERT,
                run.runId(),
                run.workflowId(),
                run.workflowName(),
                run.workflowVersion(),
                run.status(),
                run.source(),
                run.correlationId(),
                run.queueId().orElse(null),
                run.triggerId().orElse(null),
                run.instanceId(),
                run.startedAt(),
                run.finishedAt().isPresent() ? run.finishedAt().getAsLong() : null,
                run.costUsd().isPresent() ? run.costUsd().getAsDouble() : null,
                run.errorMessage().map(RunSql::bounded).orElse(null),
                run.eventCount());
    }

    static void finish(
            WriterSession session,
            String runId,
            String status,
            long finishedAt,
            OptionalDouble costUsd,
            Optional<String> errorMessage,
            long eventCount)
            throws SQLException {
        int ended = session.update(
                FINISH,
                status,
                finishedAt,
                costUsd.isPresent() ? costUsd.getAsDouble() : null,
                errorMessage.map(RunSql::bounded).orElse(null),
                eventCount,
                runId);
        if (ended == 1) {
            QueueSql.runEnded(session, runId);
        }
    }

    static void delete(WriterSession session, String runId) throws SQLException {
        session.update("DELETE FROM runs WHERE run_id = ? AND status <> 'running'", runId);
    }

    static Optional<RunRow> find(SqlSession session, String runId) throws SQLException {
        return session.queryOne("SELECT " + COLUMNS + " FROM runs WHERE run_id = ?", RunSql::row, runId);
    }

    static List<RunRow> list(
            SqlSession session,
            Optional<String> workflowId,
            Optional<String> status,
            Optional<RunCursor> before,
            int limit)
            throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT " + COLUMNS + " FROM runs WHERE 1 = 1");
        List<Object> parameters = new ArrayList<>();
        workflowId.ifPresent(id -> {
            sql.append(" AND workflow_id = ?");
            parameters.add(id);
        });
        status.ifPresent(text -> {
            if (text.equals("running")) {
                // As a literal it can use the partial index.
                sql.append(" AND status = 'running'");
            } else {
                sql.append(" AND status = ?");
                parameters.add(text);
            }
        });
        before.ifPresent(cursor -> {
            sql.append(" AND (started_at, run_id) < (?, ?)");
            parameters.add(cursor.startedAt());
            parameters.add(cursor.runId());
        });
        sql.append(" ORDER BY started_at DESC, run_id DESC LIMIT ?");
        parameters.add(limit);
        return session.query(sql.toString(), RunSql::row, parameters.toArray());
    }

    private static RunRow row(ResultSet row) throws SQLException {
        long finishedAt = row.getLong(12);
        OptionalLong finished = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(finishedAt);
        double costUsd = row.getDouble(13);
        OptionalDouble cost = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(costUsd);
        return new RunRow(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                Optional.ofNullable(row.getString(8)),
                Optional.ofNullable(row.getString(9)),
                row.getString(10),
                row.getLong(11),
                finished,
                cost,
                Optional.ofNullable(row.getString(14)),
                row.getLong(15));
    }

    private static String bounded(String text) {
        if (text.length() <= MAX_ERROR_LENGTH) {
            return text;
        }
        int end =
                Character.isHighSurrogate(text.charAt(MAX_ERROR_LENGTH - 1)) ? MAX_ERROR_LENGTH - 1 : MAX_ERROR_LENGTH;
        return text.substring(0, end) + "…";
    }
}
