package io.infloop.store.sqlite.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The one connection that writes, with the number of waiting items as seen by its transaction. Writer thread only. */
final class WriterSession extends SqlSession {
    private static final long UNKNOWN = -1;

    private long dataVersion = UNKNOWN;
    private int waiting;
    private long waitingBytes;
    private boolean queueChanged;
    private boolean changedByOthers;

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
            Waiting now = queryOne(QueueSql.COUNT_WAITING, row -> new Waiting(row.getInt(1), row.getLong(2)))
                    .orElseThrow();
            waiting = now.items();
            waitingBytes = now.bytes();
            dataVersion = version;
            // An item may have left and another one come: every foreign write counts as a change.
            boolean changed = known || waiting != before;
            queueChanged |= changed;
            changedByOthers |= changed;
        }
    }

    /** Items that wait, what this transaction did included. */
    int waiting() {
        return waiting;
    }

    /** What they take, as they are stored. */
    long waitingBytes() {
        return waitingBytes;
    }

    void itemAdded(long bytes) {
        waiting++;
        waitingBytes += bytes;
        queueChanged = true;
    }

    void itemTaken(long bytes) {
        waiting--;
        waitingBytes -= bytes;
        queueChanged = true;
    }

    /** What may start next may have changed. */
    void queueChanged() {
        queueChanged = true;
    }

    /** Does something within the transaction that is undone, if it gives nothing. */
    <R> Optional<R> attempt(RowWork<R> work) throws SQLException {
        int waitingBefore = waiting;
        long bytesBefore = waitingBytes;
        update("SAVEPOINT attempt");
        Optional<R> result = work.run();
        if (result.isEmpty()) {
            update("ROLLBACK TO attempt");
            waiting = waitingBefore;
            waitingBytes = bytesBefore;
        }
        update("RELEASE attempt");
        return result;
    }

    /** Part of a transaction. */
    interface RowWork<R> {
        Optional<R> run() throws SQLException;
    }

    private record Waiting(int items, long bytes) {}

    /** Whether another server may have changed the queue since the last call. */
    boolean takeChangedByOthers() {
        boolean changed = changedByOthers;
        changedByOthers = false;
        return changed;
    }

    /** Whether the queue may have changed since the last call. */
    boolean takeQueueChanged() {
        boolean changed = queueChanged;
        queueChanged = false;
        return changed;
    }
}
