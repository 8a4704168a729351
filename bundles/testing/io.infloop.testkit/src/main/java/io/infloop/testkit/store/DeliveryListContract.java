package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.DedupKey;
import io.infloop.store.DeliveryDetails;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.Refusal;
import io.infloop.store.StoredDelivery;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Contract of {@link DeliveryStore}: what came in is found again, by page and filter, with its raw bytes. */
public abstract class DeliveryListContract extends RecordStoreSuite {
    private static final DeliveryFilter ALL = DeliveryFilter.ALL;

    private static Delivery delivery(QueueItem item, String key, String senderId, long receivedAt) {
        return new Delivery(
                Records.deliveryId(item),
                item.triggerId(),
                Optional.of(DedupKey.of(key)),
                Optional.of("push"),
                item.correlationId(),
                receivedAt,
                Map.of("x-event", "push", "x-signature", "***"),
                ("body of " + key).repeat(100).getBytes(StandardCharsets.UTF_8),
                new DeliveryDetails(
                        Optional.of(item.workflowId()),
                        Optional.of("github"),
                        Optional.of(senderId),
                        "POST",
                        "a=1&token=***",
                        Optional.of("192.0.2.7"),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("signature", 120L)));
    }

    private QueueItem stored(String workflowId, String key, long receivedAt) {
        QueueItem item = Records.item(workflowId);
        get(store.enqueue(Optional.of(delivery(item, key, key, receivedAt)), item));
        return item;
    }

    private static List<String> ids(List<DeliverySummary> deliveries) {
        return deliveries.stream().map(DeliverySummary::id).toList();
    }

    @Test
    void keepsADeliveryWithItsRawBytesAndWhatBecameOfIt() {
        QueueItem item = stored("flow", "k1", 5_000);

        StoredDelivery found = deliveries().find(Records.deliveryId(item)).orElseThrow();

        Delivery given = delivery(item, "k1", "k1", 5_000);
        DeliverySummary summary = found.summary();
        assertThat(summary.outcome()).isEqualTo(DeliveryOutcome.ACCEPTED);
        assertThat(summary.triggerId()).isEqualTo(Records.TRIGGER);
        assertThat(summary.queueIds()).containsExactly(item.queueId());
        assertThat(summary.bodyLength()).isEqualTo(given.body().length);
        assertThat(summary.hasBody()).isTrue();
        assertThat(summary.receivedAt()).isEqualTo(5_000);
        assertThat(summary.eventType()).contains("push");
        assertThat(found.details()).isEqualTo(given.details());
        assertThat(found.headers()).isEqualTo(given.headers());
        assertThat(found.items()).extracting(QueueHistory::state).containsExactly(QueueState.QUEUED);
        assertThat(deliveries().body(summary.id())).get().isEqualTo(given.body());
        assertThat(deliveries().list(ALL, OptionalLong.empty(), 10)).containsExactly(summary);
        assertThat(deliveries().find("d-unknown")).isEmpty();
        assertThat(deliveries().body("d-unknown")).isEmpty();
    }

    @Test
    void listsADuplicateThatRefersToTheFirstWithoutStoringItsBodyAgain() {
        QueueItem first = stored("flow", "k1", 1_000);
        QueueItem again = Records.item("flow");
        get(store.enqueue(Optional.of(delivery(again, "k1", "k1", 2_000)), again));

        List<DeliverySummary> listed = deliveries().list(ALL, OptionalLong.empty(), 10);

        assertThat(ids(listed)).containsExactly(Records.deliveryId(again), Records.deliveryId(first));
        DeliverySummary duplicate = listed.get(0);
        assertThat(duplicate.outcome()).isEqualTo(DeliveryOutcome.DUPLICATE);
        assertThat(duplicate.duplicateOf()).contains(Records.deliveryId(first));
        assertThat(duplicate.queueIds()).containsExactly(first.queueId());
        assertThat(duplicate.hasBody()).isTrue();
        assertThat(deliveries().body(duplicate.id()))
                .get()
                .isEqualTo(delivery(first, "k1", "k1", 1_000).body());
    }

    @Test
    void namesTheDeliveryThatHasClaimedAKey() {
        QueueItem first = stored("flow", "k1", 1_000);
        QueueItem again = Records.item("flow");
        get(store.enqueue(Optional.of(delivery(again, "k1", "k1", 2_000)), again));

        assertThat(deliveries().claimedBy(Records.TRIGGER, "k1")).contains(Records.deliveryId(first));
        assertThat(deliveries().claimedBy(Records.TRIGGER, "k2")).isEmpty();
        assertThat(deliveries().claimedBy("another-trigger-0001", "k1")).isEmpty();
    }

