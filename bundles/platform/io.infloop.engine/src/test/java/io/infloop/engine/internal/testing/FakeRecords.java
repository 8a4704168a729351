package io.infloop.engine.internal.testing;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.Registration;
import io.infloop.store.RecordStore;
import io.infloop.store.Refusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** A record store in memory, which several engines may share as several servers would. */
public final class FakeRecords implements RecordStore {
    private static final Comparator<RunRow> ORDER = Comparator.comparingLong(RunRow::startedAt)
            .thenComparing(RunRow::runId)
            .reversed();

    private final Map<String, QueueItem> queue = new LinkedHashMap<>();
    private final Map<String, QueueItem> started = new HashMap<>();
    private final Map<String, QueueHistory> history = new HashMap<>();
    private final Map<String, RunRow> runs = new LinkedHashMap<>();
    private final Map<String, String> leases = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Executor executor;
    private boolean broken;
    private int reads;
    private int itemsRead;

    public FakeRecords() {
        this(Runnable::run);
    }

    public FakeRecords(Executor executor) {
        this.executor = executor;
    }

    public synchronized void setBroken(boolean value) {
        broken = value;
    }

    /** How often the head of the queue was asked for. */
    public synchronized int reads() {
        return reads;
    }

    /** How many items these readings came to. */
    public synchronized int itemsRead() {
        return itemsRead;
    }

