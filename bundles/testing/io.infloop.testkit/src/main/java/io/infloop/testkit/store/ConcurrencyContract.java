package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.Concurrency;
import io.infloop.store.Concurrency.Policy;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.ItemResult;
import io.infloop.store.RecordStore.QueueFull;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.Queued;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.store.RecordStore.Skipped;
import io.infloop.store.RecordStore.Waiting;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: items of one workflow and key, by the policy of the one that comes. */
public abstract class ConcurrencyContract extends RecordStoreSuite {
    private static QueueItem item(String key, Policy policy) {
        return Records.item("flow", new Concurrency(key, policy));
    }

    private ItemResult add(QueueItem item) {
        EnqueueResult result =
                get(store.enqueue(Optional.of(Records.delivery(item, Optional.of(item.queueId()))), item));
        return ((Enqueued) result).items().get(0);
    }

    private RunRow started(QueueItem item) {
        RunRow run = Records.run("flow", Optional.of(item.queueId()), 1);
        assertThat(get(store.claim(item.queueId(), run))).isTrue();
        return run;
    }

    private void ended(RunRow run) {
        get(store.finishRun(run.runId(), "succeeded", 2, OptionalDouble.empty(), Optional.empty(), 1));
    }

    private QueueHistory history(QueueItem item) {
        return store.history(item.queueId()).orElseThrow();
    }

    @Test
    void doesNotOfferItemsOfAKeyThatRunsButThoseOfOthers() throws Exception {
        QueueItem first = item("pr-1", Policy.QUEUE);
        QueueItem second = item("pr-1", Policy.QUEUE);
        QueueItem other = item("pr-2", Policy.QUEUE);
        QueueItem elsewhere = Records.item("another", new Concurrency("pr-1", Policy.QUEUE));
        QueueItem without = Records.item("flow");
        List.of(first, second, other, elsewhere, without).forEach(this::add);
        assertThat(store.oldest(Set.of(), 10)).containsExactly(first, second, other, elsewhere, without);
        assertThat(store.waiting(second.queueId())).contains(new Waiting(second, 2));

        RunRow run = started(first);

        assertThat(store.oldest(Set.of(), 10)).containsExactly(other, elsewhere, without);
        CountDownLatch told = new CountDownLatch(1);
        store.onQueueChange(told::countDown);
        ended(run);
        assertThat(store.oldest(Set.of(), 10)).containsExactly(second, other, elsewhere, without);
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void skipsWhileAnItemOfTheKeyWaitsOrRuns() {
        QueueItem first = item("pr-1", Policy.SKIP);
        assertThat(add(first)).isInstanceOf(Queued.class);
        QueueItem second = item("pr-1", Policy.SKIP);
        assertThat(add(second)).isEqualTo(new Skipped(second.queueId()));
        assertThat(history(second).state()).isEqualTo(QueueState.SKIPPED);
        assertThat(add(item("pr-2", Policy.SKIP))).isInstanceOf(Queued.class);

        RunRow run = started(first);
        assertThat(add(item("pr-1", Policy.SKIP))).isInstanceOf(Skipped.class);
        ended(run);

        assertThat(add(item("pr-1", Policy.SKIP))).isInstanceOf(Queued.class);
        assertThat(store.waitingCount()).isEqualTo(2);
        assertThat(deliveries().find(Records.deliveryId(second)).orElseThrow().items())
                .extracting(QueueHistory::state)
                .containsExactly(QueueState.SKIPPED);
    }

    @Test
    void latestTakesThePlaceOfThoseThatWait() {
        QueueItem running = item("pr-1", Policy.LATEST);
        add(running);
        started(running);
        QueueItem waiting = item("pr-1", Policy.LATEST);
        add(waiting);
        QueueItem other = item("pr-2", Policy.LATEST);
        add(other);
        QueueItem last = item("pr-1", Policy.LATEST);

        ItemResult result = add(last);

        assertThat(result).isEqualTo(new Queued(last.queueId(), 2, List.of(waiting.queueId()), List.of()));
        assertThat(waitingIds(store)).containsExactly(other.queueId(), last.queueId());
        assertThat(history(waiting).state()).isEqualTo(QueueState.SUPERSEDED);
        assertThat(history(waiting).reason()).contains("superseded by " + last.queueId());
        assertThat(history(running).state()).isEqualTo(QueueState.STARTED);
    }

    @Test
    void replaceNamesTheRunToCancelAsWell() {
        QueueItem running = item("pr-1", Policy.REPLACE);
        add(running);
        RunRow run = started(running);
        QueueItem waiting = item("pr-1", Policy.QUEUE);
        add(waiting);
        QueueItem last = item("pr-1", Policy.REPLACE);

        assertThat(add(last))
                .isEqualTo(new Queued(last.queueId(), 1, List.of(waiting.queueId()), List.of(run.runId())));
    }

    @Test
    void aFullQueueHasRoomForWhatTakesAPlaceOver() throws Exception {
        reopened(2, DeliverySettings.DEFAULTS, Clock.systemUTC());
        QueueItem waiting = item("pr-1", Policy.LATEST);
        add(waiting);
        add(Records.item("flow"));

        assertThat(get(store.enqueue(Optional.empty(), item("pr-2", Policy.LATEST))))
                .isEqualTo(new QueueFull(2, QueueFull.Bound.ITEMS));
        QueueItem last = item("pr-1", Policy.LATEST);
        assertThat(add(last)).isEqualTo(new Queued(last.queueId(), 2, List.of(waiting.queueId()), List.of()));
        assertThat(store.waitingCount()).isEqualTo(2);
    }
}
