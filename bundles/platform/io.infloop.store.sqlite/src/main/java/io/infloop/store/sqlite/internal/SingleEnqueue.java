package io.infloop.store.sqlite.internal;

import io.infloop.store.Concurrency;
import io.infloop.store.DedupKey;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.ItemResult;
import io.infloop.store.RecordStore.QueueFull;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.Queued;
import io.infloop.store.RecordStore.Seen;
import io.infloop.store.RecordStore.Skipped;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Adds what is more than one plain item: batches, items with keys of their own, items with a concurrency policy. */
final class SingleEnqueue {
    private final EnqueueBatch.QueueBounds bounds;
    private final Claims claims;

    SingleEnqueue(EnqueueBatch.QueueBounds bounds, Claims claims) {
        this.bounds = bounds;
        this.claims = claims;
    }

    /** What the items came to. */
    private static final class Progress {
        private final List<ItemResult> results = new ArrayList<>();
        /** Items of this write that are in the queue's table. */
        private final List<String> stored = new ArrayList<>();

        private final List<Claims.Claim> seen = new ArrayList<>();
        private long added;
        private Optional<QueueFull> full = Optional.empty();

        /** As whoever sent the items is told. */
        List<String> ids() {
            return results.stream().map(ItemResult::queueId).distinct().toList();
        }
    }

    void apply(WriterSession session, EnqueueWrite write) throws SQLException {
        Progress progress = new Progress();
        Optional<EnqueueResult> done = session.attempt(() -> enqueue(session, write, progress));
        write.result(done.isPresent() ? done.get() : undone(session, write, progress));
    }

    /** @return empty if all of it is to be undone */
    private Optional<EnqueueResult> enqueue(WriterSession session, EnqueueWrite write, Progress progress)
            throws SQLException {
        Optional<Delivery> delivery = write.delivery().map(EncodedDelivery::delivery);
        if (delivery.isPresent() && delivery.get().dedup().isPresent()) {
            Optional<Claims.Claim> first = claims.claim(
                    session,
                    delivery.get(),
                    delivery.get().dedup().get(),
                    write.queueIds(),
                    write.first().now());
            if (first.isPresent()) {
                return Optional.of(
                        EnqueueBatch.duplicate(session, write.delivery().get(), first.get()));
            }
        }
        for (EnqueueWrite.Item item : write.items()) {
            progress.results.add(add(session, item, delivery, progress));
        }
        if (progress.stored.isEmpty()) {
            return Optional.empty();
        }
        if (progress.added > 0
                && bounds.exceeded(session.waiting(), session.waitingBytes()).isPresent()) {
            QueueFull.Bound bound =
                    bounds.exceeded(session.waiting(), session.waitingBytes()).get();
            progress.full = Optional.of(new QueueFull(0, bound));
            return Optional.empty();
        }
        if (delivery.isPresent()) {
            String answered = EncodedDelivery.ids(progress.ids());
            if (delivery.get().dedup().isPresent() && !answered.equals(write.queueIds())) {
                claims.answered(session, delivery.get(), delivery.get().dedup().get(), answered);
            }
            session.update(
                    EnqueueBatch.INSERT_DELIVERY,
                    write.delivery().get().accepted(EncodedDelivery.ids(progress.stored)));
        }
        return Optional.of(new Enqueued(progress.results));
    }

    private static EnqueueResult undone(WriterSession session, EnqueueWrite write, Progress progress)
            throws SQLException {
        if (progress.full.isPresent()) {
            return new QueueFull(session.waiting(), progress.full.get().bound());
        }
        Claims.Claim first = progress.seen.get(0);
        if (write.delivery().isPresent()) {
            EnqueueBatch.duplicate(session, write.delivery().get(), first);
        }
        return new Duplicate(first.deliveryId(), progress.ids(), first.correlationId());
    }

    private ItemResult add(
            WriterSession session, EnqueueWrite.Item item, Optional<Delivery> delivery, Progress progress)
            throws SQLException {
        Optional<DedupKey> key = item.item().dedup();
        if (key.isPresent()) {
            Delivery claimant = delivery.orElseThrow(
                    () -> new IllegalArgumentException("an item without a delivery has no key of its own"));
            Optional<Claims.Claim> first = claims.claim(
                    session, claimant, key.get(), EncodedDelivery.ids(List.of(item.queueId())), item.now());
            if (first.isPresent()) {
                progress.seen.add(first.get());
                return new Seen(first.get().ids().get(0), first.get().correlationId());
            }
        }
        Optional<Concurrency> concurrency = item.item().item().concurrency();
        List<String> superseded = List.of();
        List<String> toCancel = List.of();
        if (concurrency.isPresent()) {
            String workflowId = item.item().item().workflowId();
            String lane = concurrency.get().key();
            switch (concurrency.get().policy()) {
                case QUEUE -> {
                    // Behind the others.
                }
                case SKIP -> {
                    if (!QueueSql.waitingIn(session, workflowId, lane).isEmpty()
                            || !QueueSql.runningIn(session, workflowId, lane).isEmpty()) {
                        return skip(session, item, progress);
                    }
                }
                case REPLACE -> {
                    superseded = supersede(session, item, workflowId, lane);
                    toCancel = QueueSql.runningIn(session, workflowId, lane);
                }
                case LATEST -> superseded = supersede(session, item, workflowId, lane);
            }
        }
        session.update(EnqueueBatch.INSERT_ITEM, item.waiting());
        session.itemAdded(item.bytes());
        progress.stored.add(item.queueId());
        progress.added++;
        return new Queued(item.queueId(), session.waiting(), superseded, toCancel);
    }

    private static ItemResult skip(WriterSession session, EnqueueWrite.Item item, Progress progress)
            throws SQLException {
        session.update(
                EnqueueBatch.INSERT_ITEM,
                item.ended(QueueSql.number(QueueState.SKIPPED), "another item of its concurrency key waits or runs"));
        progress.stored.add(item.queueId());
        return new Skipped(item.queueId());
    }

    private static List<String> supersede(WriterSession session, EnqueueWrite.Item item, String workflowId, String lane)
            throws SQLException {
        List<String> waiting = QueueSql.waitingIn(session, workflowId, lane);
        for (String queueId : waiting) {
            QueueSql.take(session, queueId, QueueState.SUPERSEDED, null, "superseded by " + item.queueId(), item.now());
        }
        return waiting;
    }
}
