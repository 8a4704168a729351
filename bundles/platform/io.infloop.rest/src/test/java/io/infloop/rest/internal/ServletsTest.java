package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.audit.Actor;
import io.infloop.core.event.EventHub;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs;
import io.infloop.engine.Workflows;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.WorkflowStore;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The servlets in the very Jetty that the distribution ships. */
class ServletsTest {
    private final AtomicInteger snapshotsTaken = new AtomicInteger();
    private volatile String bulk = "";
    private final HttpClient client = HttpClient.newHttpClient();
    private final Hub hub = new Hub();
    private final EventsServlet events = new EventsServlet(
            Fakes.fake(EventHub.class, hub::call),
            Fakes.fake(Runs.class, (method, arguments) -> {
                snapshotsTaken.incrementAndGet();
                return JsonObject.builder()
                        .put("status", "idle")
                        .put("withEvents", arguments[0])
                        .putIfPresent("bulk", Optional.of(bulk).filter(text -> !text.isEmpty()))
                        .build();
            }),
            Fakes.fake(ServerInstance.class, (method, arguments) -> "i1"));
    private Optional<Error> fail = Optional.empty();
    private Server server;
    private int port;
    private final CountDownLatch unread = new CountDownLatch(1);

    /** A hub whose events the test makes. */
    private static final class Hub {
        private long lastId = 5;
        private long after = -1;
        private volatile EventHub.Watcher watcher;
        private volatile boolean closed;

        Object call(String method, Object[] arguments) {
            if (method.equals("lastId")) {
                return lastId;
            }
            after = (long) arguments[0];
            watcher = (EventHub.Watcher) arguments[1];
            Registration registration = () -> closed = true;
            return registration;
        }
    }

    @BeforeEach
    void start() throws Exception {
        server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setAcceptedSendBufferSize(16 * 1024);
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        Filter door = (request, response, chain) -> {
            request.setAttribute(RequestFacts.ACTOR, Actor.API_TOKEN);
            chain.doFilter(request, response);
        };
        FilterHolder holder = new FilterHolder(door);
        holder.setAsyncSupported(true);
        context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
        add(context, events, "/api/events");
        add(context, new UnknownResource(), "/api/*");
        add(context, new Unread(), "/api/unread");
        WorkflowsResource workflows = new WorkflowsResource(
                Fakes.fake(WorkflowStore.class, (method, arguments) -> {
                    if (method.equals("list") && fail.isPresent()) {
                        throw fail.get();
                    }
                    if (method.equals("list")) {
                        throw new IllegalStateException("a defect with a /secret/path");
                    }
                    return Optional.empty();
                }),
                Fakes.fake(Workflows.class, (method, arguments) -> List.of()),
                Fakes.audit(new ArrayList<>()));
        add(context, workflows, "/api/workflows");
        add(context, workflows, "/api/workflows/*");
        server.setHandler(context);
        server.start();
        port = connector.getLocalPort();
    }

    private static void add(ServletContextHandler context, HttpServlet servlet, String pattern) {
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        context.addServlet(holder, pattern);
    }

    @AfterEach
    void stop() throws Exception {
        events.stop();
        server.stop();
    }

