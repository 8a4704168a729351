package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.core.internal.settings.ApiToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The door in front of the very Jetty that the distribution ships, against senders with bad manners. */
class DoorInJettyTest {
    private static final String TOKEN = "token-0123456789abcdef";
    private static final int TOO_MUCH = 5 * 1024 * 1024;

    private final Server server = new Server(new QueuedThreadPool(BodyGate.READERS + 16));
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger reading = new AtomicInteger();
    private final List<Socket> sockets = new ArrayList<>();
    private int port;

    @BeforeEach
    void start() throws Exception {
        start(Optional.empty());
    }

    private void start(Optional<ApiToken> token) throws Exception {
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.setConnectors(new Connector[] {connector});
        ServletContextHandler context = new ServletContextHandler("/");
        Door door = new Door(token, "127.0.0.1");
        door.open();
        Filter before = (request, response, chain) -> {
            arrived.incrementAndGet();
            chain.doFilter(request, response);
        };
        FilterHolder counter = new FilterHolder(before);
        counter.setAsyncSupported(true);
        context.addFilter(counter, "/*", EnumSet.of(DispatcherType.REQUEST));
        FilterHolder holder = new FilterHolder(door);
        holder.setAsyncSupported(true);
        context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
        ServletHolder reader = new ServletHolder(new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                reading.incrementAndGet();
                request.getInputStream().readAllBytes();
            }
        });
        reader.setAsyncSupported(true);
        context.addServlet(reader, "/*");
        server.setHandler(context);
        server.start();
        port = connector.getLocalPort();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.stop();
    }

    @Test
    void whoWritesADeclaredBodyFirstReadsTheRefusal() throws Exception {
        Socket socket = post("Content-Length: " + TOO_MUCH);
        socket.getOutputStream().write(new byte[TOO_MUCH]);

        assertThat(status(socket)).isEqualTo("HTTP/1.1 413");
        assertThat(reading).as("nobody saw the body").hasValue(0);
    }

    /** Who answers before the body is there has to close the connection, which a client may be about to use again. */
    @Test
    void aRefusalLeavesTheConnectionUsable() throws Exception {
        Socket socket = send(
                "POST /api/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n");
        await().until(() -> arrived.get() == 1);
        socket.getOutputStream()
                .write("{}GET /api/run HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

        assertThat(answers).startsWith("HTTP/1.1 415").contains("HTTP/1.1 200");
        assertThat(answers.substring(0, answers.indexOf("HTTP/1.1 200"))).doesNotContain("Connection: close");
    }

    @Test
    void whoNeverSendsWhatWasDeclaredIsAnsweredAndHoldsNoThread() throws Exception {
        List<Socket> silent = new ArrayList<>();
        for (int count = 0; count < 2 * BodyGate.READERS; count++) {
            silent.add(post("Content-Length: " + TOO_MUCH));
        }
        assertThat(status(get())).isEqualTo("HTTP/1.1 200");
        assertThat(status(silent.get(0))).isEqualTo("HTTP/1.1 413");
    }

    @Test
    void whoWritesChunksFirstReadsTheRefusal() throws Exception {
        Socket socket = post("Transfer-Encoding: chunked");
        OutputStream out = socket.getOutputStream();
        byte[] chunk = new byte[64 * 1024];
        for (int sent = 0; sent < TOO_MUCH; sent += chunk.length) {
            out.write((Integer.toHexString(chunk.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.write(chunk);
            out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(status(socket)).isEqualTo("HTTP/1.1 413");
    }

    /** A server that gives each of them a thread has none left for the others. */
    @Test
    void sendersWhoNeverFinishDoNotStopTheOthers() throws Exception {
        int senders = Integer.getInteger("infloop.rounds", 3) * 50;
        for (int count = 0; count < senders; count++) {
            Socket socket = post("Content-Length: 100");
            socket.getOutputStream().write('{');
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> reading.get() >= senders);

        assertThat(status(get())).isEqualTo("HTTP/1.1 200");
        Socket late = post("Content-Length: 2");
        late.getOutputStream().write("{}".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(status(late)).as("bounded, and told so").isEqualTo("HTTP/1.1 503");

        for (Socket socket : sockets) {
            socket.close();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            Socket again = post("Content-Length: 2");
            again.getOutputStream().write("{}".getBytes(StandardCharsets.ISO_8859_1));
            return status(again).equals("HTTP/1.1 200");
        });
    }

    @Test
    void strangersWhoNeverFinishTheirLoginKeepNobodyFromWork() throws Exception {
        server.stop();
        start(ApiToken.from(Map.of("INFLOOP_API_TOKEN", TOKEN)));
        int senders = BodyGate.READERS + BodyGate.STRANGERS;
        for (int count = 0; count < senders; count++) {
            send("POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: 100\r\n\r\nt");
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> reading.get() >= senders);

        Socket known = post("Authorization: Bearer " + TOKEN + "\r\nContent-Length: 2");
        known.getOutputStream().write("{}".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(status(known)).isEqualTo("HTTP/1.1 200");
    }

    private Socket get() throws IOException {
        return send("GET /api/run HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private Socket post(String lengthHeader) throws IOException {
        return send("POST /api/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + lengthHeader
                + "\r\n\r\n");
    }

    private Socket send(String head) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
    }
}
