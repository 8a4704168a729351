package io.infloop.store.sqlite.internal;

import io.infloop.store.DedupKey;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueFull;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Adds many items with few statements: each inserts up to 32 rows. What needs more than inserts goes one by one. */
final class EnqueueBatch {
    private static final int[] ROWS_PER_STATEMENT = {32, 8, 1};
    private static final String[] INSERT_CLAIMS = statements(Claims::insert);
    private static final String[] INSERT_DELIVERIES =
            statements(rows -> "INSERT INTO deliveries (" + EncodedDelivery.COLUMNS + ") VALUES "
                    + String.join(", ", Collections.nCopies(rows, EncodedDelivery.ROW)));
    private static final String[] INSERT_ITEMS = statements(rows -> "INSERT INTO queue (" + EnqueueWrite.Item.COLUMNS
            + ") VALUES " + String.join(", ", Collections.nCopies(rows, EnqueueWrite.Item.ROW)));
    static final String INSERT_DELIVERY = INSERT_DELIVERIES[ROWS_PER_STATEMENT.length - 1];
    static final String INSERT_ITEM = INSERT_ITEMS[ROWS_PER_STATEMENT.length - 1];

    private final QueueBounds bounds;
    private final Claims claims;
    private final SingleEnqueue single;

    EnqueueBatch(QueueBounds bounds, Claims claims) {
        this.bounds = bounds;
        this.claims = claims;
        this.single = new SingleEnqueue(bounds, claims);
    }

    private static String[] statements(java.util.function.IntFunction<String> ofRows) {
        String[] statements = new String[ROWS_PER_STATEMENT.length];
        for (int size = 0; size < ROWS_PER_STATEMENT.length; size++) {
            statements[size] = ofRows.apply(ROWS_PER_STATEMENT[size]);
        }
        return statements;
    }

    void apply(WriterSession session, List<EnqueueWrite> writes) throws SQLException {
        int done = 0;
        while (done < writes.size()) {
            int fitting = alike(session, writes, done);
            if (!writes.get(done).isPlain()) {
                single.apply(session, writes.get(done));
                done++;
            } else if (fitting == 0) {
                refuse(session, writes.get(done));
                done++;
            } else {
                int size = size(fitting);
                List<EnqueueWrite> chunk = writes.subList(done, done + ROWS_PER_STATEMENT[size]);
                insert(session, size, chunk);
                done += chunk.size();
            }
        }
    }

    /** Which statements a plain write needs: claim, delivery and item; delivery and item; or the item alone. */
    private static int kind(EnqueueWrite write) {
        return write.delivery()
                .map(delivery -> delivery.delivery().dedup().isPresent() ? 2 : 1)
                .orElse(0);
    }

    /** How many plain writes from {@code first} on are of its kind and have room in the queue. */
    private int alike(WriterSession session, List<EnqueueWrite> writes, int first) {
        int kind = kind(writes.get(first));
        int items = session.waiting();
        long bytes = session.waitingBytes();
        int end = first;
        while (end < writes.size()
                && end - first < ROWS_PER_STATEMENT[0]
                && writes.get(end).isPlain()
                && kind(writes.get(end)) == kind) {
            items++;
            bytes += writes.get(end).first().bytes();
            if (bounds.exceeded(items, bytes).isPresent()) {
                break;
            }
            end++;
        }
        return end - first;
    }

    private static int size(int rows) {
        int size = 0;
        while (ROWS_PER_STATEMENT[size] > rows) {
            size++;
        }
        return size;
    }

    private void insert(WriterSession session, int size, List<EnqueueWrite> chunk) throws SQLException {
        List<EnqueueWrite> fresh = kind(chunk.get(0)) == 2 ? claimed(session, size, chunk) : chunk;
        int done = 0;
        while (done < fresh.size()) {
            int part = size(fresh.size() - done);
            List<EnqueueWrite> rows = fresh.subList(done, done + ROWS_PER_STATEMENT[part]);
            insertRows(session, part, rows);
            done += rows.size();
        }
    }

