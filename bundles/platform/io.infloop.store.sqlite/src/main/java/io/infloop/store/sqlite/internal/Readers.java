package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections that only read; opened when they are needed. Thread-safe. */
final class Readers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final int CONNECTIONS = 3;
    private static final long WAIT_SECONDS = 2;

    /** A short read. */
    interface Query<R> {
        R run(SqlSession session) throws SQLException;
    }

    /** A place for a connection. */
    private static final class Slot {
        private SqlSession session;

        void discard() {
            try {
                if (session != null) {
                    session.close();
                }
            } catch (SQLException failure) {
                LOG.debug("A reading connection did not close", failure);
            }
            session = null;
        }
    }

    private final Database database;
    private final BlockingQueue<Slot> free = new ArrayBlockingQueue<>(CONNECTIONS);
    private volatile boolean closed;

    Readers(Database database) {
        this.database = database;
        for (int count = 0; count < CONNECTIONS; count++) {
            free.add(new Slot());
        }
    }

    /** @throws InfloopException {@code STORE_UNAVAILABLE} */
    <R> R read(Query<R> query) {
        Slot slot = take();
        try {
            if (slot.session == null) {
                slot.session = database.openReader();
            }
            return query.run(slot.session);
        } catch (SQLException failure) {
            slot.discard();
            throw SqliteErrors.unavailable(failure);
        } finally {
            if (closed) {
                slot.discard();
            }
            free.add(slot);
        }
    }

    private Slot take() {
        if (closed) {
            throw closing();
        }
        try {
            Slot slot = free.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            if (slot == null) {
                throw SqliteErrors.unavailable("too many reads of the store at once; try again", null);
            }
            return slot;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw SqliteErrors.unavailable("interrupted while waiting for the store", interrupted);
        }
    }

    private static InfloopException closing() {
        return SqliteErrors.unavailable("the server is stopping", null);
    }

    /** Waits for reads that are under way, though not for ever. */
    @Override
    public void close() {
        closed = true;
        for (int count = 0; count < CONNECTIONS; count++) {
            try {
                Slot slot = free.poll(WAIT_SECONDS, TimeUnit.SECONDS);
                if (slot == null) {
                    LOG.warn("A read of the store does not end; its connection stays open");
                } else {
                    slot.discard();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
