package io.infloop.store.sqlite.internal;

import java.sql.Connection;
import java.sql.SQLException;

/** The one connection that writes, with the number of waiting items as seen by its transaction. Writer thread only. */
final class WriterSession extends SqlSession {
    private static final long UNKNOWN = -1;

    private long dataVersion = UNKNOWN;
    private int waiting;
    private boolean queueChanged;

    WriterSession(Connection connection) {
        super(connection);
    }

    void begin() throws SQLException {
        update("BEGIN IMMEDIATE");
        // Only now nobody else can write any more.
        noticeOthers();
    }

    void commit() throws SQLException {
        update("COMMIT");
    }

    /** Makes the session usable again after a failure. */
    void rollback() {
        dataVersion = UNKNOWN;
        discardStatements();
        try {
            update("ROLLBACK");
        } catch (SQLException noTransaction) {
            // SQLite has rolled back by itself; a connection that is unusable shows at the next BEGIN.
            discardStatements();
        }
    }

    /** Counts again if another connection wrote since the last look. */
    void noticeOthers() throws SQLException {
        long version = queryNumber("PRAGMA data_version");
        if (version != dataVersion) {
            int before = waiting;
            boolean known = dataVersion != UNKNOWN;
            waiting = Math.toIntExact(queryNumber(QueueSql.COUNT_WAITING));
            dataVersion = version;
            // An item may have left and another one come: every foreign write counts as a change.
            queueChanged |= known || waiting != before;
        }
    }

    /** Items that wait, what this transaction did included. */
    int waiting() {
        return waiting;
    }

    void itemsAdded(int count) {
        waiting += count;
        queueChanged = true;
    }

    void itemTaken() {
        waiting--;
        queueChanged = true;
    }

    /** Whether the queue may have changed since the last call. */
    boolean takeQueueChanged() {
        boolean changed = queueChanged;
        queueChanged = false;
        return changed;
    }
}