    /** @return those that are new; the others have their result */
    private List<EnqueueWrite> claimed(WriterSession session, int size, List<EnqueueWrite> chunk) throws SQLException {
        PreparedStatement statement = session.prepared(INSERT_CLAIMS[size]);
        int parameter = 1;
        for (EnqueueWrite write : chunk) {
            EncodedDelivery delivery = write.delivery().orElseThrow();
            parameter = claims.bind(
                    statement,
                    parameter,
                    delivery.delivery(),
                    delivery.delivery().dedup().orElseThrow(),
                    write.queueIds(),
                    write.first().now());
        }
        if (statement.executeUpdate() == chunk.size()) {
            return chunk;
        }
        List<EnqueueWrite> fresh = new ArrayList<>();
        for (EnqueueWrite write : chunk) {
            EncodedDelivery delivery = write.delivery().orElseThrow();
            Claims.Claim claim = Claims.find(
                            session,
                            delivery.delivery().triggerId(),
                            delivery.delivery().dedup().orElseThrow())
                    .orElseThrow(() -> new SQLException("a claim is gone", null, 19));
            if (claim.deliveryId().equals(delivery.id())) {
                fresh.add(write);
            } else {
                write.result(duplicate(session, delivery, claim));
            }
        }
        return fresh;
    }

    /** Lists the delivery as what it is. */
    static Duplicate duplicate(WriterSession session, EncodedDelivery delivery, Claims.Claim first)
            throws SQLException {
        session.update(INSERT_DELIVERY, delivery.duplicate(first.queueIds(), first.deliveryId()));
        return new Duplicate(first.deliveryId(), first.ids(), first.correlationId());
    }

    private static void insertRows(WriterSession session, int size, List<EnqueueWrite> writes) throws SQLException {
        if (writes.get(0).delivery().isPresent()) {
            PreparedStatement deliveries = session.prepared(INSERT_DELIVERIES[size]);
            int parameter = 1;
            for (EnqueueWrite write : writes) {
                parameter = SqlSession.bind(
                        deliveries, parameter, write.delivery().orElseThrow().accepted(write.queueIds()));
            }
            deliveries.executeUpdate();
        }
        PreparedStatement items = session.prepared(INSERT_ITEMS[size]);
        int parameter = 1;
        for (EnqueueWrite write : writes) {
            parameter = SqlSession.bind(items, parameter, write.first().waiting());
        }
        items.executeUpdate();
        for (EnqueueWrite write : writes) {
            session.itemAdded(write.first().bytes());
            write.result(new Enqueued(write.first().queueId(), session.waiting()));
        }
    }

    /** A repeated delivery is none the less one that was accepted. */
    private void refuse(WriterSession session, EnqueueWrite write) throws SQLException {
        Optional<Claims.Claim> first = claim(session, write);
        if (first.isPresent()) {
            write.result(duplicate(session, write.delivery().orElseThrow(), first.get()));
        } else {
            write.result(bounds.full(session, write.first().bytes()));
        }
    }

    private static Optional<Claims.Claim> claim(WriterSession session, EnqueueWrite write) throws SQLException {
        Optional<DedupKey> key =
                write.delivery().flatMap(delivery -> delivery.delivery().dedup());
        if (key.isEmpty()) {
            return Optional.empty();
        }
        return Claims.find(session, write.delivery().orElseThrow().delivery().triggerId(), key.get())
                .filter(claim -> claim.expiresAt() > write.first().now());
    }

    /** How much may wait. */
    record QueueBounds(int items, long bytes) {
        Optional<QueueFull.Bound> exceeded(int waiting, long waitingBytes) {
            if (waiting > items) {
                return Optional.of(QueueFull.Bound.ITEMS);
            }
            return waitingBytes > bytes ? Optional.of(QueueFull.Bound.BYTES) : Optional.empty();
        }

        /** For what would add {@code added} bytes and one item at least. */
        QueueFull full(WriterSession session, long added) {
            return new QueueFull(
                    session.waiting(),
                    exceeded(session.waiting() + 1, session.waitingBytes() + added)
                            .orElse(QueueFull.Bound.ITEMS));
        }
    }
}