    /** Many clients send the head and the body apart, and keep the connection. */
    @Test
    void aBodyThatNobodyReadsDoesNotEndTheConnection() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            String head = "POST /api/unread HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n";
            socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
            assertThat(unread.await(20, TimeUnit.SECONDS)).isTrue();
            socket.setSoTimeout(300);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .as("the answer waits for the body")
                    .isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("{}" + head + "Connection: close\r\n\r\n{}").getBytes(StandardCharsets.UTF_8));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers.split("HTTP/1.1 200", -1)).as(answers).hasSize(3);
        }
    }

    private final class Unread extends ApiServlet {
        private static final long serialVersionUID = 1L;

        @Override
        ApiReply handle(ApiRequest request) {
            unread.countDown();
            return ApiReply.ok("ok", true);
        }
    }

    @Test
    void everythingIsJson() throws Exception {
        HttpResponse<String> unknown = send(request("/api/nothing/at/all"));
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("{\"error\":\"not-found\"}");
        assertThat(unknown.headers().firstValue("content-type")).contains("application/json");
        HttpResponse<String> defect = send(request("/api/workflows"));
        assertThat(defect.statusCode()).isEqualTo(500);
        assertThat(defect.body())
                .startsWith("{\"error\":\"internal-error\",\"correlationId\":\"cid_")
                .doesNotContain("secret");
        HttpResponse<String> method = send(request("/api/workflows").method("TRACE", BodyPublishers.noBody()));
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.headers().firstValue("allow")).contains("GET, POST");
        for (String path : List.of("/api/workflows/..%2f..%2fetc", "/api/workflows/%2e%2e", "/api/workflows/a%00b")) {
            assertThat(send(request(path)).statusCode()).as(path).isIn(400, 404);
        }
        HttpResponse<String> large = send(
                request("/api/workflows").POST(BodyPublishers.ofByteArray(new byte[ApiRequest.MAX_BODY_BYTES + 1])));
        assertThat(large.statusCode()).isEqualTo(413);
    }

    @Test
    void errorsOfTheMachineAreJsonToo() throws Exception {
        for (Error error :
                List.of(new OutOfMemoryError("x"), new StackOverflowError(), new NoClassDefFoundError("x"))) {
            fail = Optional.of(error);
            HttpResponse<String> response = send(request("/api/workflows"));
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).startsWith("{\"error\":\"internal-error\",\"correlationId\":\"cid_");
        }
    }

    @Test
    void aClientWhoWritesEverythingFirstReadsTheRefusal() throws Exception {
        for (int size : new int[] {ApiRequest.MAX_BODY_BYTES + 1, 5 * 1_048_576}) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write(("POST /api/workflows HTTP/1.1\r\nHost: x\r\nContent-Length: " + size + "\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().write(new byte[size]);
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1))
                        .isEqualTo("HTTP/1.1 413");
            }
        }
    }

    @Test
    void clientsThatTakeNothingShareTheStateAndAreDropped() throws Exception {
        bulk = "x".repeat(1_900_000);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(4_096);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                sockets.add(socket);
                socket.getOutputStream()
                        .write("GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
            await().until(() -> events.clientCount() == 20);
            await().until(() -> events.snapshots().waitingBytes() > 0);
            // The request threads are free.
            assertThat(send(request("/api/nothing")).statusCode()).isEqualTo(404);
            assertThat(events.snapshots().waitingBytes()).isLessThan(10_000_000);
            assertThat(snapshotsTaken.get()).isLessThan(6);
            events.check(System.nanoTime() + Duration.ofSeconds(29).toNanos());
            assertThat(events.clientCount()).isEqualTo(20);
            events.check(System.nanoTime() + Duration.ofSeconds(31).toNanos());
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        await().until(() -> {
            events.keepAlive();
            return events.clientCount() == 0 && events.snapshots().waitingBytes() == 0;
        });
    }

    @Test
    void statesAreBoundedInSize() throws Exception {
        bulk = "x".repeat(3_000_000);
        HttpResponse<InputStream> response = client.send(request("/api/events").build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = lines(response)) {
            assertThat(frame(lines).get(1))
                    .isEqualTo("data: {\"type\":\"state_snapshot\",\"state\":{\"status\":\"idle\",\"withEvents\":false,"
                            + "\"truncated\":true}}");
        }
    }

    @Test
    void eventsBeginWithTheStateAndCarryIds() throws Exception {
        HttpResponse<InputStream> response = client.send(request("/api/events").build(), BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).isEqualToIgnoringCase("text/event-stream;charset=utf-8"));
        assertThat(response.headers().firstValue("cache-control")).contains("no-cache, no-transform");
        assertThat(response.headers().firstValue("x-accel-buffering")).contains("no");
        try (BufferedReader lines = lines(response)) {
            assertThat(frame(lines))
                    .containsExactly(
                            "id: i1-5",
                            "data: {\"type\":\"state_snapshot\",\"state\":{\"status\":\"idle\",\"withEvents\":true}}");
            await().until(() -> hub.watcher != null);
            assertThat(hub.after).isEqualTo(5);
            hub.watcher.event(event(6, "{\"type\":\"run_started\"}"));
            assertThat(frame(lines)).containsExactly("id: i1-6", "data: {\"type\":\"run_started\"}");
            hub.watcher.missed(40);
            assertThat(frame(lines)).first().isEqualTo("id: i1-40");
        }
        await().untilAsserted(() -> {
            try {
                hub.watcher.event(event(41, "{}"));
            } catch (IOException gone) {
                // What the hub would see.
            }
            assertThat(hub.closed).isTrue();
        });
    }

    @Test
    void aClientThatComesBackGetsWhatItMissed() throws Exception {
        HttpResponse<InputStream> response = client.send(
                request("/api/events").header("Last-Event-ID", "i1-3").build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = lines(response)) {
            assertThat(frame(lines))
                    .containsExactly(
                            "id: i1-3",
                            "data: {\"type\":\"state_snapshot\",\"state\":{\"status\":\"idle\",\"withEvents\":false}}");
            await().until(() -> hub.watcher != null);
            assertThat(hub.after).isEqualTo(3);
        }
    }

    @Test
    void aStateIsSharedOnlyAsLongAsItDoes() throws Exception {
        Snapshots snapshots = events.snapshots();
        try (Snapshots.Encoded first = snapshots.acquire(true, 0);
                Snapshots.Encoded second = snapshots.acquire(true, 5)) {
            assertThat(second).isSameAs(first);
            assertThat(snapshots.waitingBytes()).isEqualTo(first.json().length);
            hub.lastId = 6;
            try (Snapshots.Encoded newer = snapshots.acquire(true, 6)) {
                assertThat(newer).isNotSameAs(first);
                assertThat(newer.id()).isEqualTo(6);
            }
        }
        assertThat(snapshots.waitingBytes()).isZero();
    }

    @Test
    void idsOfAnotherServerMeanNothing() {
        assertThat(EventIds.parse("i1", Optional.of("i1-7"))).hasValue(7);
        for (String id : List.of("i2-7", "7", "i1-", "i1-x", "i1--7")) {
            assertThat(EventIds.parse("i1", Optional.of(id))).as(id).isEmpty();
        }
        assertThat(EventIds.parse("i1", Optional.empty())).isEmpty();
    }

    private static EventHub.Event event(long id, String json) {
        return new EventHub.Event(id, "x", Optional.empty(), json.getBytes(StandardCharsets.UTF_8));
    }

    private static BufferedReader lines(HttpResponse<InputStream> response) {
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static List<String> frame(BufferedReader lines) throws IOException {
        List<String> frame = new ArrayList<>();
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            frame.add(line);
        }
        return frame;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
