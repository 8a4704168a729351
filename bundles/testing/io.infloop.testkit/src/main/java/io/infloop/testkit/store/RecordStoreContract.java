package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.Registration;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueFull;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.RunCursor;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.store.RecordStore.Waiting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of {@link RecordStore}; a test class of each implementation extends it. */
public abstract class RecordStoreContract {
    /** Of the store that most tests use. */
    protected static final int QUEUE_MAX = 500;

    private static final int RACERS = 16;

    @TempDir
    Path data;

    private final List<RecordStore> open = new ArrayList<>();
    private RecordStore store;

    /**
     * Opens a store as the server {@code instanceId} would.
     *
     * @param data the same for stores that share their records
     */
    protected abstract RecordStore open(Path data, String instanceId, int queueMax) throws Exception;

    /** Closes it as at the stop of a server. */
    protected abstract void close(RecordStore store) throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = opened("instance-1", QUEUE_MAX);
    }

    @AfterEach
    void closeStores() throws Exception {
        for (RecordStore each : List.copyOf(open)) {
            closed(each);
        }
    }

    private RecordStore opened(String instanceId, int queueMax) throws Exception {
        RecordStore opened = open(data, instanceId, queueMax);
        open.add(opened);
        return opened;
    }

    private void closed(RecordStore each) throws Exception {
        open.remove(each);
        close(each);
    }

    private static <R> R get(CompletableFuture<R> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private Enqueued enqueue(QueueItem item) {
        return (Enqueued) get(store.enqueue(Optional.empty(), item));
    }

    private List<String> waitingIds(RecordStore from) {
        return from.waiting(QUEUE_MAX).stream()
                .map(waiting -> waiting.item().queueId())
                .toList();
    }

    @Test
    void keepsWhatWasEnqueued() {
        QueueItem item = Records.item("flow");

        Enqueued enqueued = (Enqueued) get(store.enqueue(Optional.of(Records.delivery(item, Optional.of("d1"))), item));

        assertThat(enqueued).isEqualTo(new Enqueued(item.queueId(), 1));
        assertThat(store.waiting(10)).containsExactly(new Waiting(item, 1));
        assertThat(store.waitingCount()).isEqualTo(1);
        QueueHistory history = store.history(item.queueId()).orElseThrow();
        assertThat(history.state()).isEqualTo(QueueState.QUEUED);
        assertThat(history.workflowId()).isEqualTo("flow");
        assertThat(history.runId()).isEmpty();
    }

    @Test
    void keepsInputsOfEveryJsonTypeAndLargeOnes() {
        QueueItem item = new QueueItem(
                Records.item("flow").queueId(),
                Records.TRIGGER,
                "flow",
                "Flow",
                "api",
                "cid_0123456789abcdef",
                Map.of("text", "x".repeat(100_000), "real", 1.5, "flag", true, "list", List.of(1L, "two")),
                1);

        enqueue(item);

        assertThat(store.waiting(1).get(0).item()).isEqualTo(item);
    }

    @Test
    void answersARepeatedDeliveryWithTheFirstOne() {
        QueueItem first = Records.item("flow");
        QueueItem second = Records.item("flow");
        get(store.enqueue(Optional.of(Records.delivery(first, Optional.of("d1"))), first));

        EnqueueResult repeated = get(store.enqueue(Optional.of(Records.delivery(second, Optional.of("d1"))), second));

        assertThat(repeated).isEqualTo(new Duplicate(first.queueId(), first.correlationId()));
        assertThat(waitingIds(store)).containsExactly(first.queueId());
        assertThat(store.history(second.queueId())).isEmpty();
        assertThat(store.waitingCount()).isEqualTo(1);
    }

    @Test
    void acceptsOneOfManyEqualDeliveriesThatComeTogether() {
        List<CompletableFuture<EnqueueResult>> results = new ArrayList<>();
        for (int count = 0; count < 100; count++) {
            QueueItem item = Records.item("flow");
            Optional<String> key = count % 2 == 0 ? Optional.of("d1") : Optional.of("other-" + count);
            results.add(
                    count % 10 == 9
                            ? store.enqueue(Optional.empty(), item)
                            : store.enqueue(Optional.of(Records.delivery(item, key)), item));
        }

        List<EnqueueResult> answers =
                results.stream().map(RecordStoreContract::get).toList();

        List<Enqueued> accepted = answers.stream()
                .filter(Enqueued.class::isInstance)
                .map(Enqueued.class::cast)
                .toList();
        assertThat(accepted).hasSize(51);
        assertThat(accepted).extracting(Enqueued::position).doesNotHaveDuplicates();
        String first = accepted.get(0).queueId();
        assertThat(answers)
                .filteredOn(answer -> answer instanceof Duplicate duplicate
                        && duplicate.queueId().equals(first))
                .hasSize(49);
        assertThat(waitingIds(store))
                .containsExactlyInAnyOrderElementsOf(
                        accepted.stream().map(Enqueued::queueId).toList());
        assertThat(store.waitingCount()).isEqualTo(51);
    }

    @Test
    void remembersADeliveryAfterItsItemLeftTheQueue() {
        QueueItem first = Records.item("flow");
        QueueItem second = Records.item("flow");
        get(store.enqueue(Optional.of(Records.delivery(first, Optional.of("d1"))), first));
        get(store.claim(first.queueId(), Records.run("flow", Optional.of(first.queueId()), 1)));

        EnqueueResult repeated = get(store.enqueue(Optional.of(Records.delivery(second, Optional.of("d1"))), second));

        assertThat(repeated).isEqualTo(new Duplicate(first.queueId(), first.correlationId()));
    }

    @Test
    void doesNotTakeDeliveriesWithoutAKeyOrOfAnotherTriggerForRepeated() {
        QueueItem first = Records.item("flow");
        QueueItem second = Records.item("flow");
        QueueItem third = Records.item("flow");
        get(store.enqueue(Optional.of(Records.delivery(first, Optional.empty())), first));
        get(store.enqueue(Optional.of(Records.delivery(second, Optional.empty())), second));
        QueueItem other = new QueueItem(
                third.queueId(), "another-trigger-1", "flow", "Flow", "webhook", third.correlationId(), Map.of(), 1);
        get(store.enqueue(Optional.of(Records.delivery(third, Optional.of("d1"))), third));
        QueueItem fourth = Records.item("flow");
        QueueItem ofOther = new QueueItem(
                fourth.queueId(), other.triggerId(), "flow", "Flow", "webhook", fourth.correlationId(), Map.of(), 1);

        EnqueueResult result = get(store.enqueue(Optional.of(Records.delivery(ofOther, Optional.of("d1"))), ofOther));

        assertThat(result).isEqualTo(new Enqueued(ofOther.queueId(), 4));
    }

    @Test
    void aRefusedDeliveryDoesNotStandInForTheGenuineOne() {
        QueueItem item = Records.item("flow");
        store.recordRejected(Records.delivery(item, Optional.of("d1")), "bad-signature");
        // Whatever was submitted before this one is stored when it is.
        enqueue(Records.item("flow"));

        EnqueueResult result = get(store.enqueue(Optional.of(Records.delivery(item, Optional.of("d1"))), item));

        assertThat(result).isInstanceOf(Enqueued.class);
    }

    @Test
    void storesNeitherDeliveryNorItemWhenOneOfThemFails() {
        QueueItem stored = Records.item("flow");
        enqueue(stored);

        CompletableFuture<EnqueueResult> sameQueueId =
                store.enqueue(Optional.of(Records.delivery(stored, Optional.of("d1"))), stored);

        assertThatThrownBy(() -> get(sameQueueId)).hasCauseInstanceOf(InfloopException.class);
        QueueItem next = Records.item("flow");
        assertThat(get(store.enqueue(Optional.of(Records.delivery(next, Optional.of("d1"))), next)))
                .isEqualTo(new Enqueued(next.queueId(), 2));
        assertThat(store.waitingCount()).isEqualTo(2);
    }

    @Test
    void oneBadWriteDoesNotFailTheOthers() {
        QueueItem bad = Records.item("flow");
        enqueue(bad);
        List<CompletableFuture<EnqueueResult>> results = new ArrayList<>();
        for (int count = 0; count < 100; count++) {
            QueueItem item = count == 50 ? bad : Records.item("flow");
            results.add(store.enqueue(Optional.empty(), item));
        }

        long failed = results.stream()
                .filter(result -> {
                    try {
                        get(result);
                        return false;
                    } catch (CompletionException failure) {
                        return true;
                    }
                })
                .count();

        assertThat(failed).isEqualTo(1);
        assertThat(store.waitingCount()).isEqualTo(100);
        assertThat(waitingIds(store)).hasSize(100);
    }

    @Test
    void queuesFirstInFirstOutWithPositions() {
        List<String> ids = new ArrayList<>();
        for (int count = 1; count <= 120; count++) {
            QueueItem item = Records.item("flow-" + count % 3);
            assertThat(enqueue(item).position()).isEqualTo(count);
            ids.add(item.queueId());
        }

        assertThat(waitingIds(store)).isEqualTo(ids);
        assertThat(store.waiting(2)).extracting(Waiting::position).containsExactly(1, 2);
        get(store.claim(ids.get(0), Records.run("flow", Optional.of(ids.get(0)), 1)));
        assertThat(store.waiting(1).get(0))
                .satisfies(first -> assertThat(first.position()).isEqualTo(1))
                .satisfies(first -> assertThat(first.item().queueId()).isEqualTo(ids.get(1)));
    }

    @Test
    void refusesWhatDoesNotFitIntoTheQueue() throws Exception {
        closed(store);
        store = opened("instance-1", 3);
        List<CompletableFuture<EnqueueResult>> results = new ArrayList<>();
        for (int count = 0; count < 40; count++) {
            QueueItem item = Records.item("flow");
            results.add(store.enqueue(Optional.of(Records.delivery(item, Optional.of("d" + count))), item));
        }

        List<EnqueueResult> answers =
                results.stream().map(RecordStoreContract::get).toList();

        assertThat(answers).filteredOn(Enqueued.class::isInstance).hasSize(3);
        assertThat(answers)
                .filteredOn(answer -> answer.equals(new QueueFull(3)))
                .hasSize(37);
        String first = waitingIds(store).get(0);
        get(store.remove(first, QueueState.REMOVED, "user-cancelled"));
        assertThat(enqueue(Records.item("flow")).position()).isEqualTo(3);
    }

    @Test
    void aRefusedDeliveryMayComeAgainWhenThereIsRoom() throws Exception {
        closed(store);
        store = opened("instance-1", 1);
        QueueItem waiting = Records.item("flow");
        QueueItem refused = Records.item("flow");
        get(store.enqueue(Optional.of(Records.delivery(waiting, Optional.of("d1"))), waiting));
        assertThat(get(store.enqueue(Optional.of(Records.delivery(refused, Optional.of("d2"))), refused)))
                .isEqualTo(new QueueFull(1));
        assertThat(get(store.enqueue(Optional.of(Records.delivery(refused, Optional.of("d1"))), refused)))
                .isEqualTo(new Duplicate(waiting.queueId(), waiting.correlationId()));
        get(store.remove(waiting.queueId(), QueueState.DROPPED, "workflow-deleted"));

        assertThat(get(store.enqueue(Optional.of(Records.delivery(refused, Optional.of("d2"))), refused)))
                .isEqualTo(new Enqueued(refused.queueId(), 1));
    }

    @Test
    void givesAnItemToOneClaimerOnly() throws Exception {
        QueueItem item = Records.item("flow");
        enqueue(item);
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        CyclicBarrier start = new CyclicBarrier(RACERS);
        try {
            List<Future<Optional<RunRow>>> claims = new ArrayList<>();
            for (int racer = 0; racer < RACERS; racer++) {
                claims.add(threads.submit(() -> {
                    RunRow run = Records.run("flow", Optional.of(item.queueId()), 1);
                    start.await(30, TimeUnit.SECONDS);
                    return get(store.claim(item.queueId(), run)) ? Optional.of(run) : Optional.empty();
                }));
            }
            List<RunRow> winners = new ArrayList<>();
            for (Future<Optional<RunRow>> claim : claims) {
                claim.get(30, TimeUnit.SECONDS).ifPresent(winners::add);
            }

            assertThat(winners).hasSize(1);
            assertThat(store.runs(Optional.empty(), Optional.empty(), Optional.empty(), 100))
                    .containsExactlyElementsOf(winners);
            assertThat(store.history(item.queueId()).orElseThrow())
                    .satisfies(history -> assertThat(history.state()).isEqualTo(QueueState.STARTED))
                    .satisfies(history ->
                            assertThat(history.runId()).contains(winners.get(0).runId()));
            assertThat(store.waitingCount()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFailedClaimLeavesTheItemInTheQueue() {
        QueueItem item = Records.item("flow");
        enqueue(item);
        RunRow run = Records.run("flow", Optional.of(item.queueId()), 1);
        get(store.insertRun(run));

        assertThatThrownBy(() -> get(store.claim(item.queueId(), run))).hasCauseInstanceOf(InfloopException.class);

        assertThat(waitingIds(store)).containsExactly(item.queueId());
        assertThat(store.waitingCount()).isEqualTo(1);
    }

    @Test
    void takesARemovedItemOutAndKeepsWhy() {
        QueueItem item = Records.item("flow");
        enqueue(item);

        assertThat(get(store.remove(item.queueId(), QueueState.REMOVED, "user-cancelled")))
                .isTrue();
        assertThat(get(store.remove(item.queueId(), QueueState.REMOVED, "user-cancelled")))
                .isFalse();

        assertThat(get(store.claim(item.queueId(), Records.run("flow", Optional.of(item.queueId()), 1))))
                .isFalse();
        assertThat(store.runs(Optional.empty(), Optional.empty(), Optional.empty(), 10))
                .isEmpty();
        assertThat(store.waiting(10)).isEmpty();
        QueueHistory history = store.history(item.queueId()).orElseThrow();
        assertThat(history.state()).isEqualTo(QueueState.REMOVED);
        assertThat(history.reason()).contains("user-cancelled");
        assertThat(store.history("q-1-unknown")).isEmpty();
    }

    @Test
    void recordsTheEndOfARunOnce() {
        RunRow run = Records.run("flow", Optional.empty(), 5);
        get(store.insertRun(run));
        assertThat(store.run(run.runId())).contains(run);

        get(store.finishRun(run.runId(), "failed", 9, OptionalDouble.of(0.25), Optional.of("node \"a\" failed"), 17));
        get(store.finishRun(run.runId(), "succeeded", 10, OptionalDouble.empty(), Optional.empty(), 18));

        RunRow finished = store.run(run.runId()).orElseThrow();
        assertThat(finished.status()).isEqualTo("failed");
        assertThat(finished.finishedAt()).hasValue(9);
        assertThat(finished.costUsd()).hasValue(0.25);
        assertThat(finished.errorMessage()).contains("node \"a\" failed");
        assertThat(finished.eventCount()).isEqualTo(17);
        assertThat(store.run("unknown")).isEmpty();
    }

    @Test
    void listsRunsNewestFirstByPageAndFilter() {
        List<RunRow> runs = new ArrayList<>();
        for (int count = 0; count < 20; count++) {
            RunRow run = Records.run("flow-" + count % 2, Optional.empty(), 1_000 + count);
            runs.add(0, run);
            get(store.insertRun(run));
        }
        get(store.finishRun(runs.get(3).runId(), "succeeded", 5_000, OptionalDouble.empty(), Optional.empty(), 1));

        assertThat(ids(store.runs(Optional.empty(), Optional.empty(), Optional.empty(), 5)))
                .isEqualTo(ids(runs.subList(0, 5)));
        assertThat(ids(store.runs(Optional.empty(), Optional.empty(), Optional.of(cursor(runs.get(4))), 5)))
                .isEqualTo(ids(runs.subList(5, 10)));
        assertThat(store.runs(Optional.of("flow-1"), Optional.empty(), Optional.empty(), 100))
                .hasSize(10)
                .allMatch(run -> run.workflowId().equals("flow-1"));
        assertThat(ids(store.runs(Optional.empty(), Optional.of("succeeded"), Optional.empty(), 100)))
                .containsExactly(runs.get(3).runId());
        assertThat(store.runs(Optional.empty(), Optional.of("running"), Optional.empty(), 100))
                .hasSize(19);
        assertThat(store.runs(Optional.of("flow-9"), Optional.empty(), Optional.empty(), 100))
                .isEmpty();
    }

    @Test
    void losesNoRunBetweenPagesWhenManyStartTogether() {
        List<String> started = new ArrayList<>();
        List<CompletableFuture<Void>> inserts = new ArrayList<>();
        for (int count = 0; count < 80; count++) {
            RunRow run = Records.run("flow-" + count % 2, Optional.empty(), 1_000);
            started.add(run.runId());
            inserts.add(store.insertRun(run));
        }
        inserts.forEach(RecordStoreContract::get);

        assertThat(paged(Optional.empty(), Optional.empty())).hasSize(80).containsExactlyInAnyOrderElementsOf(started);
        assertThat(paged(Optional.of("flow-1"), Optional.of("running")))
                .hasSize(40)
                .doesNotHaveDuplicates();
    }

    private List<String> paged(Optional<String> workflowId, Optional<String> status) {
        List<String> seen = new ArrayList<>();
        List<RunRow> page = store.runs(workflowId, status, Optional.empty(), 5);
        while (!page.isEmpty()) {
            seen.addAll(ids(page));
            page = store.runs(workflowId, status, Optional.of(cursor(page.get(page.size() - 1))), 5);
        }
        return seen;
    }

    private static RunCursor cursor(RunRow run) {
        return new RunCursor(run.startedAt(), run.runId());
    }

    @Test
    void findsOneWaitingItemWithItsPosition() {
        QueueItem first = Records.item("flow");
        QueueItem second = Records.item("flow");
        enqueue(first);
        enqueue(second);
        assertThat(store.waiting(second.queueId())).contains(new Waiting(second, 2));

        get(store.remove(first.queueId(), QueueState.REMOVED, "user-cancelled"));

        assertThat(store.waiting(second.queueId())).contains(new Waiting(second, 1));
        assertThat(store.waiting(first.queueId())).isEmpty();
        assertThat(store.waiting("q-1-unknown")).isEmpty();
    }

    @Test
    void givesTheOldestItemsOfAllWorkflowsButSome() {
        List<QueueItem> items = new ArrayList<>();
        for (int count = 0; count < 9; count++) {
            QueueItem item = Records.item("flow-" + count % 3);
            items.add(item);
            enqueue(item);
        }

        assertThat(store.oldest(Set.of(), 4)).isEqualTo(items.subList(0, 4));
        assertThat(store.oldest(Set.of("flow-0"), 3)).containsExactly(items.get(1), items.get(2), items.get(4));
        assertThat(store.oldest(Set.of("flow-0", "flow-1", "flow-2"), 3)).isEmpty();
        assertThat(store.oldest(Set.of(), 0)).isEmpty();
        get(store.claim(
                items.get(1).queueId(),
                Records.run("flow-1", Optional.of(items.get(1).queueId()), 1)));
        assertThat(store.oldest(Set.of("flow-0"), 1)).containsExactly(items.get(2));
    }

    @Test
    void leavesOutManyWorkflows() {
        QueueItem item = Records.item("flow");
        Set<String> except = new HashSet<>();
        for (int count = 0; count < 2_000; count++) {
            except.add("busy \"" + count + "\"");
        }
        enqueue(Records.item("busy \"1999\""));
        enqueue(item);

        assertThat(store.oldest(except, 1)).containsExactly(item);
    }

    @Test
    void aBusyWorkflowWithLargeInputsHidesNoOther() {
        Map<String, Object> large = Map.of("text", "x".repeat(2_000_000));
        List<CompletableFuture<EnqueueResult>> results = new ArrayList<>();
        for (int count = 0; count < 35; count++) {
            results.add(store.enqueue(Optional.empty(), Records.item("busy", large)));
        }
        results.forEach(RecordStoreContract::get);
        QueueItem next = Records.item("flow");
        enqueue(next);

        assertThat(store.oldest(Set.of("busy"), 10)).containsExactly(next);
        assertThat(store.waiting(next.queueId())).contains(new Waiting(next, 36));
        assertThat(store.oldest(Set.of(), 100)).hasSizeBetween(1, 35);
        assertThat(store.waiting(100)).hasSizeBetween(1, 35);
    }

    private static List<String> ids(List<RunRow> runs) {
        return runs.stream().map(RunRow::runId).toList();
    }

    @Test
    void forgetsFinishedRunsOnly() {
        RunRow running = Records.run("flow", Optional.empty(), 1);
        RunRow finished = Records.run("flow", Optional.empty(), 2);
        get(store.insertRun(running));
        get(store.insertRun(finished));
        get(store.finishRun(finished.runId(), "succeeded", 3, OptionalDouble.empty(), Optional.empty(), 1));

        get(store.deleteRun(running.runId()));
        get(store.deleteRun(finished.runId()));

        assertThat(store.run(running.runId())).isPresent();
        assertThat(store.run(finished.runId())).isEmpty();
    }

    @Test
    void keepsEverythingOverAStop() throws Exception {
        QueueItem waiting = Records.item("flow");
        QueueItem started = Records.item("flow");
        get(store.enqueue(Optional.of(Records.delivery(waiting, Optional.of("d1"))), waiting));
        enqueue(started);
        RunRow run = Records.run("flow", Optional.of(started.queueId()), 1);
        get(store.claim(started.queueId(), run));
        closed(store);

        store = opened("instance-2", QUEUE_MAX);

        assertThat(store.waiting(10)).containsExactly(new Waiting(waiting, 1));
        assertThat(store.waitingCount()).isEqualTo(1);
        assertThat(store.run(run.runId())).contains(run);
        QueueItem again = Records.item("flow");
        assertThat(get(store.enqueue(Optional.of(Records.delivery(again, Optional.of("d1"))), again)))
                .isEqualTo(new Duplicate(waiting.queueId(), waiting.correlationId()));
        assertThat(enqueue(Records.item("flow")).position()).isEqualTo(2);
    }

    @Test
    void acceptsFromManyThreadsAtOnceAndCommitsWhatWaitsWhenItCloses() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        List<Future<List<CompletableFuture<EnqueueResult>>>> submitted = new ArrayList<>();
        List<CompletableFuture<EnqueueResult>> results = new ArrayList<>();
        try {
            for (int racer = 0; racer < RACERS; racer++) {
                submitted.add(threads.submit(() -> {
                    List<CompletableFuture<EnqueueResult>> own = new ArrayList<>();
                    for (int count = 0; count < 25; count++) {
                        QueueItem item = Records.item("flow");
                        own.add(store.enqueue(Optional.of(Records.delivery(item, Optional.of(item.queueId()))), item));
                    }
                    return own;
                }));
            }
            for (Future<List<CompletableFuture<EnqueueResult>>> each : submitted) {
                results.addAll(each.get(30, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
        closed(store);

        assertThat(results).hasSize(400).allMatch(CompletableFuture::isDone);
        List<Integer> positions = results.stream()
                .map(result -> ((Enqueued) result.join()).position())
                .sorted()
                .toList();
        assertThat(positions).startsWith(1).endsWith(400).doesNotHaveDuplicates();
        store = opened("instance-1", QUEUE_MAX);
        assertThat(waitingIds(store)).hasSize(400);
    }

    @Test
    void refusesEverythingOnceClosed() throws Exception {
        closed(store);

        CompletableFuture<EnqueueResult> late = store.enqueue(Optional.empty(), Records.item("flow"));

        assertThatThrownBy(() -> get(late))
                .cause()
                .isInstanceOfSatisfying(InfloopException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.STORE_UNAVAILABLE));
        assertThatThrownBy(() -> store.waiting(1))
                .isInstanceOfSatisfying(InfloopException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.STORE_UNAVAILABLE));
    }

    @Test
    void tellsWhenTheQueueChanged() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        try (Registration registration = store.onQueueChange(told::countDown)) {
            enqueue(Records.item("flow"));

            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void noticesWhatAnotherServerDoes() throws Exception {
        RecordStore other = opened("instance-2", QUEUE_MAX);
        CountDownLatch told = new CountDownLatch(1);
        QueueItem item = Records.item("flow");
        try (Registration registration = store.onQueueChange(told::countDown)) {
            assertThat(get(other.enqueue(Optional.empty(), item))).isEqualTo(new Enqueued(item.queueId(), 1));

            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(store.waitingCount()).isEqualTo(1);
        assertThat(enqueue(Records.item("flow")).position()).isEqualTo(2);
        assertThat(get(store.claim(item.queueId(), Records.run("flow", Optional.of(item.queueId()), 1))))
                .isTrue();
        assertThat(get(other.claim(item.queueId(), Records.run("flow", Optional.of(item.queueId()), 1))))
                .isFalse();
    }

    @Test
    void givesALeaseToOneServerAtATime() throws Exception {
        RecordStore other = opened("instance-2", QUEUE_MAX);

        assertThat(store.holdLease("drain")).isTrue();
        assertThat(store.holdLease("drain")).isTrue();
        assertThat(other.holdLease("drain")).isFalse();
        assertThat(other.holdLease("plugins")).isTrue();

        store.releaseLease("drain");
        assertThat(other.holdLease("drain")).isTrue();
        assertThat(store.holdLease("drain")).isFalse();
        closed(other);
        assertThat(store.holdLease("drain")).isTrue();
    }
}
