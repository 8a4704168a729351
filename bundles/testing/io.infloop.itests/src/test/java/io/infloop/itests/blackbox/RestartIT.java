package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a sender hears while the server goes and comes back: it must never be told that its URL is wrong. */
class RestartIT {
    @Test
    void aSenderIsAcceptedOrAskedToComeBack() throws Exception {
        Path data = Distribution.temporaryDirectory("restart").resolve("data");
        String port = Integer.toString(freePort());
        Server first = Server.on(data).with("PORT", port).start();
        Fixtures.saveWorkflow(first, Fixtures.quickWorkflow("restart"));
        String trigger = Fixtures.gitHubTrigger(first, "restart");
        Set<String> strange = ConcurrentHashMap.newKeySet();
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger unreachable = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        Thread sender = new Thread(() -> {
            while (!stop.get()) {
                try {
                    Answer answer = first.send(GitHub.delivery(
                            first, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", 1, "fix")));
                    if (answer.status() != 202 && answer.status() != 503) {
                        strange.add(answer.status() + " " + answer.body());
                    }
                    if (answer.status() == 202) {
                        accepted.incrementAndGet();
                    }
                } catch (UncheckedIOException nobodyListens) {
                    unreachable.incrementAndGet();
                }
            }
        });
        sender.start();
        try {
            Fixtures.await().until(() -> accepted.get() > 20);
            assertThat(first.stop()).isZero();
            Fixtures.await().until(() -> unreachable.get() > 0);
            int before = accepted.get();
            try (Server second = Server.on(data).with("PORT", port).start()) {
                assertThat(second.port()).isEqualTo(first.port());
                Fixtures.await().until(() -> accepted.get() > before + 20);
                stop.set(true);
                sender.join();
            }
        } finally {
            stop.set(true);
            first.close();
        }
        assertThat(strange).isEmpty();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
