package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Very many senders that never come to an end, each a byte at a time, while the others go about their work. */
class SlowClientsIT {
    private static final int CLIENTS = Integer.getInteger("infloop.slow", 200);
    private static final int DELIVERIES = 50;
    /** Each of the senders gets a thread in a server that a thousand bring down. */
    private static final int MOST_THREADS = 200;

    private static final Duration PROMPT = Duration.ofSeconds(20);
    private static final Pattern HEAP_USED = Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\"} ([0-9.E]+)");

    /** A server with a heap that a buffer of some size for each would fill. */
    @Test
    void slowClientsStopNobodyAndTakeNoMemory() throws Exception {
        Path data = Distribution.temporaryDirectory("slow").resolve("data");
        try (Server server =
                Server.on(data).with("INFLOOP_JAVA_OPTS", "-Xmx128m").start()) {
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("slow"));
            String trigger = Fixtures.gitHubTrigger(server, "slow");
            List<String> beginnings = List.of(
                    "GE",
                    "GET /api/run HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
                    // A header bomb that does not go off: as large as headers may be.
                    "GET /api/run HTTP/1.1\r\nHost: localhost\r\nX-Large: " + "x".repeat(7_900) + "\r\nX-Slow: ",
                    body("/api/run", "application/json"),
                    body("/api/plugins?name=slow.jar", "application/octet-stream"),
                    body("/login", "application/x-www-form-urlencoded"),
                    body("/api/webhook/" + trigger, "application/json"));
            List<Socket> sockets = new CopyOnWriteArrayList<>();
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger trickled = new AtomicInteger();
            Thread trickle = new Thread(() -> trickle(sockets, stop, trickled));
            try {
                for (int count = 0; count < CLIENTS; count++) {
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    socket.getOutputStream()
                            .write(beginnings.get(count % beginnings.size()).getBytes(StandardCharsets.ISO_8859_1));
                    sockets.add(socket);
                }
                trickle.start();
                long slowest = 0;
                for (int number = 0; number < DELIVERIES; number++) {
                    long start = System.nanoTime();
                    Answer delivered = server.send(GitHub.delivery(
                            server,
                            trigger,
                            "pull_request",
                            Fixtures.SECRET,
                            GitHub.pullRequest("opened", number, "fix")));
                    assertThat(delivered.status()).as(delivered.body()).isEqualTo(202);
                    assertThat(server.get("/api/runs").status()).isEqualTo(200);
                    slowest = Math.max(slowest, System.nanoTime() - start);
                }
                assertThat(Duration.ofNanos(slowest)).isLessThan(PROMPT);
                Fixtures.await().until(() -> trickled.get() >= 2);
                int threads = server.get("/api/threads").json().path("count").asInt();
                assertThat(threads).isLessThan(MOST_THREADS);
                System.out.printf(
                        "%d slow clients: %d deliveries, the slowest with a list of runs in %d ms; %d threads, heap %.0f MiB%n",
                        CLIENTS, DELIVERIES, TimeUnit.NANOSECONDS.toMillis(slowest), threads, heapMiB(server));
            } finally {
                stop.set(true);
                trickle.join();
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            Fixtures.await().until(() -> server.post("/api/run/stop", "{}").status() != 503);
            assertThat(server.log()).doesNotContain("OutOfMemoryError");
            assertThat(server.stop()).isZero();
        }
    }

    /** So that no timeout for idle connections helps. */
    private static void trickle(List<Socket> sockets, AtomicBoolean stop, AtomicInteger trickled) {
        while (!stop.get()) {
            for (Socket socket : sockets) {
                try {
                    socket.getOutputStream().write('x');
                } catch (IOException endedByTheServer) {
                    continue;
                }
            }
            trickled.incrementAndGet();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    private static double heapMiB(Server server) {
        Matcher used = HEAP_USED.matcher(server.get("/api/metrics").body());
        return used.find() ? Double.parseDouble(used.group(1)) / (1 << 20) : -1;
    }

    private static String body(String path, String type) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                + "\r\nContent-Length: 1000000\r\n\r\n{";
    }
}
