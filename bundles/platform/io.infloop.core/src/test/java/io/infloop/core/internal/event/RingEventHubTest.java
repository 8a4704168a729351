package io.infloop.core.internal.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub.Event;
import io.infloop.core.event.EventHub.Watcher;
import io.infloop.spi.Registration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RingEventHubTest {
    private static final long BASE = 1000;

    private final RingEventHub hub = new RingEventHub(8, 10_000, BASE);

    @Test
    void deliversInOrderSerialisedOnceTypeFirst() {
        Recorder one = new Recorder();
        Recorder two = new Recorder();
        assertThat(hub.lastId()).isZero();
        try (Registration first = hub.subscribe(0, one);
                Registration second = hub.subscribe(0, two)) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("nodeId", "a");
            fields.put("type", "ignored");
            fields.put("none", null);
            fields.put("ts", 7);
            hub.publish("node_started", Optional.of("r1"), fields);
            hub.publish("node_finished", Optional.empty(), Map.of());
            await().until(() -> one.events.size() == 2 && two.events.size() == 2);

            assertThat(new String(one.events.get(0).json(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"type\":\"node_started\",\"nodeId\":\"a\",\"none\":null,\"ts\":7}");
            assertThat(one.events.get(0).runId()).contains("r1");
            assertThat(one.events.get(0).json()).isSameAs(two.events.get(0).json());
            assertThat(one.ids()).containsExactly(BASE + 1, BASE + 2);
            assertThat(hub.lastId()).isEqualTo(BASE + 2);
            assertThat(hub.watcherCount()).isEqualTo(2);
        }
        await().until(() -> hub.watcherCount() == 0);
    }

    @Test
    void stampsWhatHasNoTime() {
        long before = System.currentTimeMillis();
        Recorder recorder = new Recorder();
        try (Registration watching = hub.subscribe(0, recorder)) {
            hub.publish("trigger_removed", Optional.empty(), Map.of("queueId", "q"));
            await().until(() -> recorder.events.size() == 1);
        }
        String json = new String(recorder.events.get(0).json(), StandardCharsets.UTF_8);

        assertThat(json).startsWith("{\"type\":\"trigger_removed\",\"queueId\":\"q\",\"ts\":");
        assertThat(Long.parseLong(json.replaceAll("\\D", ""))).isBetween(before, System.currentTimeMillis());
    }

    @Test
    void everyWatcherIsToldOnceThatNothingMoreComes() {
        Recorder left = new Recorder();
        Recorder stays = new Recorder();
        Registration leaving = hub.subscribe(0, left);
        hub.subscribe(0, stays);
        leaving.close();
        await().until(() -> left.ended.get() == 1);
        assertThat(stays.ended).hasValue(0);

        hub.close();
        await().until(() -> stays.ended.get() == 1);
        Recorder late = new Recorder();
        hub.subscribe(0, late);

        await().until(() -> late.ended.get() == 1);
        await().until(() -> hub.watcherCount() == 0);
        assertThat(left.ended).hasValue(1);
    }

    @Test
    void resumesAfterAnId() {
        publish(3);
        Recorder recorder = new Recorder();
        try (Registration watching = hub.subscribe(BASE + 2, recorder)) {
            await().until(() -> recorder.events.size() == 1);
            assertThat(recorder.ids()).containsExactly(BASE + 3);
            assertThat(recorder.missed).isEmpty();
        }
    }

    @Test
    void whoComesTooLateIsTold() {
        publish(20);
        Recorder recorder = new Recorder();
        try (Registration watching = hub.subscribe(BASE + 1, recorder)) {
            await().until(() -> recorder.events.size() == 8);
            assertThat(recorder.missed).containsExactly(BASE + 12);
            assertThat(recorder.ids()).startsWith(BASE + 13).endsWith(BASE + 20);
        }
    }

    @Test
    void anIdOfAnEarlierServerIsTooOldAndOneFromTheFutureToo() {
        Recorder old = new Recorder();
        Recorder future = new Recorder();
        publish(1);
        try (Registration first = hub.subscribe(5, old);
                Registration second = hub.subscribe(BASE + 500, future)) {
            await().until(() -> old.events.size() == 1 && future.missed.size() == 1);
            assertThat(old.missed).containsExactly(BASE);
            assertThat(future.missed).containsExactly(BASE + 1);
            publish(1);
            await().until(() -> future.events.size() == 1);
        }
    }

    @Test
    void aSlowWatcherFallsBehindAndHoldsNobodyUp() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Recorder slow = new Recorder(release);
        Recorder fast = new Recorder();
        try (Registration first = hub.subscribe(0, slow);
                Registration second = hub.subscribe(0, fast)) {
            publish(1);
            await().until(() -> slow.entered);
            for (int index = 1; index < 20; index++) {
                publish(1);
                int wanted = index + 1;
                await().pollInterval(java.time.Duration.ofMillis(2)).until(() -> fast.events.size() == wanted);
            }
            release.countDown();
            await().until(() -> slow.ids().contains(BASE + 20));

            assertThat(fast.missed).isEmpty();
            assertThat(slow.missed).containsExactly(BASE + 12);
            assertThat(slow.events.size()).isEqualTo(9);
        }
    }

    @Test
    void bytesAreBoundedAsWell() {
        for (int index = 0; index < 5; index++) {
            hub.publish("big", Optional.empty(), Map.of("text", "x".repeat(4000)));
        }
        Recorder recorder = new Recorder();
        try (Registration watching = hub.subscribe(0, recorder)) {
            await().until(() -> recorder.ids().contains(BASE + 5));
            assertThat(recorder.events).hasSize(2);
            assertThat(recorder.missed).containsExactly(BASE + 3);
        }
    }

    @Test
    void aWatcherThatThrowsIsDroppedAndClosedOnesHearNothing() {
        hub.subscribe(0, new Watcher() {
            @Override
            public void event(Event event) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void missed(long resumedAfter) {}
        });
        publish(1);
        await().until(() -> hub.watcherCount() == 0);

        Recorder recorder = new Recorder();
        Registration watching = hub.subscribe(hub.lastId(), recorder);
        watching.close();
        watching.close();
        publish(1);
        assertThat(hub.watcherCount()).isZero();
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void watchersAreBounded() {
        List<Registration> watching = new ArrayList<>();
        for (int index = 0; index < RingEventHub.MAX_WATCHERS; index++) {
            watching.add(hub.subscribe(0, new Recorder()));
        }
        assertThatThrownBy(() -> hub.subscribe(0, new Recorder())).isInstanceOf(InfloopException.class);
        watching.forEach(Registration::close);
    }

    private void publish(int count) {
        for (int index = 0; index < count; index++) {
            hub.publish("tick", Optional.empty(), Map.of());
        }
    }

    private static final class Recorder implements Watcher {
        private final List<Event> events = new CopyOnWriteArrayList<>();
        private final List<Long> missed = new CopyOnWriteArrayList<>();
        private final CountDownLatch release;
        private final AtomicInteger ended = new AtomicInteger();
        private volatile boolean entered;

        Recorder() {
            this(new CountDownLatch(0));
        }

        Recorder(CountDownLatch release) {
            this.release = release;
        }

        @Override
        public void ended() {
            ended.incrementAndGet();
        }

        @Override
        public void event(Event event) throws InterruptedException {
            entered = true;
            release.await();
            events.add(event);
        }

        @Override
        public void missed(long resumedAfter) {
            missed.add(resumedAfter);
        }

        List<Long> ids() {
            return events.stream().map(Event::id).toList();
        }
    }
}
