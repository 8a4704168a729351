package io.infloop.itests.support;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Deliveries to one trigger, genuine ones and others without pause, while a test does something to the server. The only answers that
 * are right: 202 to a genuine one, 401 to any other, and to both 503 with {@code Retry-After} while the scheme is absent.
 */
public final class SignedTraffic implements AutoCloseable {
    /** How a delivery is signed. */
    public enum Proof {
        GENUINE,
        FORGED,
        NONE
    }

    /** What a test sees of an answer. */
    public record Reply(int status, boolean retryAfter, String body) {}

    /** Sends one delivery. */
    @FunctionalInterface
    public interface Sender {
        Reply send(Proof proof, String deliveryId) throws Exception;
    }

    private final Sender sender;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger absent = new AtomicInteger();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Collection<String> wrong = new ConcurrentLinkedQueue<>();

    private SignedTraffic(Sender sender) {
        this.sender = sender;
    }

    public static SignedTraffic start(Sender sender) {
        SignedTraffic traffic = new SignedTraffic(sender);
        traffic.threads.execute(() -> traffic.flow(List.of(Proof.GENUINE)));
        traffic.threads.execute(() -> traffic.flow(List.of(Proof.FORGED, Proof.NONE)));
        return traffic;
    }

    private void flow(List<Proof> proofs) {
        for (int i = 0; !stop.get(); i++) {
            Proof proof = proofs.get(i % proofs.size());
            String id = UUID.randomUUID().toString();
            try {
                judge(proof, id, sender.send(proof, id));
            } catch (Exception unanswered) {
                wrong.add(proof + " " + unanswered);
            }
        }
    }

    private void judge(Proof proof, String id, Reply reply) {
        if (reply.status() == 202 && proof == Proof.GENUINE && reply.body().contains("\"queueId\"")) {
            accepted.add(id);
        } else if (reply.status() == 401 && proof != Proof.GENUINE) {
            refused.incrementAndGet();
        } else if (reply.status() == 503 && reply.retryAfter() && reply.body().contains("plugin-unavailable")) {
            absent.incrementAndGet();
        } else {
            wrong.add(proof + " " + reply);
        }
    }

    /** Waits until one more of each kind has had its verdict. */
    public void awaitVerdicts() {
        int acceptedBefore = accepted.size();
        // Both the forged and the unsigned one.
        int refusedBefore = refused.get() + 1;
        await(() -> accepted.size() > acceptedBefore && refused.get() > refusedBefore);
    }

    /** Waits until deliveries find that the scheme is absent. */
    public void awaitAbsence() {
        int before = absent.get();
        await(() -> absent.get() > before + 2);
    }

    private void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> !wrong.isEmpty() || condition.call());
    }

    /** The ids of what was answered 202. */
    public Set<String> accepted() {
        return accepted;
    }

    /** How many found the scheme absent. */
    public int absent() {
        return absent.get();
    }

    /** Answers that none may have. */
    public Collection<String> wrong() {
        return wrong;
    }

    @Override
    public String toString() {
        return accepted.size() + " accepted, " + refused + " refused, " + absent + " times absent";
    }

    /** Ends the traffic; the last answers are in. */
    @Override
    public void close() throws InterruptedException {
        stop.set(true);
        threads.shutdown();
        if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new AssertionError("a delivery is not answered");
        }
    }
}
