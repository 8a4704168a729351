package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.Registration;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueFull;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.Waiting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: items wait in order, in a queue of bounded length. */
public abstract class QueueContract extends RecordStoreSuite {
    @Test
    void whoLooksInVainFindsWhatComesAndWhatBecomesFree() {
        QueueItem busy = Records.item("busy");
        enqueue(busy);
        assertThat(store.oldest(Set.of("busy"), 10)).isEmpty();
        QueueItem other = Records.item("other");
        enqueue(other);
        assertThat(store.oldest(Set.of("busy"), 10)).containsExactly(other);
        assertThat(store.oldest(Set.of("busy", "other"), 10)).isEmpty();
        assertThat(store.oldest(Set.of("other"), 10)).containsExactly(busy);
        assertThat(store.oldest(Set.of("busy"), 10)).containsExactly(other);
        assertThat(store.oldest(Set.of(), 10)).containsExactly(busy, other);
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
                results.stream().map(RecordStoreSuite::get).toList();

        assertThat(answers).filteredOn(Enqueued.class::isInstance).hasSize(3);
        assertThat(answers)
                .filteredOn(answer -> answer.equals(new QueueFull(3, QueueFull.Bound.ITEMS)))
                .hasSize(37);
        String first = waitingIds(store).get(0);
        get(store.remove(first, QueueState.REMOVED, "user-cancelled"));
        assertThat(enqueue(Records.item("flow")).position()).isEqualTo(3);
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
        results.forEach(RecordStoreSuite::get);
        QueueItem next = Records.item("flow");
        enqueue(next);

        assertThat(store.oldest(Set.of("busy"), 10)).containsExactly(next);
        assertThat(store.waiting(next.queueId())).contains(new Waiting(next, 36));
        assertThat(store.oldest(Set.of(), 100)).hasSizeBetween(1, 35);
        assertThat(store.waiting(100)).hasSizeBetween(1, 35);
    }

    @Test
    void tellsWhenTheQueueChanged() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        try (Registration registration = store.onQueueChange(told::countDown)) {
            enqueue(Records.item("flow"));

            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
