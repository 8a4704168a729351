package io.infloop.store.sqlite.internal;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the database small, in steps so short that the writer can do one between two groups. Each minute it trims refused deliveries
 * and an oversized database; each hour it forgets what is old and gives the space back. Writer thread only.
 */
final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final Duration KEPT = Duration.ofDays(3);
    private static final long CHECK_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final long CLEAN_MILLIS = Duration.ofHours(1).toMillis();
    private static final int SLICE = 1_000;
    private static final int KEPT_REJECTED = 10_000;
    private static final int MIN_FREE_PAGES = 256;

    private static final String TRIM_REJECTED =
            """
            DELETE FROM deliveries WHERE seq IN (
              SELECT seq FROM deliveries WHERE accepted = 0 ORDER BY seq DESC LIMIT ? OFFSET ?)
            """;
    private static final String DELETE_OLD_DELIVERIES =
            """
            DELETE FROM deliveries WHERE seq IN (
              SELECT seq FROM (SELECT seq, received_at FROM deliveries ORDER BY seq LIMIT ?) AS oldest
              WHERE received_at < ?)
            """;
    private static final String NEXT_ITEMS =
            """
            SELECT count(*), max(seq), min(enqueued_at)
            FROM (SELECT seq, enqueued_at FROM queue WHERE seq > ? ORDER BY seq LIMIT ?) AS slice
            """;
    private static final String DELETE_OLD_ITEMS =
            "DELETE FROM queue WHERE seq > ? AND seq <= ? AND state <> 0 AND updated_at < ?";

    private interface Step {
        /** @return whether there is more to do */
        boolean run(WriterSession session) throws SQLException;
    }

    private record Slice(long count, long lastSeq, long oldest) {}

    private final Clock clock;
    private final long maxBytes;
    private final Deque<Step> steps = new ArrayDeque<>();
    private long nextCheck;
    private long nextCleaning;
    private boolean shrunk;

    /** @param maxBytes the size from which on the oldest deliveries go early */
    Maintenance(Clock clock, long maxBytes) {
        this.clock = clock;
        this.maxBytes = maxBytes;
        nextCheck = clock.millis() + CHECK_MILLIS;
        nextCleaning = nextCheck;
    }

    boolean isDue() {
        return !steps.isEmpty() || isOver(nextCheck, CHECK_MILLIS);
    }

    /** Also when the clock was set back, so that the time would not come for long. */
    private boolean isOver(long time, long period) {
        long left = time - clock.millis();
        return left <= 0 || left > period;
    }

    /** Does the next step. */
    void runStep(WriterSession session) throws SQLException {
        if (steps.isEmpty()) {
            plan();
        }
        Step step = steps.element();
        boolean more;
        try {
            more = step.run(session);
        } catch (SQLException failure) {
            // Tried again from the start in a minute.
            steps.clear();
            throw failure;
        }
        if (!more) {
            steps.remove();
        }
    }

    private void plan() {
        long now = clock.millis();
        boolean cleaning = isOver(nextCleaning, CLEAN_MILLIS);
        nextCheck = now + CHECK_MILLIS;
        steps.add(session -> session.update(TRIM_REJECTED, SLICE, KEPT_REJECTED) == SLICE);
        steps.add(this::shrink);
        if (cleaning) {
            nextCleaning = now + CLEAN_MILLIS;
            long cutoff = now - KEPT.toMillis();
            steps.add(session -> session.update(DELETE_OLD_DELIVERIES, SLICE, cutoff) == SLICE);
            steps.add(new OldItems(cutoff));
            steps.add(Maintenance::vacuum);
            steps.add(Maintenance::checkpoint);
        }
    }

    private boolean shrink(WriterSession session) throws SQLException {
        long pages = session.queryNumber("PRAGMA page_count") - session.queryNumber("PRAGMA freelist_count");
        if (pages * session.queryNumber("PRAGMA page_size") <= maxBytes) {
            shrunk = false;
            return false;
        }
        if (!shrunk) {
            shrunk = true;
            LOG.warn(
                    "store.db is larger than {} MB: the oldest deliveries are forgotten before their three days are over",
                    maxBytes >> 20);
        }
        int deliveries = session.update(DELETE_OLD_DELIVERIES, SLICE, Long.MAX_VALUE);
        Slice items = slice(session, 0);
        return deliveries + session.update(DELETE_OLD_ITEMS, 0L, items.lastSeq(), Long.MAX_VALUE) > 0;
    }

    private static Slice slice(WriterSession session, long after) throws SQLException {
        return session.queryOne(
                        NEXT_ITEMS, row -> new Slice(row.getLong(1), row.getLong(2), row.getLong(3)), after, SLICE)
                .orElseThrow();
    }

    /** Walks through the queue from its oldest item on; waiting ones stay where they are. */
    private static final class OldItems implements Step {
        private final long cutoff;
        private long after;

        OldItems(long cutoff) {
            this.cutoff = cutoff;
        }

        @Override
        public boolean run(WriterSession session) throws SQLException {
            Slice slice = slice(session, after);
            if (slice.count() > 0) {
                session.update(DELETE_OLD_ITEMS, after, slice.lastSeq(), cutoff);
                after = slice.lastSeq();
            }
            return slice.count() == SLICE && slice.oldest() < cutoff;
        }
    }

    private static boolean vacuum(WriterSession session) throws SQLException {
        long before = session.queryNumber("PRAGMA freelist_count");
        if (before < MIN_FREE_PAGES) {
            return false;
        }
        try (Statement statement = session.connection().createStatement()) {
            // Every other way to execute it frees a single page.
            statement.executeUpdate("PRAGMA incremental_vacuum(500)");
        }
        return session.queryNumber("PRAGMA freelist_count") < before;
    }

    private static boolean checkpoint(WriterSession session) throws SQLException {
        // A reader that is in the way must not hold up the writer.
        try {
            session.queryNumber("PRAGMA busy_timeout=50");
            session.queryNumber("PRAGMA wal_checkpoint(TRUNCATE)");
        } finally {
            session.queryNumber("PRAGMA busy_timeout=5000");
        }
        return false;
    }
}
