package io.infloop.store.sqlite.internal;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.DeliveryOutcome;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the database small, in steps so short that the writer can do one between two groups. Each minute it trims
 * deliveries, dead letters and an oversized database; each hour it forgets what else is old and gives the space back. Writer thread only.
 */
final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final long CHECK_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final long CLEAN_MILLIS = Duration.ofHours(1).toMillis();
    private static final int SLICE = 500;
    private static final int FEW = 32;
    private static final int MIN_FREE_PAGES = 256;
    private static final int MANY_FREE_PAGES = 4_096;
    /** Of duplicates, filtered and rejected ones, each. */
    private static final int KEPT_OTHERS = 10_000;

    private static final long KEPT_OTHERS_BYTES = 64L * 1024 * 1024;
    private static final int KEPT_DEAD = 10_000;
    private static final long KEPT_DEAD_BYTES = 256L * 1024 * 1024;
    private static final long KEPT_CLAIMS = 5_000_000;
    /** The size from which on the oldest records go early, unless deliveries alone may be larger. */
    private static final long MAX_DATABASE_BYTES = 2L * 1024 * 1024 * 1024;

    private static final String OLDEST_DELIVERIES =
            "SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?) AS slice";
    private static final String DELETE_DELIVERIES = DeliveryRetention.DELETE.replace(" AND outcome = ?", "");
    private static final String DEAD_BYTES = "SELECT coalesce(sum(stored_bytes), 0) FROM queue WHERE state = 2";
    private static final String TRIM_DEAD =
            """
            DELETE FROM queue WHERE seq IN (
              SELECT seq FROM queue WHERE state = 2 ORDER BY seq DESC LIMIT ? OFFSET ?)
            """;
    private static final String TRIM_OLDEST_DEAD =
            "DELETE FROM queue WHERE seq IN (SELECT seq FROM queue WHERE state = 2 ORDER BY seq LIMIT ?)";
    private static final String NEXT_ITEMS =
            """
            SELECT count(*), max(seq), min(enqueued_at)
            FROM (SELECT seq, enqueued_at FROM queue WHERE seq > ? ORDER BY seq LIMIT ?) AS slice
            """;
    /** The item of a run that goes on tells its lane, and holds its delivery. */
    private static final String DELETE_OLD_ITEMS =
            """
            DELETE FROM queue WHERE seq > ? AND seq <= ? AND state <> 0 AND updated_at < ? AND NOT EXISTS (
              SELECT 1 FROM runs WHERE runs.run_id = queue.run_id AND runs.status = 'running')
            """;

    interface Step {
        /** @return whether there is more to do */
        boolean run(WriterSession session) throws SQLException;
    }

    private record Slice(long count, long lastSeq, long oldest) {}

    private final Clock clock;
    private final DeliverySettings kept;
    private final long maxBytes;
    private final Deque<Step> steps = new ArrayDeque<>();
    private long nextCheck;
    private long nextCleaning;
    private boolean shrunk;
    /** Below it nothing is left that may go. */
    private long shrunkUpTo;

    Maintenance(Clock clock, DeliverySettings kept) {
        this(clock, kept, Math.max(MAX_DATABASE_BYTES, 2 * (kept.retentionMaxBytes() + kept.queueMaxBytes())));
    }

    /** @param maxBytes the size from which on the oldest deliveries go early */
    Maintenance(Clock clock, DeliverySettings kept, long maxBytes) {
        this.clock = clock;
        this.kept = kept;
        this.maxBytes = maxBytes;
        nextCheck = clock.millis() + CHECK_MILLIS;
        nextCleaning = nextCheck;
    }

    /** Whether something has begun, so that its next step should come soon. */
    boolean isUnderWay() {
        return !steps.isEmpty();
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
        long cutoff = now - kept.retention().toMillis();
        nextCheck = now + CHECK_MILLIS;
        for (DeliveryOutcome outcome : DeliveryOutcome.values()) {
            steps.add(new DeliveryRetention(outcome, bounds(outcome, cutoff)));
        }
        steps.add(Maintenance::trimDeadLetters);
        shrunkUpTo = 0;
        steps.add(this::shrink);
        if (cleaning) {
            nextCleaning = now + CLEAN_MILLIS;
            steps.add(new OldItems(cutoff));
            steps.add(new ClaimRetention(now, KEPT_CLAIMS));
        }
        steps.add(session -> vacuum(session, cleaning ? MIN_FREE_PAGES : MANY_FREE_PAGES));
        if (cleaning) {
            steps.add(Maintenance::checkpoint);
        }
    }

    private DeliveryRetention.Bounds bounds(DeliveryOutcome outcome, long since) {
        return switch (outcome) {
            case ACCEPTED -> new DeliveryRetention.Bounds(since, kept.retentionMax(), kept.retentionMaxBytes());
            case DUPLICATE, FILTERED, REJECTED -> new DeliveryRetention.Bounds(since, KEPT_OTHERS, KEPT_OTHERS_BYTES);
        };
    }

    private static boolean trimDeadLetters(WriterSession session) throws SQLException {
        if (session.update(TRIM_DEAD, SLICE, KEPT_DEAD) == SLICE) {
            return true;
        }
        return session.queryNumber(DEAD_BYTES) > KEPT_DEAD_BYTES && session.update(TRIM_OLDEST_DEAD, FEW) > 0;
    }

    /** Not what waits or runs: that is bounded by the queue. */
    private boolean shrink(WriterSession session) throws SQLException {
        long pages = session.queryNumber("PRAGMA page_count") - session.queryNumber("PRAGMA freelist_count");
        if (pages * session.queryNumber("PRAGMA page_size") <= maxBytes) {
            shrunk = false;
            return false;
        }
        if (!shrunk) {
            shrunk = true;
            LOG.warn(
                    "store.db is larger than {} MB: the oldest records are forgotten before their time",
                    maxBytes >> 20);
        }
        long last = session.queryNumber(OLDEST_DELIVERIES, shrunkUpTo, SLICE);
        Slice items = slice(session, 0);
        session.update(DELETE_DELIVERIES, shrunkUpTo, last);
        shrunkUpTo = Math.max(shrunkUpTo, last);
        return session.update(DELETE_OLD_ITEMS, 0L, items.lastSeq(), Long.MAX_VALUE) > 0 || last > 0;
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

    private static boolean vacuum(WriterSession session, long freePages) throws SQLException {
        long before = session.queryNumber("PRAGMA freelist_count");
        if (before < freePages) {
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
