package io.infloop.store.sqlite.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import java.sql.SQLException;
import java.util.Set;

/** What SQLite's result codes mean for those who wait for an answer. */
final class SqliteErrors {
    private static final int IOERR = 10;
    private static final int CONSTRAINT = 19;
    private static final Set<Integer> CORRUPT = Set.of(11, 26);
    /**
     * The driver's own complaints, ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE: the statement is to blame, not the database.
     */
    private static final Set<Integer> STATEMENT = Set.of(0, 1, 18, CONSTRAINT, 20, 21, 25);

    private SqliteErrors() {}

    /** Whether the database as a whole is in trouble: full, broken, locked, not writable. */
    static boolean isResource(SQLException exception) {
        return !STATEMENT.contains(primary(exception));
    }

    /** The same failure where no statement of a caller can be to blame. */
    static SQLException ofDatabase(SQLException exception) {
        return isResource(exception) ? exception : new SQLException(exception.getMessage(), null, IOERR, exception);
    }

    static boolean isCorrupt(SQLException exception) {
        return CORRUPT.contains(primary(exception));
    }

    static InfloopException unavailable(String what, Throwable cause) {
        return new InfloopException(ErrorCode.STORE_UNAVAILABLE, what, cause);
    }

    static InfloopException unavailable(SQLException cause) {
        return unavailable("the store cannot be used now: " + reason(cause), cause);
    }

    /** The answer for one write that failed by itself. */
    static InfloopException refused(Exception cause) {
        if (cause instanceof InfloopException known) {
            return known;
        }
        if (cause instanceof SQLException sql && primary(sql) == CONSTRAINT) {
            return new InfloopException(
                    ErrorCode.CONFLICT, "a record with the same id is stored already; nothing was changed", cause);
        }
        return new InfloopException(ErrorCode.INTERNAL, "the record could not be stored; nothing was changed", cause);
    }

    static String reason(SQLException exception) {
        return switch (primary(exception)) {
            case 5, 6 -> "another process keeps the database locked; it is tried again";
            case 8 -> "the database or its directory is read-only; check owner and permissions";
            case 10 -> "reading or writing the database failed; check the disk";
            case 11, 26 ->
                "the database is damaged; restart the server: it sets the file aside as store.db.corrupt-… and takes"
                        + " over what can be read of it";
            case 13 -> "the disk is full; free some space";
            case 14 -> "the database cannot be opened; check owner and permissions of the data directory";
            default -> "SQLite reports error " + primary(exception);
        };
    }

    private static int primary(SQLException exception) {
        return exception.getErrorCode() & 0xff;
    }
}
