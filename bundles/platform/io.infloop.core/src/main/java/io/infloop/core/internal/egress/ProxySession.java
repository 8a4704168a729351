package io.infloop.core.internal.egress;

import io.infloop.spi.Registration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy of one run or plugin. */
final class ProxySession implements EgressSession {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProxySession.class);
    private static final String USER = "run";
    private static final int BACKLOG = 256;
    /** Connections beyond the cap that are let in to be told so. */
    private static final int TOLD_SO = 64;

    private final EgressPolicy policy;
    private final EgressOwner owner;
    private final EgressListener listener;
    private final EgressLoop loop;
    private final EgressLimits limits;
    private final Lookups lookups;
    private final DenialReporter reporter;
    private final AtomicInteger totalConnections;
    private final Consumer<ProxySession> whenClosed;
    private final String credential;
    private final String nonce;
    private final Registration secret;
    private final DenialBudget budget = new DenialBudget(System::nanoTime);
    private final AtomicLong denied = new AtomicLong();
    private final List<ServerSocketChannel> servers = new ArrayList<>();
    private Optional<URI> loopback = Optional.empty();
    private Optional<Path> socket = Optional.empty();
    private boolean closed;

    /** On the loop only. */
    private final Set<ProxyConnection> connections = new HashSet<>();

    private boolean cut;

    ProxySession(Parts parts, EgressPolicy policy, EgressOwner owner, EgressListener listener) {
        this.policy = policy;
        this.owner = owner;
        this.listener = listener;
        this.loop = parts.loop();
        this.limits = parts.limits();
        this.lookups = parts.lookups();
        this.reporter = parts.reporter();
        this.totalConnections = parts.totalConnections();
        this.whenClosed = parts.whenClosed();
        this.credential = parts.credential();
        this.nonce = parts.nonce();
        this.secret = parts.secret();
    }

    /** What the gateway gives to a session. */
    record Parts(
            EgressLoop loop,
            EgressLimits limits,
            Lookups lookups,
            DenialReporter reporter,
            AtomicInteger totalConnections,
            Consumer<ProxySession> whenClosed,
            String credential,
            String nonce,
            Registration secret) {}

    @Override
    public synchronized URI listenOnLoopback() throws EgressException {
        if (loopback.isEmpty()) {
            checkOpen();
            ServerSocketChannel server = null;
            try {
                server = ServerSocketChannel.open();
                server.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), BACKLOG);
                int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
                serve(server, true);
                loopback = Optional.of(URI.create("http://" + USER + ":" + credential + "@127.0.0.1:" + port));
            } catch (IOException failed) {
                closeQuietly(server);
                throw new EgressException("no port of 127.0.0.1 can be listened on: " + failed.getMessage(), failed);
            }
        }
        return loopback.get();
    }

    @Override
    public synchronized Path listenOnSocket(Path directory) throws EgressException {
        checkOpen();
        if (socket.isPresent()) {
            throw new EgressException("this session listens on a socket already");
        }
        ServerSocketChannel server = null;
        try {
            UnixSocketFile file = UnixSocketFile.bind(directory, BACKLOG);
            server = file.server();
            serve(server, false);
            socket = Optional.of(file.path());
            return file.path();
        } catch (IOException failed) {
            closeQuietly(server);
            throw new EgressException(
                    "no socket in " + directory + " can be listened on: " + failed.getMessage(), failed);
        }
    }

    private void checkOpen() throws EgressException {
        if (closed) {
            throw new EgressException("the session is closed");
        }
    }

    private void serve(ServerSocketChannel server, boolean credentialNeeded) throws IOException {
        AtomicReference<IOException> problem = new AtomicReference<>(new IOException("the proxy has stopped"));
        Acceptor acceptor = new Acceptor(server, channel -> accepted(channel, credentialNeeded));
        loop.executeAndWait(() -> {
            try {
                acceptor.register(loop);
                problem.set(null);
            } catch (IOException failed) {
                problem.set(failed);
            }
        });
        if (problem.get() != null) {
            throw problem.get();
        }
        servers.add(server);
    }

    /** On the loop. */
    private void accepted(SocketChannel channel, boolean credentialNeeded) {
        if (cut
                || connections.size() >= limits.sessionConnections() + TOLD_SO
                || totalConnections.get() >= limits.totalConnections()) {
            Sockets.reset(channel);
            return;
        }
        ProxyConnection connection = new ProxyConnection(this, loop, limits, channel, credentialNeeded);
        connections.add(connection);
        totalConnections.incrementAndGet();
        try {
            connection.start();
        } catch (IOException gone) {
            connection.abort();
        }
    }

    /** On the loop. */
    void forget(ProxyConnection connection) {
        if (connections.remove(connection)) {
            totalConnections.decrementAndGet();
        }
    }

    /** On the loop. */
    boolean isOverfull() {
        return connections.size() > limits.sessionConnections();
    }

    EgressPolicy policy() {
        return policy;
    }

    EgressListener listener() {
        return listener;
    }

    Lookups lookups() {
        return lookups;
    }

    void report(EgressDenial denial, Runnable reported) {
        denied.incrementAndGet();
        reporter.report(owner, budget, denial, listener, reported);
    }

    boolean isAuthentic(ProxyRequest request) {
        String given = request.authorization().orElse("");
        String basic =
                Base64.getEncoder().encodeToString((USER + ":" + credential).getBytes(StandardCharsets.US_ASCII));
        return isScheme(given, "basic ", basic) || isScheme(given, "bearer ", credential);
    }

    private static boolean isScheme(String given, String scheme, String expected) {
        return given.regionMatches(true, 0, scheme, 0, scheme.length())
                && MessageDigest.isEqual(
                        given.substring(scheme.length()).strip().getBytes(StandardCharsets.ISO_8859_1),
                        expected.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public String selfTestNonce() {
        return nonce;
    }

    @Override
    public String credential() {
        return credential;
    }

    @Override
    public long denied() {
        return denied.get();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.executeAndWait(() -> {
            cut = true;
            servers.forEach(ProxySession::closeQuietly);
            List.copyOf(connections).forEach(ProxyConnection::abort);
        });
        servers.forEach(ProxySession::closeQuietly);
        socket.ifPresent(UnixSocketFile::delete);
        secret.close();
        reporter.finish(owner, budget);
        whenClosed.accept(this);
    }

    private static void closeQuietly(ServerSocketChannel server) {
        try {
            if (server != null) {
                server.close();
            }
        } catch (IOException gone) {
            LOGGER.debug("listener not closed", gone);
        }
    }
}
