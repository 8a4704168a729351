package io.infloop.store.sqlite.internal;

import io.infloop.store.DeliveryOutcome;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * Forgets the oldest deliveries of one outcome beyond age, number and size. Each outcome has bounds of its own, so that a flood of
 * one kind costs nothing of another. A delivery with an item that waits or runs stays. First it looks, in slices of an index, for the
 * newest delivery that is too many; then it deletes up to there, in slices too.
 */
final class DeliveryRetention implements Maintenance.Step {
    private static final int LOOK_SLICE = 10_000;
    private static final int DELETE_SLICE = 500;

    private static final String NEXT_NEWEST =
            """
            SELECT count(*), coalesce(sum(stored_bytes), 0), coalesce(min(seq), 0), coalesce(min(received_at), 0) FROM (
              SELECT seq, stored_bytes, received_at FROM deliveries INDEXED BY deliveries_list
              WHERE outcome = ? AND seq < ? ORDER BY seq DESC LIMIT ?) AS slice
            """;
    private static final String NEXT_OLDEST =
            """
            SELECT count(*), coalesce(max(seq), 0) FROM (
              SELECT seq FROM deliveries INDEXED BY deliveries_list
              WHERE outcome = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?) AS slice
            """;
    /** None that waits or runs: its item is in the queue, or was claimed by a run that has not ended. */
    static final String DELETE =
            """
            DELETE FROM deliveries WHERE seq > ? AND seq <= ? AND outcome = ? AND NOT EXISTS (
              SELECT 1 FROM json_each(deliveries.queue_ids) AS one
              JOIN queue ON queue.queue_id = one.value LEFT JOIN runs ON runs.run_id = queue.run_id
              WHERE deliveries.outcome = 0 AND (queue.state = 0 OR runs.status = 'running'))
            """;

    /** How much is kept; received before {@code since} goes. */
    record Bounds(long since, long rows, long bytes) {}

    private record Slice(long count, long bytes, long firstSeq, long oldest) {}

    private record Oldest(long count, long lastSeq) {}

    private final int outcome;
    private final Bounds bounds;
    private long before = Long.MAX_VALUE;
    private long rows;
    private long bytes;
    private int look = LOOK_SLICE;
    /** The newest one that goes, once it is known. */
    private OptionalLong last = OptionalLong.empty();

    private long deletedUpTo;

    DeliveryRetention(DeliveryOutcome outcome, Bounds bounds) {
        this.outcome = DeliverySql.number(outcome);
        this.bounds = bounds;
    }

    @Override
    public boolean run(WriterSession session) throws SQLException {
        return last.isPresent() ? delete(session, last.getAsLong()) : look(session);
    }

    /** From the newest on, for as long as everything may stay. */
    private boolean look(WriterSession session) throws SQLException {
        Slice slice = session.queryOne(
                        NEXT_NEWEST,
                        row -> new Slice(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                        outcome,
                        before,
                        look)
                .orElseThrow();
        if (slice.count() == 0) {
            return false;
        }
        boolean fits = rows + slice.count() <= bounds.rows()
                && bytes + slice.bytes() <= bounds.bytes()
                && slice.oldest() >= bounds.since();
        if (fits) {
            rows += slice.count();
            bytes += slice.bytes();
            before = slice.firstSeq();
            return slice.count() == look;
        }
        if (look > 1) {
            // The bound lies within the slice.
            look = Math.max(1, look / 10);
            return true;
        }
        last = OptionalLong.of(slice.firstSeq());
        return true;
    }

    private boolean delete(WriterSession session, long upTo) throws SQLException {
        Oldest slice = session.queryOne(
                        NEXT_OLDEST,
                        row -> new Oldest(row.getLong(1), row.getLong(2)),
                        outcome,
                        deletedUpTo,
                        upTo,
                        DELETE_SLICE)
                .orElseThrow();
        if (slice.count() > 0) {
            session.update(DELETE, deletedUpTo, slice.lastSeq(), outcome);
            deletedUpTo = slice.lastSeq();
        }
        return slice.count() == DELETE_SLICE;
    }
}
