package io.infloop.core.internal.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on a loopback port that treats each connection as a test says. */
public final class TestServer implements AutoCloseable {
    /** Treats one connection, which is closed afterwards. */
    @FunctionalInterface
    public interface Treatment {
        void treat(Socket socket) throws IOException;
    }

    public final AtomicInteger accepted = new AtomicInteger();
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public TestServer(Treatment treatment) throws IOException {
        this.server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        threads.execute(() -> accept(treatment));
    }

    /** Sends back what it gets. */
    public static TestServer echo() throws IOException {
        return new TestServer(socket -> {
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
        });
    }

    /** Answers one request with its own head as the body. */
    public static TestServer mirror() throws IOException {
        return new TestServer(socket -> {
            String head = EgressTestBed.readHead(socket);
            EgressTestBed.send(
                    socket,
                    "HTTP/1.1 200 OK\r\nContent-Length: " + head.length()
                            + "\r\nKeep-Alive: timeout=5\r\nX-Server: yes\r\n\r\n" + head);
        });
    }

    public int port() {
        return server.getLocalPort();
    }

    public int openConnections() {
        return open.size();
    }

    private void accept(Treatment treatment) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                open.add(socket);
                threads.execute(() -> treat(treatment, socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void treat(Treatment treatment, Socket socket) {
        try (socket) {
            treatment.treat(socket);
        } catch (IOException ended) {
            // The other side may go at any time.
            return;
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
