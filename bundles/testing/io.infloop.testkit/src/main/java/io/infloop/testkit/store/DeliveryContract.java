package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.InfloopException;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueFull;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: a delivery is stored with its item or not at all, and once. */
public abstract class DeliveryContract extends RecordStoreSuite {
    @Test
    void answersARepeatedDeliveryWithTheFirstOne() {
        QueueItem first = Records.item("flow");
        QueueItem second = Records.item("flow");
        get(store.enqueue(Optional.of(Records.delivery(first, Optional.of("d1"))), first));

        EnqueueResult repeated = get(store.enqueue(Optional.of(Records.delivery(second, Optional.of("d1"))), second));

        assertThat(repeated).isEqualTo(duplicateOf(first));
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
                results.stream().map(RecordStoreSuite::get).toList();

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

        assertThat(repeated).isEqualTo(duplicateOf(first));
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
        store.recordRejected(Records.delivery(Records.item("flow"), Optional.of("d1")), "bad-signature");
        // Whatever was submitted before this one is stored when it is.
        enqueue(Records.item("flow"));

        EnqueueResult result = get(store.enqueue(Optional.of(Records.delivery(item, Optional.of("d1"))), item));

        assertThat(result).isInstanceOf(Enqueued.class);
    }

    @Test
    void aRefusedDeliveryMayComeAgainWhenThereIsRoom() throws Exception {
        closed(store);
        store = opened("instance-1", 1);
        QueueItem waiting = Records.item("flow");
        QueueItem refused = Records.item("flow");
        get(store.enqueue(Optional.of(Records.delivery(waiting, Optional.of("d1"))), waiting));
        assertThat(get(store.enqueue(Optional.of(Records.delivery(refused, Optional.of("d2"))), refused)))
                .isEqualTo(new QueueFull(1, QueueFull.Bound.ITEMS));
        QueueItem repeated = Records.item("flow");
        assertThat(get(store.enqueue(Optional.of(Records.delivery(repeated, Optional.of("d1"))), repeated)))
                .isEqualTo(duplicateOf(waiting));
        get(store.remove(waiting.queueId(), QueueState.DROPPED, "workflow-deleted"));

        assertThat(get(store.enqueue(Optional.of(Records.delivery(refused, Optional.of("d2"))), refused)))
                .isEqualTo(new Enqueued(refused.queueId(), 1));
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

    /** Deliveries of {@link Records} have ids that are made of the item's. */
    private static Duplicate duplicateOf(QueueItem first) {
        return new Duplicate(Records.deliveryId(first), List.of(first.queueId()), first.correlationId());
    }
}
