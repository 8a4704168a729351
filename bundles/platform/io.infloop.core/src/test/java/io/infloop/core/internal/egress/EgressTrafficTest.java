package io.infloop.core.internal.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How it is carried. */
class EgressTrafficTest {
    private static final int TUNNELS = Math.min(400, 100 * Integer.getInteger("infloop.rounds", 2));
    private static final int MEGABYTES = 16 * Integer.getInteger("infloop.rounds", 2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private EgressTestBed bed;
    private TestServer echo;

    @BeforeEach
    void setUp() throws IOException {
        bed = new EgressTestBed();
        echo = TestServer.echo();
    }

    @AfterEach
    void tearDown() throws IOException {
        bed.close();
        echo.close();
    }

    private static String target(TestServer server) {
        return "server.test:" + server.port();
    }

    @Test
    void whatIsSentTogetherWithTheConnectArrivesFirst() throws IOException {
        EgressSession session = bed.session();
        try (Socket socket = EgressTestBed.connect(session)) {
            EgressTestBed.send(
                    socket,
                    "CONNECT " + target(echo) + " HTTP/1.1\r\n" + EgressTestBed.credential(session) + "\r\nearly ");
            EgressTestBed.readHead(socket);
            EgressTestBed.send(socket, "late");
            socket.shutdownOutput();
            assertThat(EgressTestBed.readAll(socket)).isEqualTo("early late");
        }
    }

    @Test
    void eitherSideMayEndItsDirectionAndStillReceive() throws IOException {
        CountDownLatch endSeen = new CountDownLatch(1);
        try (TestServer endsFirst = new TestServer(socket -> {
            EgressTestBed.send(socket, "bye");
            socket.shutdownOutput();
            assertThat(EgressTestBed.readAll(socket)).isEqualTo("still here");
            endSeen.countDown();
        })) {
            try (Socket socket = EgressTestBed.tunnel(bed.session(), target(endsFirst))) {
                assertThat(EgressTestBed.readAll(socket)).isEqualTo("bye");
                EgressTestBed.send(socket, "still here");
                socket.shutdownOutput();
                await().atMost(PATIENCE).until(() -> endSeen.getCount() == 0);
            }
        }
        try (Socket socket = EgressTestBed.tunnel(bed.session(), target(echo))) {
            EgressTestBed.send(socket, "echo");
            socket.shutdownOutput();
            assertThat(EgressTestBed.readAll(socket)).isEqualTo("echo");
        }
        await().atMost(PATIENCE).until(() -> bed.gateway.connections() == 0);
    }

    @Test
    void hundredsOfTunnelsShareAFewThreadsAndCloseAtOnce() throws IOException {
        EgressSession session = bed.session();
        int threadsBefore = proxyThreads();
        List<Socket> sockets = new ArrayList<>();
        for (int count = 0; count < TUNNELS; count++) {
            sockets.add(EgressTestBed.tunnel(session, target(echo)));
        }
        for (int count = 0; count < TUNNELS; count++) {
            EgressTestBed.send(sockets.get(count), "hello " + count);
        }
        for (int count = 0; count < TUNNELS; count++) {
            String expected = "hello " + count;
            byte[] answer = sockets.get(count).getInputStream().readNBytes(expected.length());
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo(expected);
        }
        assertThat(proxyThreads() - threadsBefore).isLessThan(25);
        assertThat(bed.gateway.connections()).isEqualTo(TUNNELS);

        session.close();
        assertThat(bed.gateway.connections()).isZero();
        for (Socket socket : sockets) {
            assertThatThrownBy(() -> {
                        if (socket.getInputStream().read() < 0) {
                            throw new IOException("ended");
                        }
                    })
                    .isInstanceOf(IOException.class);
            socket.close();
        }
        await().atMost(PATIENCE).until(() -> echo.openConnections() == 0);
        assertThatThrownBy(() -> EgressTestBed.tunnel(session, target(echo))).isInstanceOf(IOException.class);
    }

    private static int proxyThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("infloop egress"))
                .count();
    }

    @Test
    void largeDownloadsAndUploadsArriveWhole() throws IOException {
        byte[] block = new byte[1024 * 1024];
        for (int index = 0; index < block.length; index++) {
            block[index] = (byte) (index * 31);
        }
        try (TestServer source = new TestServer(socket -> {
            String head = EgressTestBed.readHead(socket);
            for (int count = 0; head.startsWith("POST") && count < MEGABYTES; count++) {
                assertThat(socket.getInputStream().readNBytes(block.length)).isEqualTo(block);
            }
            EgressTestBed.send(
                    socket, "HTTP/1.1 200 OK\r\nContent-Length: " + (long) MEGABYTES * block.length + "\r\n\r\n");
            for (int count = 0; count < MEGABYTES; count++) {
                socket.getOutputStream().write(block);
            }
        })) {
            EgressSession session = bed.session();
            try (Socket socket = EgressTestBed.connect(session)) {
                EgressTestBed.send(
                        socket,
                        "POST http://" + target(source) + "/ HTTP/1.1\r\n" + EgressTestBed.credential(session)
                                + "Content-Length: " + (long) MEGABYTES * block.length + "\r\n\r\n");
                OutputStream output = socket.getOutputStream();
                for (int count = 0; count < MEGABYTES; count++) {
                    output.write(block);
                }
                assertThat(EgressTestBed.readHead(socket)).startsWith("HTTP/1.1 200 OK");
                InputStream input = socket.getInputStream();
                for (int count = 0; count < MEGABYTES; count++) {
                    assertThat(input.readNBytes(block.length)).isEqualTo(block);
                }
                assertThat(input.read()).isNegative();
            }
        }
    }

    @Test
    void aClientThatDoesNotReadStopsItsServerAndNobodyElse() throws IOException {
        long[] written = new long[1];
        byte[] block = new byte[64 * 1024];
        try (TestServer endless = new TestServer(socket -> {
            while (true) {
                socket.getOutputStream().write(block);
                written[0] += block.length;
            }
        })) {
            EgressSession session = bed.session();
            try (Socket stuck = EgressTestBed.tunnel(session, target(endless));
                    Socket other = EgressTestBed.tunnel(session, target(echo))) {
                long[] last = {-1};
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
                    boolean stopped = written[0] == last[0];
                    last[0] = written[0];
                    return stopped;
                });
                assertThat(written[0]).isLessThan(64L * 1024 * 1024);
                EgressTestBed.send(other, "ping");
                assertThat(other.getInputStream().readNBytes(4)).isEqualTo("ping".getBytes(StandardCharsets.US_ASCII));
                assertThat(stuck.getInputStream().readNBytes(1024 * 1024)).hasSize(1024 * 1024);
            }
        }
    }

    @Test
    void aServerThatBreaksOffIsSeenAsAnError() throws IOException {
        try (TestServer breaking = new TestServer(socket -> {
                    EgressTestBed.send(socket, "HTTP/1.1 200 OK\r\n\r\nhalf");
                    EgressTestBed.readHead(socket);
                    socket.setSoLinger(true, 0);
                });
                Socket socket = EgressTestBed.tunnel(bed.session(), target(breaking))) {
            assertThat(socket.getInputStream().readNBytes(23)).hasSize(23);
            EgressTestBed.send(socket, "\r\n\r\n");
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aServerWithoutAnAnswerIs502() throws IOException {
        try (TestServer silent = new TestServer(EgressTestBed::readHead);
                TestServer other = new TestServer(socket -> {
                    EgressTestBed.readHead(socket);
                    EgressTestBed.send(socket, "SSH-2.0-x\r\n\r\n");
                })) {
            EgressSession session = bed.session();
            for (TestServer server : List.of(silent, other)) {
                assertThat(EgressTestBed.exchange(session, "GET http://" + target(server) + "/ HTTP/1.1", ""))
                        .startsWith("HTTP/1.1 502 ");
            }
        }
    }

    @Test
    void timesAndSizesAreBounded() throws IOException {
        try (EgressTestBed strict = new EgressTestBed(EgressTestBed.limits(3, 4_096, Duration.ofMillis(1_000)))) {
            EgressSession session = strict.session();
            try (Socket slow = EgressTestBed.connect(session);
                    Socket mute = EgressTestBed.connect(session);
                    Socket idle = EgressTestBed.tunnel(session, target(echo))) {
                EgressTestBed.send(slow, "CONNECT server");
                assertThat(EgressTestBed.readAll(slow)).startsWith("HTTP/1.1 408 ");
                assertThat(EgressTestBed.readAll(mute)).isEmpty();
                assertThatThrownBy(() -> {
                            if (idle.getInputStream().read() < 0) {
                                throw new IOException("ended");
                            }
                        })
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(java.net.SocketTimeoutException.class);
            }
            assertThat(EgressTestBed.exchange(
                            session, "GET http://server.test/ HTTP/1.1", "X: " + "x".repeat(5_000) + "\r\n"))
                    .startsWith("HTTP/1.1 431 ");
            assertThat(strict.audited)
                    .extracting(line -> line.fields().get("reason"))
                    .containsExactlyInAnyOrder("too-slow", "head-too-long");
        }
    }

    @Test
    void connectionsBeyondTheCapAreToldSo() throws IOException {
        try (EgressTestBed strict = new EgressTestBed(EgressTestBed.limits(3, 4_096, PATIENCE))) {
            EgressSession session = strict.session();
            EgressSession another = strict.session();
            try (Socket first = EgressTestBed.tunnel(session, target(echo));
                    Socket second = EgressTestBed.tunnel(session, target(echo));
                    Socket third = EgressTestBed.tunnel(session, target(echo));
                    Socket elsewhere = EgressTestBed.tunnel(another, target(echo))) {
                assertThat(EgressTestBed.exchange(session, "CONNECT " + target(echo) + " HTTP/1.1", ""))
                        .startsWith("HTTP/1.1 503 ")
                        .contains("more than 3 connections");
                assertThat(List.of(first, second, third, elsewhere)).allMatch(Socket::isConnected);
            }
            await().atMost(PATIENCE).until(() -> strict.gateway.connections() == 0);
            EgressTestBed.tunnel(session, target(echo)).close();
        }
    }

    @Test
    void theSocketIsForItsOwnerAndNeedsNoCredential(@TempDir Path directory) throws IOException {
        EgressSession session = bed.session();
        Path socket = session.listenOnSocket(directory);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(
                    ("CONNECT " + target(echo) + " HTTP/1.1\r\n\r\nping").getBytes(StandardCharsets.US_ASCII)));
            channel.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(1_000);
            while (channel.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("\r\n\r\nping");
        }
        session.close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatCannotListenFails(@TempDir Path directory) throws IOException {
        Path deep = Files.createDirectories(directory.resolve("d".repeat(100)));
        EgressSession session = bed.session();
        assertThatThrownBy(() -> session.listenOnSocket(deep))
                .isInstanceOf(EgressException.class)
                .hasMessageContaining("107");
        assertThatThrownBy(() -> session.listenOnSocket(directory.resolve("none")))
                .isInstanceOf(EgressException.class);
        assertThat(deep).isEmptyDirectory();
        session.close();
        assertThatThrownBy(session::listenOnLoopback).isInstanceOf(EgressException.class);
        bed.gateway.close();
        assertThatThrownBy(bed::session).isInstanceOf(EgressException.class).hasMessage("the server shuts down");
    }
}