    private synchronized void check() {
        if (broken) {
            throw new InfloopException(ErrorCode.STORE_UNAVAILABLE, "the disk is full");
        }
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    public void enqueue(QueueItem item) {
        synchronized (this) {
            queue.put(item.queueId(), item);
        }
        changed();
    }

    @Override
    public CompletableFuture<EnqueueResult> enqueue(Optional<Delivery> delivery, List<NewItem> items) {
        QueueItem item = items.get(0).item();
        enqueue(item);
        return CompletableFuture.completedFuture(new Enqueued(item.queueId(), waitingCount()));
    }

    @Override
    public void recordRefused(Delivery delivery, Refusal refusal) {}

    @Override
    public synchronized List<Waiting> waiting(int limit) {
        check();
        List<Waiting> waiting = new ArrayList<>();
        for (QueueItem item : queue.values()) {
            if (waiting.size() < limit) {
                waiting.add(new Waiting(item, waiting.size() + 1));
            }
        }
        return waiting;
    }

    @Override
    public synchronized Optional<Waiting> waiting(String queueId) {
        return waiting(Integer.MAX_VALUE).stream()
                .filter(waiting -> waiting.item().queueId().equals(queueId))
                .findFirst();
    }

    @Override
    public synchronized List<QueueItem> oldest(Set<String> exceptWorkflows, int limit) {
        check();
        reads++;
        List<QueueItem> oldest = queue.values().stream()
                .filter(item -> !exceptWorkflows.contains(item.workflowId()))
                .filter(item -> !isLaneBusy(item))
                .limit(limit)
                .toList();
        itemsRead += oldest.size();
        return oldest;
    }

    private boolean isLaneBusy(QueueItem item) {
        return item.concurrency().isPresent()
                && runs.values().stream()
                        .filter(run -> run.status().equals("running"))
                        .map(run -> run.queueId().map(started::get))
                        .anyMatch(other -> other.isPresent()
                                && other.get().workflowId().equals(item.workflowId())
                                && other.get().concurrency().isPresent()
                                && other.get()
                                        .concurrency()
                                        .get()
                                        .key()
                                        .equals(item.concurrency().get().key()));
    }

    @Override
    public synchronized int waitingCount() {
        return queue.size();
    }

    @Override
    public CompletableFuture<Boolean> claim(String queueId, RunRow run) {
        return CompletableFuture.supplyAsync(
                () -> {
                    boolean taken;
                    synchronized (this) {
                        check();
                        QueueItem item = queue.remove(queueId);
                        taken = item != null;
                        if (taken) {
                            started.put(queueId, item);
                            runs.put(run.runId(), run);
                        }
                    }
                    changed();
                    return taken;
                },
                executor);
    }

    @Override
    public CompletableFuture<Boolean> remove(String queueId, QueueState state, String reason) {
        return CompletableFuture.supplyAsync(
                () -> {
                    boolean removed;
                    synchronized (this) {
                        check();
                        QueueItem item = queue.remove(queueId);
                        removed = item != null;
                        if (removed) {
                            history.put(
                                    queueId,
                                    new QueueHistory(
                                            queueId,
                                            state,
                                            item.workflowId(),
                                            Optional.empty(),
                                            Optional.of(reason),
                                            0,
                                            0));
                        }
                    }
                    changed();
                    return removed;
                },
                executor);
    }

    @Override
    public synchronized Optional<QueueHistory> history(String queueId) {
        return Optional.ofNullable(history.get(queueId));
    }

    @Override
    public Registration onQueueChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public CompletableFuture<Void> insertRun(RunRow run) {
        return CompletableFuture.runAsync(
                () -> {
                    synchronized (this) {
                        check();
                        runs.put(run.runId(), run);
                    }
                },
                executor);
    }

    @Override
    public CompletableFuture<Void> finishRun(
            String runId,
            String status,
            long finishedAt,
            OptionalDouble costUsd,
            Optional<String> errorMessage,
            long eventCount) {
        return CompletableFuture.runAsync(
                () -> {
                    synchronized (this) {
                        check();
                        runs.computeIfPresent(
                                runId,
                                (id, row) -> new RunRow(
                                        id,
                                        row.workflowId(),
                                        row.workflowName(),
                                        row.workflowVersion(),
                                        status,
                                        row.source(),
                                        row.correlationId(),
                                        row.queueId(),
                                        row.triggerId(),
                                        row.instanceId(),
                                        row.startedAt(),
                                        OptionalLong.of(finishedAt),
                                        costUsd,
                                        errorMessage,
                                        eventCount));
                    }
                    changed();
                },
                executor);
    }

    @Override
    public synchronized Optional<RunRow> run(String runId) {
        return Optional.ofNullable(runs.get(runId));
    }

    @Override
    public synchronized List<RunRow> runs(
            Optional<String> workflowId, Optional<String> status, Optional<RunCursor> before, int limit) {
        check();
        return runs.values().stream()
                .filter(row -> workflowId.isEmpty() || row.workflowId().equals(workflowId.get()))
                .filter(row -> status.isEmpty() || row.status().equals(status.get()))
                .sorted(ORDER)
                .dropWhile(row -> before.isPresent() && !isAfter(row, before.get()))
                .limit(limit)
                .toList();
    }

    private static boolean isAfter(RunRow row, RunCursor cursor) {
        return row.startedAt() < cursor.startedAt()
                || (row.startedAt() == cursor.startedAt() && row.runId().compareTo(cursor.runId()) < 0);
    }

    @Override
    public CompletableFuture<Void> deleteRun(String runId) {
        synchronized (this) {
            runs.remove(runId);
        }
        return CompletableFuture.completedFuture(null);
    }

    /** The fake cannot know who asks, so a test gives each server a view of its own; see {@link #as}. */
    @Override
    public boolean holdLease(String name) {
        return holdLease("", name);
    }

    private synchronized boolean holdLease(String holder, String name) {
        check();
        return leases.computeIfAbsent(name, key -> holder).equals(holder);
    }

    @Override
    public void releaseLease(String name) {
        releaseLease("", name);
    }

    private synchronized void releaseLease(String holder, String name) {
        leases.remove(name, holder);
    }

    /** A server that died gives nothing back; whoever notices may take it. */
    public synchronized void forgetLeases() {
        leases.clear();
    }

    /** This store as another server sees it. */
    public RecordStore as(String holder) {
        return (RecordStore) java.lang.reflect.Proxy.newProxyInstance(
                RecordStore.class.getClassLoader(), new Class<?>[] {RecordStore.class}, (proxy, method, arguments) -> {
                    try {
                        return switch (method.getName()) {
                            case "holdLease" -> holdLease(holder, (String) arguments[0]);
                            case "releaseLease" -> {
                                releaseLease(holder, (String) arguments[0]);
                                yield null;
                            }
                            default -> method.invoke(this, arguments);
                        };
                    } catch (java.lang.reflect.InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
