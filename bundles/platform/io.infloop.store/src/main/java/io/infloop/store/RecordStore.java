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
     * Stores a delivery and its queue item in one transaction: both or none.
     *
     * @return {@link Enqueued}; {@link Duplicate} if a delivery with the same dedup key is stored already; {@link QueueFull}
     */
    CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, QueueItem item);

    /** Stores a delivery that was refused, for inspection. Best effort, may be dropped under load. */
    void recordRejected(Delivery delivery, String reason);

    /**
     * Waiting items in order, at most {@code limit}, with their positions. For looking at the queue: the list ends early when the
     * inputs exceed 64 MB together, and each item carries all of its inputs, so a listing for people shortens them. What may start
     * next comes from {@link #oldest}.
     */
    List<Waiting> waiting(int limit);

    /** One waiting item; empty if it does not wait. */
    Optional<Waiting> waiting(String queueId);

    /**
     * The oldest waiting items of all workflows but some, in order: what may start next when those are at their limit. Reads no more
     * than it returns. Fewer than {@code limit}, but at least one if any waits, when their inputs exceed 64 MB together. An item
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
     * Takes a waiting item out of the queue.
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

    /** @param position 1-based, among all waiting items */
    record Enqueued(String queueId, int position) implements EnqueueResult {}

    /** @param queueId of the delivery stored first */
    record Duplicate(String queueId, String correlationId) implements EnqueueResult {}

    record QueueFull(int waiting) implements EnqueueResult {}

    /**
     * An inbound request.
     *
     * @param id unique
     * @param dedupKey unique per trigger while kept; empty: never a duplicate
     * @param headers as received, without signature headers and credentials
     * @param body raw; the store compresses it
     */
    record Delivery(
            String id,
            String triggerId,
            Optional<String> dedupKey,
            Optional<String> eventType,
            String correlationId,
            long receivedAt,
            Map<String, String> headers,
            @SuppressWarnings("ArrayRecordComponent") byte[] body) {}

    /**
     * A run that is to come.
     *
     * @param source {@code webhook}, {@code api} or {@code mcp}
     * @param inputs resolved inputs as a JSON object
     */
    record QueueItem(
            String queueId,
            String triggerId,
            String workflowId,
            String workflowName,
            String source,
            String correlationId,
            Map<String, Object> inputs,
            long receivedAt) {}

    record Waiting(QueueItem item, int position) {}

    /** A place in the list of runs, which is ordered by start and, for runs that start in the same millisecond, by id. */
    record RunCursor(long startedAt, String runId) {}

    /** What became of a queue item. */
    enum QueueState {
        QUEUED,
        STARTED,
        DROPPED,
        REMOVED
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
