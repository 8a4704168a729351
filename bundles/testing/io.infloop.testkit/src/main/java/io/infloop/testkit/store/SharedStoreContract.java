package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.Registration;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.Enqueued;
import io.infloop.store.RecordStore.QueueItem;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: servers notice what others do; a lease has one holder. */
public abstract class SharedStoreContract extends RecordStoreSuite {
    @Test
    void noticesWhatAnotherServerDoes() throws Exception {
        RecordStore other = opened("instance-2", QUEUE_MAX);
        CountDownLatch told = new CountDownLatch(1);
        QueueItem item = Records.item("flow");
        try (Registration registration = store.onQueueChange(told::countDown)) {
            assertThat(get(other.enqueue(Optional.empty(), item))).isEqualTo(new Enqueued(item.queueId(), 1));

            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(store.waitingCount()).isEqualTo(1);
        assertThat(enqueue(Records.item("flow")).position()).isEqualTo(2);
        assertThat(get(store.claim(item.queueId(), Records.run("flow", Optional.of(item.queueId()), 1))))
                .isTrue();
        assertThat(get(other.claim(item.queueId(), Records.run("flow", Optional.of(item.queueId()), 1))))
                .isFalse();
    }

    @Test
    void givesALeaseToOneServerAtATime() throws Exception {
        RecordStore other = opened("instance-2", QUEUE_MAX);

        assertThat(store.holdLease("drain")).isTrue();
        assertThat(store.holdLease("drain")).isTrue();
        assertThat(other.holdLease("drain")).isFalse();
        assertThat(other.holdLease("plugins")).isTrue();

        store.releaseLease("drain");
        assertThat(other.holdLease("drain")).isTrue();
        assertThat(store.holdLease("drain")).isFalse();
        closed(other);
        assertThat(store.holdLease("drain")).isTrue();
    }
}
