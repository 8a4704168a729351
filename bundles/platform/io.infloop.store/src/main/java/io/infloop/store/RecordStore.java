package io.infloop.store;

import io.infloop.spi.Registration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Deliveries, queue and run index. Writes are durable, synced to disk, when their future completes; writes of many callers share a
 * sync. Futures complete on an executor of the store and fail with {@link io.infloop.core.error.InfloopException} {@code
 * STORE_UNAVAILABLE}: nothing is then stored, or it is not known. Submitting never blocks. Reads block for a short query.
 * Thread-safe; an OSGi service.
 */
public interface RecordStore {
    // ---- deliveries and queue

    /**
     * Stores a delivery, the claims of its dedup keys and its queue items in one transaction: all of it or nothing. What is not
     * answered {@link Enqueued} or {@link Duplicate} leaves no claim, so it may come again.
     *
     * <p>A delivery whose own key is claimed already is listed as a duplicate that refers to the first one, without its body, and
     * changes nothing else. An item whose key is claimed is answered {@link Seen}, the others are enqueued; if none is left, the
     * delivery is a duplicate. Keys of deliveries and of items are of one kind, per trigger. What an item's {@link Concurrency} says
     * is done in the same transaction. The items that are to wait count against the bounds of the queue together.
     *
     * @param items at least one
     */
    CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, List<NewItem> items);

    /** The same for one item without a key of its own. */
    default CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, QueueItem item) {
        return enqueue(delivery, List.of(NewItem.of(item)));
    }

    /**
     * Records a delivery that was not enqueued, for inspection. Best effort: only some of many, none while much else is to be
     * written. Its dedup key claims nothing. Of the body it keeps length and SHA-256, and the first KB where the operator turned that
     * on.
     */
    void recordRefused(Delivery delivery, Refusal refusal);

    /** The same for one that was rejected. */
    default void recordRejected(Delivery delivery, String reason) {
        recordRefused(delivery, Refusal.rejected(reason));
    }

    /**
     * Waiting items in order, at most {@code limit}, with their positions. For looking at the queue: the list ends early when the
     * inputs exceed 64 MB together, and each item carries all of its inputs, so a listing for people shortens them. What may start
     * next comes from {@link #oldest}.
     */
    List<Waiting> waiting(int limit);

    /** One waiting item; empty if it does not wait. */
    Optional<Waiting> waiting(String queueId);

    /**
     * The oldest waiting items of all workflows but some, in order: what may start next when those are at their limit. Items whose
     * workflow and concurrency key are those of a run that is recorded as running are left out. Reads no more than it returns. Fewer than {@code limit}, but at least one if any waits, when their inputs exceed 64 MB together. An item
     * whose inputs cannot be read leaves the queue as dropped, with the reason {@code inputs-damaged}, and the next one is returned.
     */
    List<QueueItem> oldest(Set<String> exceptWorkflows, int limit);

    /** How many items wait. Does not block. */
    int waitingCount();

    /**
     * Takes a waiting item: in one transaction it leaves the queue and {@code run} is recorded as running.
     *
     * @return false if the item does not wait any more; then nothing changed
     */
    CompletableFuture<Boolean> claim(String queueId, RunRow run);

    /**
     * Takes a waiting item out of the queue. The inputs of a dropped one are kept; see {@link DeliveryStore#deadLetters}.
     *
     * @return false if it does not wait any more
     */
    CompletableFuture<Boolean> remove(String queueId, QueueState state, String reason);

    /** What became of a queue item, for as long as its record lives. */
    Optional<QueueHistory> history(String queueId);

    /** Runs {@code listener} after items were added or taken, by this server or another one on the same data. Must be quick. */
    Registration onQueueChange(Runnable listener);

    // ---- runs

    /** Records a run that starts without a queue item. */
    CompletableFuture<Void> insertRun(RunRow run);

    /** Records the end of a run. */
    CompletableFuture<Void> finishRun(
            String runId,
            String status,
            long finishedAt,
            OptionalDouble costUsd,
            Optional<String> errorMessage,
            long eventCount);

    Optional<RunRow> run(String runId);

    /**
     * Newest first.
     *
     * @param before only runs that come after this one in that order
     */
    List<RunRow> runs(Optional<String> workflowId, Optional<String> status, Optional<RunCursor> before, int limit);

    /** Forgets a finished run. */
    CompletableFuture<Void> deleteRun(String runId);

    // ---- lease

    /**
     * Takes or renews the one lease of that name for this server.
     *
     * @return false if another server that is alive holds it
     */
    boolean holdLease(String name);

    void releaseLease(String name);

    // ---- types

    /** The result of {@link #enqueue}. */
    sealed interface EnqueueResult permits Enqueued, Duplicate, QueueFull {}

    /**
     * Stored.
     *
     * @param items what became of each, in the order they were given
     */
    record Enqueued(List<ItemResult> items) implements EnqueueResult {
        public Enqueued {
            items = List.copyOf(items);
        }

        /** One item that waits. */
        public Enqueued(String queueId, int position) {
            this(List.of(new Queued(queueId, position, List.of(), List.of())));
        }

        /** Of the first item. */
        public String queueId() {
            return items.get(0).queueId();
        }

        /** Of the first item that waits; 0 if none does. */
        public int position() {
            return items.stream()
                    .mapToInt(item -> item instanceof Queued queued ? queued.position() : 0)
                    .filter(position -> position > 0)
                    .findFirst()
                    .orElse(0);
        }
    }

    /**
     * The delivery came before.
     *
     * @param deliveryId the one stored first
     * @param queueIds of the one stored first, at least one
     * @param correlationId of the one stored first
     */
    record Duplicate(String deliveryId, List<String> queueIds, String correlationId) implements EnqueueResult {
        public Duplicate {
            queueIds = List.copyOf(queueIds);
        }

        /** The first of them. */
        public String queueId() {
            return queueIds.get(0);
        }
    }

    /**
     * Nothing was stored.
     *
     * @param waiting items that wait
     * @param bound which one was in the way
     */
    record QueueFull(int waiting, Bound bound) implements EnqueueResult {
        /** What a queue is bounded by. */
        public enum Bound {
            ITEMS,
            BYTES
        }
    }

    /** What became of one item. */
    sealed interface ItemResult permits Queued, Seen, Skipped {
        /** Of the item; of the first one for an item that came before. */
        String queueId();
    }

    /**
     * It waits.
     *
     * @param position 1-based, among all waiting items
     * @param superseded queue ids of the waiting items that it took the place of
     * @param toCancel runs of the same key that go on, for {@link Concurrency.Policy#REPLACE}: whoever enqueues cancels them
     */
    record Queued(String queueId, int position, List<String> superseded, List<String> toCancel) implements ItemResult {
        public Queued {
            superseded = List.copyOf(superseded);
            toCancel = List.copyOf(toCancel);
        }
    }

    /** It came before, with these ids. */
    record Seen(String queueId, String correlationId) implements ItemResult {}

    /** It was recorded as {@link QueueState#SKIPPED}, because another one of its key waits or runs. */
    record Skipped(String queueId) implements ItemResult {}

    /**
     * An inbound request.
     *
     * @param id unique
     * @param dedup empty: never a duplicate
     * @param headers as received, with signatures and credentials replaced
     * @param body raw; the store compresses it
     */
    record Delivery(
            String id,
            String triggerId,
            Optional<DedupKey> dedup,
            Optional<String> eventType,
            String correlationId,
            long receivedAt,
            Map<String, String> headers,
            @SuppressWarnings("ArrayRecordComponent") byte[] body,
            DeliveryDetails details) {
        /** Without details; the key is kept for the store's time. */
        @SuppressWarnings("ArrayRecordComponent")
        public Delivery(
                String id,
                String triggerId,
                Optional<String> dedupKey,
                Optional<String> eventType,
                String correlationId,
                long receivedAt,
                Map<String, String> headers,
                byte[] body) {
            this(
                    id,
                    triggerId,
                    dedupKey.map(DedupKey::of),
                    eventType,
                    correlationId,
                    receivedAt,
                    headers,
                    body,
                    DeliveryDetails.NONE);
        }

        public Optional<String> dedupKey() {
            return dedup.map(DedupKey::value);
        }
    }

    /**
     * A run that is to come.
     *
     * @param source {@code webhook}, {@code api} or {@code mcp}
     * @param inputs resolved inputs as a JSON object
     * @param concurrency empty: only the workflow's own limit counts
     */
    record QueueItem(
            String queueId,
            String triggerId,
            String workflowId,
            String workflowName,
            String source,
            String correlationId,
            Map<String, Object> inputs,
            long receivedAt,
            Optional<Concurrency> concurrency) {
        public QueueItem(
                String queueId,
                String triggerId,
                String workflowId,
                String workflowName,
                String source,
                String correlationId,
                Map<String, Object> inputs,
                long receivedAt) {
            this(
                    queueId,
                    triggerId,
                    workflowId,
                    workflowName,
                    source,
                    correlationId,
                    inputs,
                    receivedAt,
                    Optional.empty());
        }
    }

    /**
     * An item to enqueue.
     *
     * @param dedup the item's own key, for the parts of a batch
     */
    record NewItem(QueueItem item, Optional<DedupKey> dedup) {
        public static NewItem of(QueueItem item) {
            return new NewItem(item, Optional.empty());
        }
    }

    record Waiting(QueueItem item, int position) {}

    /** A place in the list of runs, which is ordered by start and, for runs that start in the same millisecond, by id. */
    record RunCursor(long startedAt, String runId) {}

    /** What became of a queue item. */
    enum QueueState {
        QUEUED,
        STARTED,
        /** It could not start. Its inputs are kept. */
        DROPPED,
        /** By an operator. */
        REMOVED,
        /** A later item of its concurrency key took its place. */
        SUPERSEDED,
        /** It never waited: an item of its concurrency key did, or ran. */
        SKIPPED
    }

    record QueueHistory(
            String queueId,
            QueueState state,
            String workflowId,
            Optional<String> runId,
            Optional<String> reason,
            long enqueuedAt,
            long updatedAt) {}

    /**
     * A run in the index.
     *
     * @param status {@code running}, {@code succeeded}, {@code failed} or {@code cancelled}
     * @param instanceId the server that runs it
     */
    record RunRow(
            String runId,
            String workflowId,
            String workflowName,
            long workflowVersion,
            String status,
            String source,
            String correlationId,
            Optional<String> queueId,
            Optional<String> triggerId,
            String instanceId,
            long startedAt,
            OptionalLong finishedAt,
            OptionalDouble costUsd,
            Optional<String> errorMessage,
            long eventCount) {}
}
