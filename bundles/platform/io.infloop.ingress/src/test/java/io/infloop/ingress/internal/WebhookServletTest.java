package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.store.Trigger;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The servlet in the very Jetty that the distribution ships. */
class WebhookServletTest {
    private final Fixture fixture = new Fixture();
    private final WebhookServlet servlet = new WebhookServlet();
    private final HttpClient client = HttpClient.newHttpClient();
    private WebhookPipeline pipeline;
    private Server server;
    private int port;

    @BeforeEach
    void start() throws Exception {
        pipeline = fixture.pipeline();
        servlet.bindPipeline(pipeline);
        server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/api/webhook/*");
        server.setHandler(context);
        server.start();
        port = connector.getLocalPort();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
        servlet.stop();
    }

    @Test
    void theGoldenDeliveryIsAcceptedByteForByte() throws Exception {
        HttpResponse<String> response = post(BodyPublishers.ofByteArray(Fixture.goldenBody()));
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        assertThat(response.headers().firstValue("x-correlation-id"))
                .hasValueSatisfying(id -> assertThat(response.body()).contains(id));
        assertThat(fixture.deliveries.get(0).body()).isEqualTo(Fixture.goldenBody());
        await().untilAsserted(() -> assertThat(servlet.budget().taken()).isZero());
    }

    @Test
    void chunkedBodiesAreTakenAndBounded() throws Exception {
        assertThat(post(chunked(Fixture.goldenBody())).statusCode()).isEqualTo(202);
        assertThat(post(chunked(new byte[Trigger.DEFAULT_MAX_BODY_BYTES])).statusCode())
                .isEqualTo(401);
        assertThat(post(chunked(new byte[Trigger.DEFAULT_MAX_BODY_BYTES + 1])).statusCode())
                .isEqualTo(413);
        assertThat(post(BodyPublishers.ofByteArray(new byte[Trigger.DEFAULT_MAX_BODY_BYTES]))
                        .statusCode())
                .isEqualTo(401);
        await().untilAsserted(() -> assertThat(servlet.budget().taken()).isZero());
    }

    @Test
    void aDeclaredLengthBeyondTheBoundIsRefusedUnread() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /api/webhook/" + Fixture.TRIGGER_ID
                            + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
            assertThat(statusLine(socket)).contains(" 413 ");
        }
    }

    @Test
    void aSenderWhoWritesEverythingFirstReadsTheRefusal() throws Exception {
        for (int size : new int[] {Trigger.DEFAULT_MAX_BODY_BYTES + 1, 4 * 1_048_576 + 1, 5 * 1_048_576}) {
            for (boolean chunked : new boolean[] {false, true}) {
                try (Socket socket = connect()) {
                    send(
                            socket,
                            "POST /api/webhook/" + Fixture.TRIGGER_ID + " HTTP/1.1\r\nHost: x\r\n"
                                    + (chunked
                                            ? "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(size) + "\r\n"
                                            : "Content-Length: " + size + "\r\n\r\n"));
                    socket.getOutputStream().write(new byte[size]);
                    send(socket, chunked ? "\r\n0\r\n\r\n" : "");
                    assertThat(statusLine(socket)).as("%s %s", size, chunked).contains(" 413 ");
                }
            }
        }
        await().untilAsserted(() -> {
            assertThat(servlet.deadlines().count()).isZero();
            assertThat(servlet.budget().taken()).isZero();
        });
    }

    /** Senders keep connections: one that is closed without a word costs them the delivery they send over it next. */
    @Test
    void aRefusalBeforeItsBodySaysThatTheConnectionEnds() throws Exception {
        for (String method : new String[] {"POST", "PUT"}) {
            String head = method + " /api/webhook/unknown-unknown-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n";
            try (Socket socket = connect()) {
                send(socket, head + "\r\n");
                String first = answerHead(socket);
                assertThat(first).as(method).containsIgnoringCase("connection: close");
                send(socket, "{}");
            }
            try (Socket socket = connect()) {
                send(socket, head + "\r\n{}");
                assertThat(answerHead(socket)).as(method).doesNotContainIgnoringCase("connection: close");
            }
            try (Socket socket = connect()) {
                send(socket, head + "\r\n{}" + head + "Connection: close\r\n\r\n{}");
                String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answers.split("HTTP/1.1 40", -1)).as(answers).hasSize(3);
            }
        }
        await().untilAsserted(() -> assertThat(servlet.deadlines().count()).isZero());
    }

