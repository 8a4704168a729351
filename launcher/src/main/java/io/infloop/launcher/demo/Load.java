package io.infloop.launcher.demo;

import io.infloop.launcher.exit.CommandFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Sends deliveries in turn to a trigger that needs the plugin and to one that does not, one after the other, and counts failures. */
final class Load {
    private static final int MOST = 600;
    private static final long PAUSE_MILLIS = 5;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final DemoApi api;
    private final String trigger;
    private final HotSwap.Senders senders;
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicReference<String> firstFailure = new AtomicReference<>();
    private final Thread thread = new Thread(this::send, "infloop-demo-load");
    private volatile boolean stopped;

    Load(DemoApi api, String trigger, HotSwap.Senders senders) {
        this.api = api;
        this.trigger = trigger;
        this.senders = senders;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until so many more deliveries were sent. */
    void awaitMore(int count) throws InterruptedException {
        int wanted = sent.get() + count;
        Waiting.until(
                LIMIT, "the sending of deliveries", () -> Demo.present(sent.get() >= wanted || !thread.isAlive()));
    }

    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }

    /** Deliveries sent, failed ones included. */
    int sent() {
        return sent.get();
    }

    /** Accepted deliveries that need the plugin. */
    int messages() {
        return messages.get();
    }

    int failed() {
        return failed.get();
    }

    Optional<String> firstFailure() {
        return Optional.ofNullable(firstFailure.get());
    }

    private void send() {
        try {
            for (int i = 0; i < MOST && !stopped; i++) {
                if (one(trigger, Delivery.message("message " + i, senders.token()))) {
                    messages.incrementAndGet();
                }
                one(senders.notedTrigger(), senders.pullRequest().again());
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean one(String triggerId, Delivery delivery) throws InterruptedException {
        Optional<String> failure;
        try {
            failure = HotSwap.describe(api.send(triggerId, delivery));
        } catch (CommandFailure unreachable) {
            failure = Optional.of(unreachable.getMessage());
        }
        failure.ifPresent(text -> {
            failed.incrementAndGet();
            firstFailure.compareAndSet(null, text);
        });
        sent.incrementAndGet();
        return failure.isEmpty();
    }
}
