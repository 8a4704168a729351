package io.infloop.store.sqlite.internal;

import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.testkit.store.Records;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
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
        while (!Thread.currentThread().isInterrupted()) {
            inFlight.acquire();
            QueueItem item = Records.item("flow");
            store.enqueue(Optional.of(Records.delivery(item, Optional.of(item.queueId()), new byte[BODY])), item)
                    .whenComplete((result, failure) -> {
                        if (result instanceof Enqueued enqueued) {
                            out.println("ack " + enqueued.queueId());
                        }
                        inFlight.release();
                    });
        }
    }
}
