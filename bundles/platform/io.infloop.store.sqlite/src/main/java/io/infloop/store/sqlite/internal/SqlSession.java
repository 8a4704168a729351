package io.infloop.store.sqlite.internal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A connection with the statements prepared on it. For one thread at a time. */
class SqlSession implements AutoCloseable {
    /** Reads one row. */
    interface RowReader<R> {
        R read(ResultSet row) throws SQLException;
    }

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    SqlSession(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** The statement, prepared once; {@code sql} comes from a bounded set of texts. */
    PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        return statement;
    }

    /** @return the number of rows changed */
    int update(String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = prepared(sql);
        bind(statement, 1, parameters);
        return statement.executeUpdate();
    }

    <R> List<R> query(String sql, RowReader<R> reader, Object... parameters) throws SQLException {
        PreparedStatement statement = prepared(sql);
        bind(statement, 1, parameters);
        List<R> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                rows.add(reader.read(result));
            }
        }
        return rows;
    }

    <R> Optional<R> queryOne(String sql, RowReader<R> reader, Object... parameters) throws SQLException {
        return query(sql, reader, parameters).stream().findFirst();
    }

    long queryNumber(String sql, Object... parameters) throws SQLException {
        return queryOne(sql, row -> row.getLong(1), parameters).orElse(0L);
    }

    /** @return the index after the last one bound */
    static int bind(PreparedStatement statement, int first, Object... parameters) throws SQLException {
        int index = first;
        for (Object parameter : parameters) {
            if (parameter instanceof String text) {
                // PostgreSQL refuses NUL in a text; both stores keep the same.
                statement.setString(index, text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD'));
            } else if (parameter instanceof Long number) {
                statement.setLong(index, number);
            } else if (parameter instanceof Integer number) {
                statement.setInt(index, number);
            } else if (parameter instanceof byte[] bytes) {
                statement.setBytes(index, bytes);
            } else if (parameter instanceof Double number) {
                statement.setDouble(index, number);
            } else {
                statement.setObject(index, parameter);
            }
            index++;
        }
        return index;
    }

    /** The driver closes a statement that failed, so none is used again after a failure. */
    void discardStatements() {
        statements.values().forEach(statement -> {
            try {
                statement.close();
            } catch (SQLException unusable) {
                // It goes with the connection.
            }
        });
        statements.clear();
    }

    @Override
    public void close() throws SQLException {
        discardStatements();
        connection.close();
    }
}
