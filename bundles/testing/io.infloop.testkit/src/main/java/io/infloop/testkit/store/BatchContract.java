package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.InfloopException;
import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.DedupKey;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.NewItem;
import io.infloop.store.RecordStore.QueueFull;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.Queued;
import io.infloop.store.RecordStore.Seen;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: many items of one delivery are stored together, and bounded by their bytes. */
public abstract class BatchContract extends RecordStoreSuite {
    private static NewItem part(QueueItem item, String key) {
        return new NewItem(item, Optional.of(DedupKey.of(key)));
    }

    private EnqueueResult enqueueBatch(String key, List<NewItem> items) {
        return get(store.enqueue(Optional.of(Records.delivery(items.get(0).item(), Optional.ofNullable(key))), items));
    }

    private static List<NewItem> items(int count) {
        List<NewItem> items = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            items.add(NewItem.of(Records.item("flow")));
        }
        return items;
    }

    private static List<String> ids(List<NewItem> items) {
        return items.stream().map(item -> item.item().queueId()).toList();
    }

    private List<DeliverySummary> listed() {
        return deliveries().list(DeliveryFilter.ALL, OptionalLong.empty(), 100);
    }

    @Test
    void storesABatchInOrderAndAnswersItsRepetitionWithAllIds() {
        List<NewItem> items = items(5);

        Enqueued enqueued = (Enqueued) enqueueBatch("batch", items);

        assertThat(enqueued.items())
                .extracting(item -> ((Queued) item).position())
                .containsExactly(1, 2, 3, 4, 5);
        assertThat(waitingIds(store)).isEqualTo(ids(items));
        assertThat(listed()).singleElement().satisfies(delivery -> assertThat(delivery.queueIds())
                .isEqualTo(ids(items)));
        assertThat(enqueueBatch("batch", items(5)))
                .isInstanceOfSatisfying(Duplicate.class, duplicate -> assertThat(duplicate.queueIds())
                        .isEqualTo(ids(items)));
        assertThat(store.waitingCount()).isEqualTo(5);
    }

    @Test
    void theRepetitionOfABatchIsToldWhatTheBatchWasTold() {
        enqueueBatch("first", List.of(part(Records.item("flow"), "a")));
        Enqueued second = (Enqueued)
                enqueueBatch("second", List.of(part(Records.item("flow"), "a"), part(Records.item("flow"), "b")));

        Duplicate repeated = (Duplicate)
                enqueueBatch("second", List.of(part(Records.item("flow"), "a"), part(Records.item("flow"), "b")));

        assertThat(repeated.queueIds())
                .isEqualTo(second.items().stream()
                        .map(RecordStore.ItemResult::queueId)
                        .toList());
    }

    @Test
    void storesNothingOfABatchThatDoesNotFit() throws Exception {
        reopened(5, DeliverySettings.DEFAULTS, Clock.systemUTC());
        enqueueBatch("small", items(3));
        List<NewItem> tooMany = List.of(
                part(Records.item("flow"), "a"), part(Records.item("flow"), "b"), part(Records.item("flow"), "c"));

        assertThat(enqueueBatch("large", tooMany)).isEqualTo(new QueueFull(3, QueueFull.Bound.ITEMS));

        assertThat(store.waitingCount()).isEqualTo(3);
        assertThat(listed()).hasSize(1);
        assertThat(store.history(tooMany.get(0).item().queueId())).isEmpty();
        // No claim is left, neither of the delivery nor of a part.
        get(store.remove(waitingIds(store).get(0), QueueState.REMOVED, "user-cancelled"));
        assertThat(enqueueBatch("large", tooMany)).isInstanceOf(Enqueued.class);
        assertThat(store.waitingCount()).isEqualTo(5);
    }

    @Test
    void runsOnlyThePartsOfABatchThatAreNew() {
        QueueItem first = Records.item("flow");
        QueueItem second = Records.item("flow");
        QueueItem third = Records.item("flow");
        QueueItem twice = Records.item("flow");
        enqueueBatch(null, List.of(part(first, "e1")));

        Enqueued enqueued = (Enqueued) enqueueBatch(
                null,
                List.of(part(Records.item("flow"), "e1"), part(second, "e2"), part(third, "e3"), part(twice, "e3")));

        assertThat(enqueued.items())
                .containsExactly(
                        new Seen(first.queueId(), first.correlationId()),
                        new Queued(second.queueId(), 2, List.of(), List.of()),
                        new Queued(third.queueId(), 3, List.of(), List.of()),
                        new Seen(third.queueId(), enqueuedCorrelation(enqueued)));
        assertThat(waitingIds(store)).containsExactly(first.queueId(), second.queueId(), third.queueId());
    }

    private static String enqueuedCorrelation(Enqueued enqueued) {
        return ((Seen) enqueued.items().get(3)).correlationId();
    }

    @Test
    void aBatchOfWhichAllIsKnownIsADuplicate() {
        QueueItem first = Records.item("flow");
        QueueItem second = Records.item("flow");
        enqueueBatch(null, List.of(part(first, "e1"), part(second, "e2")));

        EnqueueResult again =
                enqueueBatch(null, List.of(part(Records.item("flow"), "e2"), part(Records.item("flow"), "e1")));

        assertThat(again).isInstanceOfSatisfying(Duplicate.class, duplicate -> assertThat(duplicate.queueIds())
                .containsExactly(second.queueId(), first.queueId()));
        assertThat(store.waitingCount()).isEqualTo(2);
        assertThat(listed())
                .extracting(DeliverySummary::outcome)
                .containsExactly(DeliveryOutcome.DUPLICATE, DeliveryOutcome.ACCEPTED);
    }

    @Test
    void aBatchOfWhichOneItemFailsLeavesNothing() {
        QueueItem stored = Records.item("flow");
        enqueue(stored);
        QueueItem fresh = Records.item("flow");

        assertThatThrownBy(() -> enqueueBatch("batch", List.of(part(fresh, "e1"), NewItem.of(stored))))
                .hasCauseInstanceOf(InfloopException.class);

        assertThat(waitingIds(store)).containsExactly(stored.queueId());
        assertThat(enqueueBatch("batch", List.of(part(fresh, "e1")))).isEqualTo(new Enqueued(fresh.queueId(), 2));
    }

    @Test
    void boundsTheQueueByBytesAsWell() throws Exception {
        DeliverySettings defaults = DeliverySettings.DEFAULTS;
        reopened(
                QUEUE_MAX,
                new DeliverySettings(
                        20_000,
                        defaults.dedupTime(),
                        defaults.retention(),
                        defaults.retentionMax(),
                        defaults.retentionMaxBytes(),
                        false),
                Clock.systemUTC());
        byte[] noise = new byte[6_000];
        new java.util.Random(1).nextBytes(noise);
        List<String> accepted = new ArrayList<>();
        EnqueueResult last;
        do {
            QueueItem item = Records.item("flow", Map.of("a", "b"));
            last = get(store.enqueue(Optional.of(Records.delivery(item, Optional.of(item.queueId()), noise)), item));
            if (last instanceof Enqueued) {
                accepted.add(item.queueId());
            }
        } while (last instanceof Enqueued && accepted.size() < 10);

        assertThat(last).isEqualTo(new QueueFull(3, QueueFull.Bound.BYTES));
        assertThat(accepted).hasSize(3);
        get(store.claim(accepted.get(0), Records.run("flow", Optional.of(accepted.get(0)), 1)));
        QueueItem next = Records.item("flow");
        assertThat(get(store.enqueue(Optional.of(Records.delivery(next, Optional.empty(), noise)), next)))
                .isEqualTo(new Enqueued(next.queueId(), 3));
        reopened(
                QUEUE_MAX,
                new DeliverySettings(20_000, defaults.dedupTime(), defaults.retention(), 1, 1 << 20, false),
                Clock.systemUTC());
        assertThat(get(store.enqueue(
                        Optional.of(Records.delivery(Records.item("flow"), Optional.empty(), noise)),
                        Records.item("flow"))))
                .isEqualTo(new QueueFull(3, QueueFull.Bound.BYTES));
    }
}
