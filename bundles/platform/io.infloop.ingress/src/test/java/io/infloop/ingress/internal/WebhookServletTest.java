package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
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
import java.util.Map;
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
        assertThat(post(chunked(new byte[BodyReader.MAX_BYTES])).statusCode()).isEqualTo(401);
        assertThat(post(chunked(new byte[BodyReader.MAX_BYTES + 1])).statusCode())
                .isEqualTo(413);
        assertThat(post(BodyPublishers.ofByteArray(new byte[BodyReader.MAX_BYTES]))
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
