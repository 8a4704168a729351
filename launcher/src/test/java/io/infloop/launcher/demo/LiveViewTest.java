package io.infloop.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.client.TokenSource;
import io.infloop.launcher.handover.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveViewTest {
    private static final String END = "";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Terminal terminal = new Terminal(new PrintStream(printed, true, StandardCharsets.UTF_8));
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private HttpServer server;

    @BeforeEach
    void serveEvents() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/api/events", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                for (String event = next(); !event.equals(END); event = next()) {
                    body.write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
                    body.flush();
                }
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        events.add(END);
        server.stop(0);
    }

    @Test
    void theEndOfARunIsShownBeforeTheDemonstrationGoesOn() throws Exception {
        events.add("{\"type\":\"state_snapshot\"}");
        try (LiveView live = new LiveView(client(), "w", terminal)) {
            live.open();
            events.add("{\"type\":\"run_started\",\"runId\":\"r1\",\"workflowId\":\"w\",\"correlationId\":\"c1\"}");
            events.add("{\"type\":\"stdout_chunk\",\"runId\":\"r1\",\"line\":\"half a line\"}");
            Executors.newSingleThreadScheduledExecutor()
                    .schedule(
                            () -> events.add("{\"type\":\"run_finished\",\"runId\":\"r1\",\"status\":\"succeeded\"}"),
                            200,
                            TimeUnit.MILLISECONDS);

            live.awaitEnd("r1");
            terminal.println("afterwards");
        }

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("  ┌ run r1 started", "  │   half a line", "  └ run succeeded", "afterwards");
    }

    @Test
    void anEndThatTheServerSkippedIsNotWaitedFor() throws Exception {
        events.add("{\"type\":\"state_snapshot\"}");
        events.add("{\"type\":\"state_snapshot\"}");
        try (LiveView live = new LiveView(client(), "w", terminal)) {
            live.open();

            live.awaitEnd("r1");
        }
        assertThat(printed.size()).isZero();
    }

    private String next() {
        try {
            return events.take();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return END;
        }
    }

    private ApiClient client() {
        return new ApiClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                new TokenSource(new Environment(Map.of()), Optional.empty()));
    }
}
