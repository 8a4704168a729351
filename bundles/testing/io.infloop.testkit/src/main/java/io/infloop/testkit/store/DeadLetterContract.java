package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.DeadLetter;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliveryStore.Requeue;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Contract of {@link DeliveryStore}: items that could not start are kept with their inputs and can be enqueued again. */
public abstract class DeadLetterContract extends RecordStoreSuite {
    private QueueItem dropped(String workflowId) {
        QueueItem item = Records.item(workflowId);
        get(store.enqueue(Optional.of(Records.delivery(item, Optional.empty())), item));
        get(store.remove(item.queueId(), QueueState.DROPPED, "workflow-deleted"));
        return item;
    }

    @Test
    void listsWhatWasDroppedWithItsInputs() {
        QueueItem first = dropped("flow");
        QueueItem second = dropped("flow");
        QueueItem removed = Records.item("flow");
        enqueue(removed);
        get(store.remove(removed.queueId(), QueueState.REMOVED, "user-cancelled"));

        assertThat(deliveries().deadLetters(OptionalLong.empty(), 10))
                .extracting(DeadLetter::item)
                .containsExactly(second, first);
        DeadLetter newest = deliveries().deadLetters(OptionalLong.empty(), 1).get(0);
        assertThat(newest.reason()).isEqualTo("workflow-deleted");
        assertThat(newest.deliveryId()).contains(Records.deliveryId(second));
        assertThat(newest.readable()).isTrue();
        assertThat(deliveries().deadLetters(OptionalLong.of(newest.place()), 10))
                .extracting(DeadLetter::item)
                .containsExactly(first);
        assertThat(deliveries().deadLetter(first.queueId())).isPresent();
        assertThat(deliveries().deadLetter(removed.queueId())).isEmpty();
    }

    @Test
    void putsAnItemBackAtItsOldPlace() {
        QueueItem dead = dropped("flow");
        QueueItem later = Records.item("flow");
        enqueue(later);

        assertThat(get(deliveries().requeue(dead.queueId()))).isEqualTo(Requeue.REQUEUED);

        assertThat(store.oldest(Set.of(), 10)).containsExactly(dead, later);
        assertThat(store.waitingCount()).isEqualTo(2);
        assertThat(store.history(dead.queueId()).orElseThrow().state()).isEqualTo(QueueState.QUEUED);
        assertThat(get(deliveries().requeue(dead.queueId()))).isEqualTo(Requeue.NOT_FOUND);
        assertThat(get(store.claim(dead.queueId(), Records.run("flow", Optional.of(dead.queueId()), 1))))
                .isTrue();
        assertThat(store.waitingCount()).isEqualTo(1);
        assertThat(deliveries().deadLetters(OptionalLong.empty(), 10)).isEmpty();
    }

    @Test
    void anItemThatComesBackIsFoundAlsoByWhoLookedThereInVain() {
        QueueItem dead = dropped("flow");
        QueueItem busy = Records.item("busy");
        enqueue(busy);
        assertThat(store.oldest(Set.of("busy"), 10)).isEmpty();
        assertThat(store.oldest(Set.of("busy"), 10)).isEmpty();

        assertThat(get(deliveries().requeue(dead.queueId()))).isEqualTo(Requeue.REQUEUED);

        assertThat(store.oldest(Set.of("busy"), 10)).containsExactly(dead);
    }

    @Test
    void doesNotExceedTheQueueAndForgetsWhatIsDiscarded() throws Exception {
        reopened(1, DeliverySettings.DEFAULTS, Clock.systemUTC());
        QueueItem dead = dropped("flow");
        enqueue(Records.item("flow"));

        assertThat(get(deliveries().requeue(dead.queueId()))).isEqualTo(Requeue.QUEUE_FULL);
        assertThat(get(deliveries().requeue("q-1-unknown"))).isEqualTo(Requeue.NOT_FOUND);
        assertThat(get(deliveries().discard(dead.queueId(), "user-discarded"))).isTrue();
        assertThat(get(deliveries().discard(dead.queueId(), "user-discarded"))).isFalse();

        assertThat(deliveries().deadLetters(OptionalLong.empty(), 10)).isEmpty();
        assertThat(store.history(dead.queueId()).orElseThrow().state()).isEqualTo(QueueState.REMOVED);
        assertThat(get(deliveries().requeue(dead.queueId()))).isEqualTo(Requeue.NOT_FOUND);
    }
}
