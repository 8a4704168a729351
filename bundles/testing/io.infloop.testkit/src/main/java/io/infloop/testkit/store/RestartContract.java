package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Duplicate;
import io.infloop.store.RecordStore.EnqueueResult;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.store.RecordStore.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: what was accepted outlives a stop; a closed store refuses. */
public abstract class RestartContract extends RecordStoreSuite {
    private static final int RACERS = 16;

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
                .isEqualTo(new Duplicate(
                        Records.deliveryId(waiting), List.of(waiting.queueId()), waiting.correlationId()));
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
}
