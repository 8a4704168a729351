package io.infloop.store.sqlite.internal;

import io.infloop.store.Concurrency;
import io.infloop.store.DedupKey;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.NewItem;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.testkit.store.Records;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Another server: takes the lease, then enqueues and prints each id once it is acknowledged. Ends by being killed. */
final class EnqueueUntilKilled {
    private static final int IN_FLIGHT = 64;
    private static final int BODY = 2_000;

    private EnqueueUntilKilled() {}

    @SuppressWarnings("FutureReturnValueIgnored")
    public static void main(String[] arguments) throws InterruptedException {
        Path data = Path.of(arguments[0]);
        LiveRecordStore store = LiveRecordStore.open(new StoreConfig(
                data, data.resolve("instances").resolve("child"), "child", 1_000_000, Clock.systemUTC()));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("lease " + store.holdLease("drain"));
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        int number = 0;
        while (!Thread.currentThread().isInterrupted()) {
            inFlight.acquire();
            QueueItem item = Records.item("flow");
            number++;
            store.enqueue(
                            Optional.of(Records.delivery(item, Optional.of(item.queueId()), new byte[BODY])),
                            number % 8 == 0 ? batch(item) : List.of(NewItem.of(item)))
                    .whenComplete((result, failure) -> {
                        if (result instanceof Enqueued enqueued) {
                            out.println("ack " + enqueued.queueId());
                        }
                        inFlight.release();
                    });
        }
    }

    /** With keys of its own, the second one by a concurrency policy. */
    private static List<NewItem> batch(QueueItem first) {
        QueueItem second = Records.item("flow", new Concurrency(first.queueId(), Concurrency.Policy.LATEST));
        return List.of(
                new NewItem(first, Optional.of(DedupKey.of("part-" + first.queueId()))),
                new NewItem(second, Optional.of(DedupKey.of("part-" + second.queueId()))));
    }
}