    private static String answerHead(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = socket.getInputStream().read();
            assertThat(read).as(head.toString()).isNotNegative();
            head.append((char) read);
        }
        return head.toString();
    }

    @Test
    void aRefusedSenderIsNotListenedToForever() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /api/webhook/" + Fixture.TRIGGER_ID
                            + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n{");
            assertThat(statusLine(socket)).contains(" 413 ");
            await().untilAsserted(() -> assertThat(servlet.deadlines().count()).isEqualTo(1));
            servlet.deadlines().check(System.nanoTime() + Duration.ofSeconds(3).toNanos());
            assertThat(servlet.deadlines().count()).isZero();
            byte[] rest = socket.getInputStream().readAllBytes();
            assertThat(new String(rest, StandardCharsets.UTF_8)).endsWith("{\"error\":\"payload-too-large\"}");
        }
    }

    @Test
    void bodiesInPiecesAndSeveralOnOneConnection() throws Exception {
        byte[] body = Fixture.goldenBody();
        StringBuilder head = new StringBuilder("POST /api/webhook/" + Fixture.TRIGGER_ID + " HTTP/1.1\r\nHost: x\r\n");
        Fixture.goldenHeaders().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        head.append("Content-Length: " + body.length + "\r\n\r\n");
        try (Socket socket = connect()) {
            for (int i = 1; i <= 3; i++) {
                send(socket, head.toString());
                socket.getOutputStream().write(body, 0, i * 100);
                socket.getOutputStream().flush();
                await().untilAsserted(
                                () -> assertThat(servlet.deadlines().count()).isEqualTo(1));
                socket.getOutputStream().write(body, i * 100, body.length - i * 100);
                assertThat(statusLine(socket)).contains(" 202 ");
                skipAnswer(socket);
                // At once: both paths take turns.
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                whole.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
                whole.write(body);
                socket.getOutputStream().write(whole.toByteArray());
                assertThat(statusLine(socket)).contains(" 202 ");
                skipAnswer(socket);
            }
        }
        assertThat(fixture.deliveries).hasSize(6).allMatch(delivery -> Arrays.equals(delivery.body(), body));
        await().untilAsserted(() -> assertThat(servlet.budget().taken()).isZero());
    }

    private static void skipAnswer(Socket socket) throws IOException {
        int length = 0;
        for (String line = statusLine(socket); !line.isBlank(); line = statusLine(socket)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        socket.getInputStream().readNBytes(length);
    }

    @Test
    void anErrorOfTheMachineIsAnsweredInJson() throws Exception {
        fixture.scheme.error = new NoClassDefFoundError("gone");
        HttpResponse<String> whole = post(BodyPublishers.ofByteArray(Fixture.goldenBody()));
        assertThat(whole.statusCode()).isEqualTo(500);
        assertThat(whole.body()).startsWith("{\"error\":\"internal-error\",\"correlationId\":\"cid_");
        HttpResponse<String> pieces = post(chunked(Fixture.goldenBody()));
        assertThat(pieces.statusCode()).isEqualTo(500);
        assertThat(pieces.body()).startsWith("{\"error\":\"internal-error\"");
        await().untilAsserted(() -> assertThat(servlet.budget().taken()).isZero());
    }

    @Test
    void memoryTakenAfterTheEndIsNotLost() {
        BodyBudget budget = new BodyBudget(100);
        assertThat(budget.take(10)).isTrue();
        Exchange exchange = new Exchange(
                Fixture.fake(AsyncContext.class, (method, arguments) -> null),
                Fixture.fake(HttpServletResponse.class, (method, arguments) -> null),
                budget,
                10);
        assertThat(exchange.take(20)).isTrue();
        exchange.onComplete(null);
        assertThat(exchange.take(30)).isFalse();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void emptyBodiesWorkToo() throws Exception {
        assertThat(post(BodyPublishers.noBody()).statusCode()).isEqualTo(401);
    }

    @Test
    void aSlowSenderIsToldSoAndHoldsNothing() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /api/webhook/" + Fixture.TRIGGER_ID
                            + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{");
            await().untilAsserted(() -> assertThat(servlet.deadlines().count()).isEqualTo(1));
            servlet.deadlines().check(System.nanoTime() + Duration.ofSeconds(1).toNanos());
            assertThat(servlet.deadlines().count()).isEqualTo(1);
            servlet.deadlines().check(System.nanoTime() + Duration.ofSeconds(20).toNanos());
            assertThat(servlet.deadlines().count()).isZero();
            assertThat(statusLine(socket)).contains(" 408 ");
        }
        await().untilAsserted(() -> assertThat(servlet.budget().taken()).isZero());
        assertThat(fixture.deliveries).isEmpty();
    }

    @Test
    void aSenderWhoLeavesIsForgotten() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /api/webhook/" + Fixture.TRIGGER_ID
                            + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{");
            await().untilAsserted(() -> assertThat(servlet.deadlines().count()).isEqualTo(1));
        }
        await().untilAsserted(() -> {
            servlet.deadlines().check(System.nanoTime());
            assertThat(servlet.deadlines().count()).isZero();
            assertThat(servlet.budget().taken()).isZero();
        });
        assertThat(fixture.deliveries).isEmpty();
    }

    @Test
    void otherMethodsUnknownTriggersAndEncodedBodies() throws Exception {
        HttpResponse<String> get =
                client.send(HttpRequest.newBuilder(uri(Fixture.TRIGGER_ID)).build(), BodyHandlers.ofString());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("allow")).contains("POST");
        for (String id : new String[] {"unknown-unknown-1", "", "a/b", "%2e%2e", "x".repeat(500)}) {
            HttpResponse<String> unknown = client.send(
                    HttpRequest.newBuilder(uri(id))
                            .POST(BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(unknown.statusCode()).as(id).isIn(400, 404);
        }
        HttpResponse<String> encoded = client.send(
                HttpRequest.newBuilder(uri(Fixture.TRIGGER_ID))
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(encoded.statusCode()).isEqualTo(415);
        assertThat(fixture.deliveries).isEmpty();
    }

    @Test
    void aTriggerHasACapOfItsOwn() throws Exception {
        int cap = 3 * 1_048_576;
        fixture.put(fixture.trigger().toBuilder().maxBodyBytes(cap).build());
        assertThat(post(BodyPublishers.ofByteArray(new byte[cap])).statusCode()).isEqualTo(401);
        assertThat(post(chunked(new byte[cap])).statusCode()).isEqualTo(401);
        assertThat(post(chunked(new byte[cap + 1])).statusCode()).isEqualTo(413);
        fixture.put(fixture.trigger().toBuilder().maxBodyBytes(1_024).build());
        assertThat(post(BodyPublishers.ofByteArray(new byte[1_025])).statusCode())
                .isEqualTo(413);
        await().untilAsserted(() -> assertThat(servlet.budget().taken()).isZero());
    }

    @Test
    void methodsReachHandshakesThatAreDeclaredForThem() throws Exception {
        fixture.put(Fixture.signed()
                .challenges(List.of(
                        handshake("GET", RequestTemplate.compile("{query:challenge}")),
                        handshake("HEAD", RequestTemplate.fixed("")))));
        HttpResponse<String> echoed = send("GET", "?challenge=abc");
        assertThat(echoed.statusCode()).isEqualTo(200);
        assertThat(echoed.body()).isEqualTo("abc");
        assertThat(send("HEAD", "").statusCode()).isEqualTo(200);
        for (String method : new String[] {"OPTIONS", "PUT", "DELETE", "PATCH"}) {
            HttpResponse<String> refused = send(method, "");
            assertThat(refused.statusCode()).as(method).isEqualTo(405);
            assertThat(refused.headers().firstValue("allow")).as(method).isPresent();
        }
        assertThat(fixture.items).isEmpty();
    }

    private static ChallengeRule handshake(String method, RequestTemplate body) {
        return new ChallengeRule(
                RequestCondition.builder().method(method).build(),
                false,
                false,
                Optional.empty(),
                ChallengeRule.Respond.text(200, Map.of(), body));
    }

    private HttpResponse<String> send(String method, String query) throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri(Fixture.TRIGGER_ID + query))
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void withoutThePipelineSendersAreAskedToComeBack() throws Exception {
        WebhookPipeline older = fixture.pipeline();
        servlet.unbindPipeline(older);
        assertThat(post(BodyPublishers.ofByteArray(Fixture.goldenBody())).statusCode())
                .as("the newer one stays")
                .isEqualTo(202);
        servlet.unbindPipeline(pipeline);
        HttpResponse<String> response = post(BodyPublishers.ofByteArray(Fixture.goldenBody()));
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("retry-after")).contains("5");
    }

    private HttpResponse<String> post(BodyPublisher body) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(Fixture.TRIGGER_ID)).POST(body);
        for (Map.Entry<String, String> header : Fixture.goldenHeaders().entrySet()) {
            request.header(header.getKey(), header.getValue());
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static BodyPublisher chunked(byte[] body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    }

    private URI uri(String id) {
        return URI.create("http://127.0.0.1:" + port + "/api/webhook/" + id);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        OutputStream output = socket.getOutputStream();
        output.write(text.getBytes(StandardCharsets.ISO_8859_1));
        output.flush();
    }

    private static String statusLine(Socket socket) throws IOException {
        InputStream input = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        for (int c = input.read(); c >= 0 && c != '\n'; c = input.read()) {
            line.append((char) c);
        }
        return line.toString();
    }
}
