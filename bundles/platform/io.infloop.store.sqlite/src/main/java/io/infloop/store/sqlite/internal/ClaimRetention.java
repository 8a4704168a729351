package io.infloop.store.sqlite.internal;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets dedup keys whose time is over, oldest first, in slices; and the oldest ones, should there be far too many. */
final class ClaimRetention implements Maintenance.Step {
    private static final Logger LOG = LoggerFactory.getLogger(ClaimRetention.class);
    private static final int SLICE = 2_000;

    private static final String NEXT =
            "SELECT count(*), coalesce(max(seq), 0) FROM (SELECT seq FROM claims WHERE seq > ? ORDER BY seq LIMIT ?) AS slice";
    private static final String DELETE_EXPIRED = "DELETE FROM claims WHERE seq > ? AND seq <= ? AND expires_at <= ?";
    private static final String TOO_OLD =
            "DELETE FROM claims WHERE seq <= (SELECT coalesce(max(seq), 0) FROM claims) - ? AND seq IN"
                    + " (SELECT seq FROM claims ORDER BY seq LIMIT ?)";

    private record Slice(long count, long lastSeq) {}

    private final long now;
    private final long max;
    private long after;
    private boolean trimmed;

    /** @param max keys, whatever their time */
    ClaimRetention(long now, long max) {
        this.now = now;
        this.max = max;
    }

    @Override
    public boolean run(WriterSession session) throws SQLException {
        if (!trimmed) {
            int forgotten = session.update(TOO_OLD, max, SLICE);
            trimmed = forgotten == 0;
            if (forgotten > 0) {
                LOG.warn("more than {} delivery ids are remembered; the {} oldest are forgotten early", max, forgotten);
            }
            return true;
        }
        Slice slice = session.queryOne(NEXT, row -> new Slice(row.getLong(1), row.getLong(2)), after, SLICE)
                .orElseThrow();
        session.update(DELETE_EXPIRED, after, slice.lastSeq(), now);
        after = slice.lastSeq();
        return slice.count() == SLICE;
    }
}
