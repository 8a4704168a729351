package io.infloop.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Closed-loop load: every connection sends its next request when the answer to the last one has come. */
final class LoadGenerator {
    private static final int BROKEN = -1;

    private final int port;
    private final int connections;

    LoadGenerator(int port, int connections) {
        this.port = port;
        this.connections = connections;
    }

    PhaseResult run(Requests requests, Duration length, int maxRequests) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(maxRequests);
        CountDownLatch go = new CountDownLatch(1);
        List<Sender> senders = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Sender sender = new Sender(requests, left, go, length);
            sender.thread = new Thread(sender, "sender-" + i);
            sender.thread.setDaemon(true);
            sender.thread.start();
            senders.add(sender);
        }
        long began = System.nanoTime();
        go.countDown();
        long last = began;
        Map<Integer, Integer> others = new TreeMap<>();
        int expected = 0;
        for (Sender sender : senders) {
            sender.thread.join();
            expected += sender.count;
            sender.others.forEach((status, count) -> others.merge(status, count, Integer::sum));
            last = Math.max(last, sender.endedAt);
        }
        int[] all = new int[expected];
        int at = 0;
        for (Sender sender : senders) {
            System.arraycopy(sender.latencies, 0, all, at, sender.count);
            at += sender.count;
        }
        Arrays.sort(all);
        return new PhaseResult(expected, others, (last - began) / 1e9, all, Double.NaN);
    }

    /** One connection; its fields are read by others once its thread has ended. */
    private final class Sender implements Runnable {
        private static final int MAX_BREAKS = 20;

        private final Requests requests;
        private final AtomicInteger left;
        private final CountDownLatch go;
        private final Duration length;
        private final Map<Integer, Integer> others = new TreeMap<>();
        private int[] latencies = new int[4_096];
        private int count;
        private long endedAt;
        private Thread thread;

        Sender(Requests requests, AtomicInteger left, CountDownLatch go, Duration length) {
            this.requests = requests;
            this.left = left;
            this.go = go;
            this.length = length;
        }

        @Override
        public void run() {
            int breaks = 0;
            try (KeepAliveConnection connection = new KeepAliveConnection(port)) {
                go.await();
                long deadline = System.nanoTime() + length.toNanos();
                while (System.nanoTime() < deadline && left.getAndDecrement() > 0 && breaks < MAX_BREAKS) {
                    Requests.Request request = requests.next();
                    long sentAt = System.nanoTime();
                    int status;
                    try {
                        status = connection.exchange(request.head(), request.body());
                    } catch (IOException broken) {
                        status = BROKEN;
                        breaks++;
                    }
                    if (status == requests.expectedStatus()) {
                        if (count == latencies.length) {
                            latencies = Arrays.copyOf(latencies, count * 2);
                        }
                        latencies[count++] = (int) ((System.nanoTime() - sentAt) / 1_000);
                    } else {
                        others.merge(status, 1, Integer::sum);
                    }
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                endedAt = System.nanoTime();
            }
        }
    }
}
