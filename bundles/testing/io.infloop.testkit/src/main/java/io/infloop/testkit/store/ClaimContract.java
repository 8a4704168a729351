package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.InfloopException;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.RecordStore.RunRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: an item leaves the queue once, claimed by one run or removed. */
public abstract class ClaimContract extends RecordStoreSuite {
    private static final int RACERS = 16;

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
}
