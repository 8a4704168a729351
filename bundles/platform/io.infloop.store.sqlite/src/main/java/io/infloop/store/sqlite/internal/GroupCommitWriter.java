package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It commits what gathered while the previous group was synced, so that many writes share a sync. Writes
 * are acknowledged after their commit, on another thread.
 */
final class GroupCommitWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitWriter.class);
    private static final int QUEUED = 4_096;
    private static final int UNFINISHED = 16_384;
    private static final long UNFINISHED_BYTES = 64L * 1024 * 1024;
    private static final int GROUP = 256;
    private static final int GROUP_BYTES = 4 * 1024 * 1024;
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long IDLE_MILLIS = 200;
    private static final long BETWEEN_STEPS_MILLIS = 5;
    private static final long MAINTENANCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** So that what is forgotten keeps up with a flood of what comes. */
    private static final long NEXT_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long REOPEN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int FAILURES_TO_REOPEN = 3;

    /** Opens the writing connection. */
    interface Opener {
        WriterSession open() throws SQLException;
    }

    private final Opener opener;
    private final EnqueueBatch enqueues;
    private final Maintenance maintenance;
    private final Executor callbacks;
    private final QueueWatch queueChanged;
    private final BlockingQueue<Write<?>> queue = new ArrayBlockingQueue<>(QUEUED);
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicLong unfinishedBytes = new AtomicLong();
    private final Thread thread = new Thread(this::run, "infloop-store-writer");
    private volatile int waiting;
    private volatile boolean closing;
    private volatile boolean ended;
    // Of the writer thread only:
    private WriterSession session;
    private int failuresInARow;
    private long nextOpening = System.nanoTime();
    private long nextMaintenance = System.nanoTime();

    /** Told after the queue changed; must be quick. */
    interface QueueWatch {
        /** @param byOthers whether another server may have changed it */
        void changed(boolean byOthers);
    }

    GroupCommitWriter(
            Opener opener, EnqueueBatch enqueues, Maintenance maintenance, Executor callbacks, QueueWatch queueChanged)
            throws SQLException {
        this.opener = opener;
        this.enqueues = enqueues;
        this.maintenance = maintenance;
        this.callbacks = callbacks;
        this.queueChanged = queueChanged;
        session = opener.open();
        session.noticeOthers();
        waiting = session.waiting();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Waiting queue items, those of other servers up to a moment ago. */
    int waiting() {
        return waiting;
    }

    /** How many writes have not started. */
    int backlog() {
        return queue.size();
    }

    /** Never blocks; refuses when too much waits or the oldest write waits for too long. */
    <R> CompletableFuture<R> submit(Write<R> write) {
        if (closing) {
            write.fail(SqliteErrors.unavailable("the server is stopping", null));
            return write.future();
        }
        Write<?> oldest = queue.peek();
        boolean stuck = oldest != null && System.nanoTime() - oldest.submittedNanos() > MAX_WAIT_NANOS;
        if (stuck
                || unfinished.get() >= UNFINISHED
                || unfinishedBytes.get() + write.bytes() > UNFINISHED_BYTES
                || !queue.offer(write)) {
            write.fail(SqliteErrors.unavailable("the disk does not keep up; send it again in a moment", null));
            return write.future();
        }
        unfinished.incrementAndGet();
        unfinishedBytes.addAndGet(write.bytes());
        if (ended && queue.remove(write)) {
            failed(write, SqliteErrors.unavailable("the server is stopping", null));
        }
        return write.future();
    }

    private void run() {
        while (true) {
            try {
                Write<?> first = closing ? queue.poll() : queue.poll(idleMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    write(gather(first));
                } else if (closing) {
                    break;
                } else {
                    lookForOthers();
                }
                maintain(first == null);
            } catch (InterruptedException interrupted) {
                // Nobody may stop this thread but close(); a write that is under way would be lost.
                LOG.warn("Somebody interrupted the store's writer; it goes on");
            } catch (RuntimeException | Error failure) {
                LOG.error("The store's writer met an error; it goes on", failure);
            }
        }
        ended = true;
        List<Write<?>> late = new ArrayList<>();
        queue.drainTo(late);
        late.forEach(write -> failed(write, SqliteErrors.unavailable("the server is stopping", null)));
        checkpointAndClose();
    }

    /** What maintenance has begun goes on while there is nothing else to do. */
    private long idleMillis() {
        return maintenance.isUnderWay() ? BETWEEN_STEPS_MILLIS : IDLE_MILLIS;
    }

    private List<Write<?>> gather(Write<?> first) {
        List<Write<?>> group = new ArrayList<>();
        group.add(first);
        long bytes = first.bytes();
        while (group.size() < GROUP) {
            Write<?> next = queue.peek();
            if (next == null || bytes + next.bytes() > GROUP_BYTES) {
                break;
            }
            queue.remove();
            group.add(next);
            bytes += next.bytes();
        }
        return group;
    }

    private void write(List<Write<?>> group) {
        try {
            commit(group);
            failuresInARow = 0;
            finished(group, session.takeQueueChanged(), session.takeChangedByOthers());
        } catch (SQLException failure) {
            if (SqliteErrors.isResource(failure)) {
                resourceFailed(failure);
                group.forEach(write -> failed(write, SqliteErrors.unavailable(failure)));
            } else {
                replay(group, failure);
            }
        } catch (RuntimeException failure) {
            replay(group, failure);
        } catch (Error failure) {
            group.forEach(write -> failed(write, SqliteErrors.unavailable("the store met an error", failure)));
            throw failure;
        }
    }

    /** One bad write must not fail the others of its group. */
    private void replay(List<Write<?>> group, Exception failure) {
        if (group.size() == 1) {
            failed(group.get(0), SqliteErrors.refused(failure));
        } else {
            group.forEach(write -> write(List.of(write)));
        }
    }

    private void commit(List<Write<?>> group) throws SQLException {
        WriterSession current = session();
        boolean committed = false;
        try {
            begin(current);
            apply(current, group);
            current.commit();
            committed = true;
        } finally {
            if (!committed) {
                current.rollback();
            }
        }
        waiting = current.waiting();
    }

    private static void begin(WriterSession current) throws SQLException {
        try {
            current.begin();
        } catch (SQLException failure) {
            throw SqliteErrors.ofDatabase(failure);
        }
    }

    private void apply(WriterSession current, List<Write<?>> group) throws SQLException {
        List<EnqueueWrite> batch = new ArrayList<>();
        for (Write<?> write : group) {
            if (write instanceof EnqueueWrite enqueue) {
                batch.add(enqueue);
            } else {
                enqueues.apply(current, batch);
                batch.clear();
                write.apply(current);
            }
        }
        enqueues.apply(current, batch);
    }

    private WriterSession session() throws SQLException {
        if (session == null) {
            if (System.nanoTime() - nextOpening < 0) {
                throw new SQLException("the database is closed for a moment", null, 14);
            }
            nextOpening = System.nanoTime() + REOPEN_NANOS;
            session = opener.open();
            LOG.info("The database is open again");
        }
        return session;
    }

    private void resourceFailed(SQLException failure) {
        failuresInARow++;
        if (session != null) {
            session.rollback();
        }
        if (failuresInARow == 1) {
            LOG.error("Writing to the store failed: {}", SqliteErrors.reason(failure), failure);
        }
        if (failuresInARow % FAILURES_TO_REOPEN == 0 && session != null) {
            LOG.error("Writing to the store failed {} times in a row; opening the database again", failuresInARow);
            closeSession();
            nextOpening = System.nanoTime();
        }
    }

    /** Who asked for a change hears of it before those who watch the queue: an accepted delivery is announced before its run starts. */
    private void finished(List<Write<?>> group, boolean changed, boolean byOthers) {
        callbacks.execute(() -> {
            group.forEach(write -> {
                release(write);
                write.complete();
            });
            if (changed) {
                queueChanged.changed(byOthers);
            }
        });
    }

    private void failed(Write<?> write, InfloopException reason) {
        callbacks.execute(() -> {
            release(write);
            write.fail(reason);
        });
    }

    private void release(Write<?> write) {
        unfinished.decrementAndGet();
        unfinishedBytes.addAndGet(-write.bytes());
    }

    private void lookForOthers() {
        try {
            WriterSession current = session();
            current.noticeOthers();
            waiting = current.waiting();
            boolean byOthers = current.takeChangedByOthers();
            if (current.takeQueueChanged()) {
                queueChanged.changed(byOthers);
            }
        } catch (SQLException failure) {
            resourceFailed(failure);
        }
    }

    /** One step when there is nothing else to do, or when that has not happened for a while. */
    private void maintain(boolean idle) {
        long now = System.nanoTime();
        if (closing || session == null || !(idle || now - nextMaintenance > 0) || !maintenance.isDue()) {
            return;
        }
        try {
            maintenance.runStep(session);
            nextMaintenance = now + (maintenance.isUnderWay() ? NEXT_STEP_NANOS : MAINTENANCE_NANOS);
        } catch (SQLException failure) {
            nextMaintenance = now + MAINTENANCE_NANOS;
            resourceFailed(failure);
        }
    }

    private void checkpointAndClose() {
        try {
            if (session != null) {
                session.queryNumber("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        } catch (SQLException failure) {
            LOG.warn("The write-ahead log stays for the next start: {}", SqliteErrors.reason(failure));
        }
        closeSession();
    }

    private void closeSession() {
        try {
            if (session != null) {
                session.close();
            }
        } catch (SQLException failure) {
            LOG.warn("The writing connection did not close", failure);
        }
        session = null;
    }

    /** Refuses new writes, commits those that wait, and closes the connection. */
    @Override
    public void close() {
        closing = true;
        if (!queue.offer(new Write<>(0, current -> null))) {
            LOG.debug("The writer has much to do and needs no wake-up");
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
