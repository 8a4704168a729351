package io.infloop.core.internal.egress;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.audit.KnownSecrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A gateway whose names are invented and whose audit lines are kept. */
public final class EgressTestBed implements AutoCloseable {
    static final EgressOwner OWNER =
            new EgressOwner("test-plugin", Optional.of("run-1"), Optional.of("node-1"), Optional.of("cid_0123456789"));
    public static final int PATIENCE_MILLIS = 30_000;

    public final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    public final List<String> lookedUp = new CopyOnWriteArrayList<>();
    public final KnownSecrets secrets = new KnownSecrets();
    public final SelectorEgressGateway gateway;
    private final Map<String, Deque<List<InetAddress>>> names = new ConcurrentHashMap<>();

    public EgressTestBed() {
        this(EgressLimits.DEFAULT);
    }

    EgressTestBed(EgressLimits limits) {
        this.gateway = new SelectorEgressGateway(new RecordingAudit(audited), secrets, this::resolve, limits);
        name("server.test", "127.0.0.1");
        name("other.test", "127.0.0.1");
    }

    /** Limits with short times. */
    static EgressLimits limits(int connections, int headBytes, Duration times) {
        return new EgressLimits(
                connections, 4_000, headBytes, times, times, times, times, times, Duration.ofMillis(500));
    }

    /** @param answers one for each lookup, the last one for all further ones; each a list of addresses separated by spaces */
    public void name(String name, String... answers) {
        Deque<List<InetAddress>> queue = new ArrayDeque<>();
        for (String answer : answers) {
            queue.add(List.of(answer.split(" ", -1)).stream()
                    .map(EgressTestBed::address)
                    .toList());
        }
        names.put(name, queue);
    }

    private synchronized List<InetAddress> resolve(String name) throws UnknownHostException {
        lookedUp.add(name);
        Deque<List<InetAddress>> answers = names.get(name);
        if (answers == null) {
            throw new UnknownHostException(name);
        }
        return answers.size() > 1 ? answers.remove() : answers.element();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Allows the two names of this machine. */
    EgressSession session() throws IOException {
        return session("server.test", "other.test", "127.0.0.1");
    }

    EgressSession session(String... allowed) throws IOException {
        return gateway.open(EgressPolicy.allowing(List.of(allowed)), OWNER);
    }

    static Socket connect(EgressSession session) throws IOException {
        URI proxy = session.listenOnLoopback();
        Socket socket = new Socket(proxy.getHost(), proxy.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    static String credential(EgressSession session) throws IOException {
        String user = session.listenOnLoopback().getUserInfo();
        return "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.US_ASCII)) + "\r\n";
    }

    /** Sends a request line and headers with the credential, and returns all that comes back. */
    static String exchange(EgressSession session, String start, String headers) throws IOException {
        try (Socket socket = connect(session)) {
            send(socket, start + "\r\n" + credential(session) + headers + "\r\n");
            return readAll(socket);
        }
    }

    static Socket tunnel(EgressSession session, String target) throws IOException {
        Socket socket = connect(session);
        send(socket, "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + credential(session) + "\r\n");
        String head = readHead(socket);
        if (!head.startsWith("HTTP/1.1 200 ")) {
            socket.close();
            throw new IOException(head);
        }
        return socket;
    }

    public static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    public static String readHead(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream input = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = input.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() {
        gateway.close();
    }

    private record RecordingAudit(List<AuditEvent> events) implements AuditLog {
        @Override
        public void append(AuditEvent event) {
            events.add(event);
        }

        @Override
        public long writeErrors() {
            return 0;
        }

        @Override
        public Page read(Query query) {
            throw new UnsupportedOperationException();
        }
    }
}
