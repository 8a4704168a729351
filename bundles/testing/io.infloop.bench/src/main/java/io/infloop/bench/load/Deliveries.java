package io.infloop.bench.load;

import io.infloop.bench.GithubDelivery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Prepared requests, all with delivery ids of their own. Thread-safe. */
final class Deliveries implements Requests {
    private static final int DISTINCT = 32;

    private record Prepared(byte[] body, String headStart) {}

    private final List<Prepared> prepared = new ArrayList<>();
    private final AtomicLong counter = new AtomicLong();
    private final int expectedStatus;

    private Deliveries(String path, boolean genuine, boolean wanted, int expectedStatus) {
        this.expectedStatus = expectedStatus;
        for (int number = 1; number <= DISTINCT; number++) {
            byte[] opened = GithubDelivery.body(number);
            byte[] body = wanted ? opened : closed(opened);
            String secret = genuine ? GithubDelivery.SECRET : "not the secret";
            prepared.add(new Prepared(
                    body,
                    "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/bench\r\n"
                            + "Content-Type: application/json\r\nContent-Length: " + body.length
                            + "\r\nX-GitHub-Event: pull_request\r\nX-Hub-Signature-256: "
                            + GithubDelivery.signature(body, secret) + "\r\nX-GitHub-Delivery: "));
        }
    }

    static Deliveries genuine(String path) {
        return new Deliveries(path, true, true, 202);
    }

    /** Genuine, but of an action that the trigger does not want. */
    static Deliveries unwanted(String path, int expectedStatus) {
        return new Deliveries(path, true, false, expectedStatus);
    }

    private static byte[] closed(byte[] opened) {
        return new String(opened, StandardCharsets.UTF_8)
                .replaceFirst("\"opened\"", "\"closed\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    static Deliveries forged(String path) {
        return new Deliveries(path, false, true, 401);
    }

    @Override
    public int expectedStatus() {
        return expectedStatus;
    }

    int bodyBytes() {
        return prepared.get(0).body().length;
    }

    @Override
    public Request next() {
        long number = counter.incrementAndGet();
        Prepared next = prepared.get((int) (number % prepared.size()));
        String id = String.format("%08x-0000-4000-8000-%012x", System.identityHashCode(this), number);
        return new Request((next.headStart() + id + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1), next.body());
    }
}