    @Test
    void givesPagesOfEveryFilter() {
        List<String> expected = new ArrayList<>();
        for (int number = 0; number < 30; number++) {
            QueueItem item = stored("flow-" + number % 3, "k" + number, 1_000 + number);
            expected.add(0, Records.deliveryId(item));
        }
        DeliveryFilter ofFlow = filter(Optional.of("flow-1"), Optional.empty(), OptionalLong.empty());
        DeliveryFilter ofSender = filter(Optional.empty(), Optional.of("k7"), OptionalLong.empty());
        DeliveryFilter since = filter(Optional.empty(), Optional.empty(), OptionalLong.of(1_020));

        List<String> paged = new ArrayList<>();
        OptionalLong before = OptionalLong.empty();
        List<DeliverySummary> page = deliveries().list(ALL, before, 7);
        while (!page.isEmpty()) {
            paged.addAll(ids(page));
            before = OptionalLong.of(page.get(page.size() - 1).place());
            page = deliveries().list(ALL, before, 7);
        }
        assertThat(paged).isEqualTo(expected);
        assertThat(ids(deliveries().listOldestFirst(ALL, OptionalLong.empty(), 3)))
                .containsExactly(expected.get(29), expected.get(28), expected.get(27));
        assertThat(deliveries().list(ofFlow, OptionalLong.empty(), 100))
                .hasSize(10)
                .allMatch(found -> found.workflowId().equals(Optional.of("flow-1")));
        assertThat(ids(deliveries().list(ofSender, OptionalLong.empty(), 100))).containsExactly(expected.get(22));
        assertThat(ids(deliveries().list(since, OptionalLong.empty(), 100))).isEqualTo(expected.subList(0, 10));
        assertThat(deliveries().count(since, 100)).isEqualTo(10);
        assertThat(deliveries().count(ALL, 12)).isEqualTo(12);
        assertThat(deliveries().list(ALL, OptionalLong.empty(), 0)).isEmpty();
    }

    private static DeliveryFilter filter(Optional<String> workflowId, Optional<String> senderId, OptionalLong from) {
        return new DeliveryFilter(
                Optional.of(Records.TRIGGER),
                workflowId,
                Optional.of(DeliveryOutcome.ACCEPTED),
                Optional.of("push"),
                senderId,
                from,
                OptionalLong.of(Long.MAX_VALUE));
    }

    @Test
    void keepsRefusedOnesWithoutTheirBodyUnlessTheOperatorTurnedItOn() throws Exception {
        DeliverySettings defaults = DeliverySettings.DEFAULTS;
        QueueItem item = Records.item("flow");
        store.recordRefused(delivery(item, "k1", "k1", 1), Refusal.rejected("bad-signature"));
        reopened(
                QUEUE_MAX,
                new DeliverySettings(
                        defaults.queueMaxBytes(),
                        defaults.dedupTime(),
                        defaults.retention(),
                        defaults.retentionMax(),
                        defaults.retentionMaxBytes(),
                        true),
                Clock.systemUTC());
        QueueItem other = Records.item("flow");
        store.recordRefused(
                delivery(other, "k1", "k1", 1),
                new Refusal(DeliveryOutcome.FILTERED, "predicate", Optional.of("branch is not main"), false));
        get(store.deleteRun("written-after"));

        StoredDelivery rejected = deliveries().find(Records.deliveryId(item)).orElseThrow();
        StoredDelivery filtered = deliveries().find(Records.deliveryId(other)).orElseThrow();

        assertThat(rejected.summary().outcome()).isEqualTo(DeliveryOutcome.REJECTED);
        assertThat(rejected.summary().reason()).contains("bad-signature");
        assertThat(rejected.summary().hasBody()).isFalse();
        assertThat(rejected.summary().bodyLength()).isEqualTo(1_000);
        assertThat(rejected.bodySha256()).get().asString().hasSize(64);
        assertThat(rejected.bodyHead()).isEmpty();
        assertThat(filtered.summary().outcome()).isEqualTo(DeliveryOutcome.FILTERED);
        assertThat(filtered.summary().reason()).contains("predicate: branch is not main");
        assertThat(filtered.bodyHead())
                .get()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.BYTE_ARRAY)
                .hasSize(1_000);
        assertThat(deliveries().body(Records.deliveryId(other))).isEmpty();
    }

    @Test
    void aKeyOutlivesItsTimeOnlyForAsLongAsItWasAskedTo() throws Exception {
        ManualTime clock = new ManualTime();
        reopened(QUEUE_MAX, DeliverySettings.DEFAULTS, clock);
        QueueItem first = stored("flow", "k1", 1);
        QueueItem longer = Records.item("flow");
        Delivery kept = delivery(longer, "k2", "k2", 1);
        get(store.enqueue(
                Optional.of(new Delivery(
                        kept.id(),
                        kept.triggerId(),
                        Optional.of(new DedupKey("k2", Duration.ofDays(5).toMillis())),
                        kept.eventType(),
                        kept.correlationId(),
                        kept.receivedAt(),
                        kept.headers(),
                        kept.body(),
                        kept.details())),
                longer));

        clock.advance(Duration.ofHours(72).minusMillis(1));
        stored("flow", "k1", 2);
        assertThat(store.waitingCount()).isEqualTo(2);
        clock.advance(Duration.ofMillis(1));
        QueueItem fresh = stored("flow", "k1", 3);
        stored("flow", "k2", 3);

        assertThat(waitingIds(store)).containsExactly(first.queueId(), longer.queueId(), fresh.queueId());
        // It is the one that counts from now on.
        stored("flow", "k1", 4);
        assertThat(deliveries().list(ALL, OptionalLong.empty(), 1).get(0).duplicateOf())
                .contains(Records.deliveryId(fresh));
    }
}
