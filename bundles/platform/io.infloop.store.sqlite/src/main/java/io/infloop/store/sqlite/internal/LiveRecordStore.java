package io.infloop.store.sqlite.internal;

import io.infloop.spi.Registration;
import io.infloop.store.DeadLetter;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore;
import io.infloop.store.Refusal;
import io.infloop.store.StoredDelivery;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of a server that runs, in {@code store.db}. */
final class LiveRecordStore implements RecordStore, DeliveryStore, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRecordStore.class);
    private static final int CALLBACK_THREADS = 2;
    private static final int MAX_LIMIT = 1_000_000;
    private static final int ROW_BYTES = 1_024;
    private static final String DAMAGED = "inputs-damaged";
    private static final String INSERT_REFUSED = EnqueueBatch.INSERT_DELIVERY + " ON CONFLICT DO NOTHING";

    private final StoreConfig config;
    private final ByteCodec codec = new ByteCodec();
    private final RejectedSampler rejected;
    private final EnqueueBatch.QueueBounds bounds;
    private final Database database;
    private final Readers readers;
    private final Leases leases;
    private final ExecutorService callbacks;
    private final GroupCommitWriter writer;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    /** Enqueues of this server whose callers may not have heard of the result yet, by queue id. */
    private final Map<String, CompletableFuture<EnqueueResult>> unannounced = new ConcurrentHashMap<>();

    private final AtomicBoolean notifying = new AtomicBoolean();

    /**
     * What the last look for items to start came to: up to a place in the queue, all items are of these workflows. A busy workflow with
     * thousands of waiting items is not read again for each that is added.
     */
    private record Barren(Set<String> workflows, long upTo) {}

    private final AtomicReference<Barren> barren = new AtomicReference<>(nothingKnown());
    /** Items that may come back to an old place at any moment. */
    private final AtomicInteger returning = new AtomicInteger();

    private LiveRecordStore(StoreConfig config, Database database) throws SQLException {
        this.config = config;
        this.database = database;
        rejected = new RejectedSampler(config.clock(), config.kept().keepRejectedBodies());
        bounds = new EnqueueBatch.QueueBounds(config.queueMax(), config.kept().queueMaxBytes());
        readers = new Readers(database);
        leases = new Leases(config.dataDirectory());
        AtomicInteger number = new AtomicInteger();
        callbacks = Executors.newFixedThreadPool(CALLBACK_THREADS, runnable -> {
            Thread thread = new Thread(runnable, "infloop-store-answers-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        Executor executor = callbacks;
        writer = new GroupCommitWriter(
                database::openWriter,
                new EnqueueBatch(bounds, new Claims(config.kept().dedupTime().toMillis())),
                new Maintenance(config.clock(), config.kept()),
                executor,
                this::queueChanged);
    }

    /** @throws io.infloop.core.error.InfloopException {@code STORE_UNAVAILABLE} if the database cannot be used */
    static LiveRecordStore open(StoreConfig config) {
        Database database = Database.open(config);
        try {
            LiveRecordStore store = new LiveRecordStore(config, database);
            store.writer.start();
            return store;
        } catch (SQLException failure) {
            database.close();
            throw SqliteErrors.unavailable(failure);
        }
    }

    /** Where the damaged database of this start went, if there was one. */
    Optional<Path> movedAside() {
        return database.movedAside();
    }

    @Override
    public CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, List<NewItem> items) {
        EnqueueWrite write = EnqueueWrite.prepare(codec, delivery, items, now(), unannounced::remove);
        items.forEach(item -> unannounced.put(item.item().queueId(), write.future()));
        return writer.submit(write);
    }

    @Override
    public void recordRefused(Delivery delivery, Refusal refusal) {
        if (!rejected.isWanted(refusal.outcome(), writer.backlog())) {
            return;
        }
        EncodedDelivery encoded = rejected.encode(delivery, refusal.keepsBody());
        String reason =
                refusal.detail().map(detail -> refusal.code() + ": " + detail).orElse(refusal.code());
        submit(encoded.bytes(), session -> session.update(INSERT_REFUSED, encoded.refused(refusal.outcome(), reason)))
                .exceptionally(dropped -> {
                    LOG.debug("A refused delivery was not recorded", dropped);
                    return 0;
                });
    }

    @Override
    public List<Waiting> waiting(int limit) {
        return limit <= 0
                ? List.of()
                : readers.read(session -> QueueSql.waiting(session, Math.min(limit, MAX_LIMIT), this::drop));
    }

    @Override
    public Optional<Waiting> waiting(String queueId) {
        return readers.read(session -> QueueSql.waiting(session, queueId, this::drop));
    }

    @Override
    public List<QueueItem> oldest(Set<String> exceptWorkflows, int limit) {
        if (limit <= 0) {
            return List.of();
        }
        // What was just accepted may be on disk before those who accepted it have said so: its run must not start
        // first.
        Set<String> early = new HashSet<>();
        unannounced.forEach((queueId, result) -> {
            if (!result.isDone()) {
                early.add(queueId);
            }
        });
        int wanted = Math.min(limit + early.size(), MAX_LIMIT);
        return readers.read(session -> oldest(session, exceptWorkflows, wanted)).stream()
                .filter(item -> !early.contains(item.queueId()))
                .limit(limit)
                .toList();
    }

    private List<QueueItem> oldest(SqlSession session, Set<String> exceptWorkflows, int limit) throws SQLException {
        Barren known = barren.get();
        boolean settled = returning.get() == 0;
        long begin = exceptWorkflows.containsAll(known.workflows()) ? known.upTo() : 0;
        List<String> lanes = QueueSql.runningLanes(session);
        // Asked before: what comes meanwhile has a later place.
        long newest = QueueSql.newestWaiting(session);
        List<QueueItem> found = QueueSql.oldest(session, exceptWorkflows, lanes, begin, limit, this::drop);
        if (settled && found.isEmpty() && lanes.isEmpty()) {
            // Not if an item has come back meanwhile: that set another value.
            barren.compareAndSet(known, new Barren(Set.copyOf(exceptWorkflows), Math.max(begin, newest)));
        }
        return found;
    }

    /** Each is another object, so that what was found out before it is not taken for news. */
    private static Barren nothingKnown() {
        return new Barren(Set.of(), 0);
    }

    /** A damaged item would stay in the queue for ever and hide what comes after it. */
    private void drop(String queueId) {
        remove(queueId, QueueState.DROPPED, DAMAGED)
                .thenAccept(taken -> {
                    if (taken) {
                        LOG.error("Queue item {} was damaged and has been dropped: its inputs cannot be read", queueId);
                    }
                })
                .exceptionally(failure -> {
                    LOG.warn("Queue item {} is damaged and could not be dropped; trying again", queueId, failure);
                    return null;
                });
    }

    @Override
    public int waitingCount() {
        return writer.waiting();
    }

    @Override
    public CompletableFuture<Boolean> claim(String queueId, RunRow run) {
        return submit(ROW_BYTES, session -> {
            boolean taken = QueueSql.take(session, queueId, QueueState.STARTED, run.runId(), null, now());
            if (taken) {
                RunSql.insert(session, run);
            }
            return taken;
        });
    }

    @Override
    public CompletableFuture<Boolean> remove(String queueId, QueueState state, String reason) {
        if (state != QueueState.DROPPED && state != QueueState.REMOVED) {
            throw new IllegalArgumentException("an item leaves the queue as dropped or removed, not as " + state);
        }
        return submit(ROW_BYTES, session -> QueueSql.take(session, queueId, state, null, reason, now()));
    }

    @Override
    public Optional<QueueHistory> history(String queueId) {
        return readers.read(session -> QueueSql.history(session, queueId));
    }

    @Override
    public Registration onQueueChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public CompletableFuture<Void> insertRun(RunRow run) {
        return submit(ROW_BYTES, session -> {
            RunSql.insert(session, run);
            return null;
        });
    }

    @Override
    public CompletableFuture<Void> finishRun(
            String runId,
            String status,
            long finishedAt,
            OptionalDouble costUsd,
            Optional<String> errorMessage,
            long eventCount) {
        return submit(ROW_BYTES, session -> {
            RunSql.finish(session, runId, status, finishedAt, costUsd, errorMessage, eventCount);
            return null;
        });
    }

    @Override
    public Optional<RunRow> run(String runId) {
        return readers.read(session -> RunSql.find(session, runId));
    }

    @Override
    public List<RunRow> runs(
            Optional<String> workflowId, Optional<String> status, Optional<RunCursor> before, int limit) {
        return limit <= 0
                ? List.of()
                : readers.read(session -> RunSql.list(session, workflowId, status, before, Math.min(limit, MAX_LIMIT)));
    }

    @Override
    public CompletableFuture<Void> deleteRun(String runId) {
        return submit(ROW_BYTES, session -> {
            RunSql.delete(session, runId);
            return null;
        });
    }

    @Override
    public boolean holdLease(String name) {
        return switch (leases.hold(name)) {
            case KEPT -> true;
            case TAKEN -> {
                noteLease(name);
                yield true;
            }
            case HELD_BY_ANOTHER -> false;
        };
    }

    /** The lock decides; the row only tells people who holds it. */
    private void noteLease(String name) {
        submit(
                        ROW_BYTES,
                        session -> session.update(
                                """
                        INSERT INTO leases (name, instance_id, since) VALUES (?, ?, ?)
                        ON CONFLICT (name) DO UPDATE SET instance_id = excluded.instance_id, since = excluded.since
                        """,
                                name,
                                config.instanceId(),
                                now()))
                .exceptionally(failure -> {
                    LOG.warn("Lease {} is held, but its row was not written", name, failure);
                    return 0;
                });
    }

    @Override
    public void releaseLease(String name) {
        if (leases.release(name)) {
            submit(
                            ROW_BYTES,
                            session -> session.update(
                                    "DELETE FROM leases WHERE name = ? AND instance_id = ?", name, config.instanceId()))
                    .exceptionally(failure -> {
                        LOG.debug("The row of lease {} stays", name, failure);
                        return 0;
                    });
        }
    }

    @Override
    public List<DeliverySummary> list(DeliveryFilter filter, OptionalLong before, int limit) {
        return readers.read(session -> DeliverySql.list(session, filter, before, true, bounded(limit)));
    }

    @Override
    public List<DeliverySummary> listOldestFirst(DeliveryFilter filter, OptionalLong after, int limit) {
        return readers.read(session -> DeliverySql.list(session, filter, after, false, bounded(limit)));
    }

    @Override
    public int count(DeliveryFilter filter, int limit) {
        return readers.read(session -> DeliverySql.count(session, filter, bounded(limit)));
    }

    @Override
    public Optional<String> claimedBy(String triggerId, String dedupKey) {
        return readers.read(session -> Claims.holder(session, triggerId, dedupKey, now()));
    }

    @Override
    public Optional<StoredDelivery> find(String deliveryId) {
        return readers.read(session -> DeliverySql.find(session, deliveryId));
    }

    @Override
    public Optional<byte[]> body(String deliveryId) {
        return readers.read(session -> DeliverySql.body(session, deliveryId));
    }

    @Override
    public List<DeadLetter> deadLetters(OptionalLong before, int limit) {
        return readers.read(session -> DeadLetterSql.list(session, before, bounded(limit)));
    }

    @Override
    public Optional<DeadLetter> deadLetter(String queueId) {
        return readers.read(session -> DeadLetterSql.find(session, queueId));
    }

    @Override
    public CompletableFuture<Requeue> requeue(String queueId) {
        returning.incrementAndGet();
        barren.set(nothingKnown());
        CompletableFuture<Requeue> requeued =
                submit(ROW_BYTES, session -> DeadLetterSql.requeue(session, queueId, bounds, now()));
        return requeued.whenComplete((result, failure) -> returning.decrementAndGet());
    }

    @Override
    public CompletableFuture<Boolean> discard(String queueId, String reason) {
        return submit(ROW_BYTES, session -> DeadLetterSql.discard(session, queueId, reason, now()));
    }

    private static int bounded(int limit) {
        return Math.max(0, Math.min(limit, MAX_LIMIT));
    }

    private <R> CompletableFuture<R> submit(int bytes, Write.Work<R> work) {
        return writer.submit(new Write<>(bytes, work));
    }

    private long now() {
        return config.clock().millis();
    }

    /** Changes that come while the listeners are about to run are told with them. */
    private void queueChanged(boolean byOthers) {
        if (byOthers) {
            barren.set(nothingKnown());
        }
        if (!listeners.isEmpty() && notifying.compareAndSet(false, true)) {
            callbacks.execute(() -> {
                notifying.set(false);
                listeners.forEach(LiveRecordStore::tell);
            });
        }
    }

    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException failure) {
            LOG.warn("A listener of the queue failed", failure);
        }
    }

    @Override
    public void close() {
        readers.close();
        writer.close();
        leases.close();
        callbacks.shutdown();
        try {
            if (!callbacks.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("Somebody who waits for the store does not come back: {}", Arrays.asList(callbacks));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        database.close();
    }
}
