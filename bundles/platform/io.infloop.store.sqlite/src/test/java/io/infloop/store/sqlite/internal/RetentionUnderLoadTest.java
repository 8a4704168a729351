package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.store.RecordStore.Waiting;
import io.infloop.testkit.store.Records;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries are forgotten while others come in. */
class RetentionUnderLoadTest {
    private static final int DELIVERIES = Integer.getInteger("infloop.retained", 2_000);
    private static final int KEPT = 100;
    private static final int WAITING = 20;
    private static final DeliverySettings SETTINGS =
            new DeliverySettings(1L << 30, Duration.ofHours(72), Duration.ofDays(7), KEPT, 1L << 30, false);

    @TempDir
    Path data;

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return Instant.now().plus(ahead.get());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    private static Delivery delivery(QueueItem item, Clock clock) {
        Delivery made = Records.delivery(item, Optional.of(item.queueId()), new byte[3_000]);
        return new Delivery(
                made.id(),
                made.triggerId(),
                made.dedup(),
                made.eventType(),
                made.correlationId(),
                clock.millis(),
                made.headers(),
                made.body(),
                made.details());
    }

    @Test
    void keepsItsBoundsAndWhatWaitsAndTheKeys() {
        try (LiveRecordStore store = LiveRecordStore.open(
                new StoreConfig(data, data.resolve("instances/one"), "one", 1_000_000, SETTINGS, clock))) {
            QueueItem first = null;
            List<CompletableFuture<?>> results = new ArrayList<>();
            for (int number = 0; number < DELIVERIES; number++) {
                QueueItem item = Records.item("flow");
                first = first == null ? item : first;
                CompletableFuture<?> enqueued = store.enqueue(Optional.of(delivery(item, clock)), item)
                        .thenApply(result -> assertThat(result).isInstanceOf(Enqueued.class));
                if (number >= WAITING) {
                    RunRow run = Records.run("flow", Optional.of(item.queueId()), 1);
                    enqueued = enqueued.thenCompose(done -> store.claim(item.queueId(), run))
                            .thenCompose(claimed -> store.finishRun(
                                    run.runId(), "succeeded", 2, OptionalDouble.empty(), Optional.empty(), 1));
                }
                results.add(enqueued);
                if (results.size() >= 200) {
                    results.forEach(CompletableFuture::join);
                    results.clear();
                    ahead.updateAndGet(time -> time.plusMinutes(2));
                }
            }
            results.forEach(CompletableFuture::join);
            ahead.updateAndGet(time -> time.plusMinutes(2));

            DeliveryFilter accepted = new DeliveryFilter(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(DeliveryOutcome.ACCEPTED),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty());
            await().atMost(Duration.ofSeconds(60)).until(() -> store.count(accepted, DELIVERIES) == KEPT + WAITING);
            assertThat(store.waiting(DELIVERIES)).hasSize(WAITING).allSatisfy((Waiting waiting) -> assertThat(
                            store.body(Records.deliveryId(waiting.item())))
                    .isPresent());
            // A delivery that is forgotten is known all the same.
            QueueItem repeated = Records.item("flow");
            QueueItem known = first;
            assertThat(store.enqueue(Optional.of(Records.delivery(repeated, Optional.of(known.queueId()))), repeated)
                            .join())
                    .isInstanceOfSatisfying(Duplicate.class, duplicate -> assertThat(duplicate.queueId())
                            .isEqualTo(known.queueId()));
        }
    }
}
