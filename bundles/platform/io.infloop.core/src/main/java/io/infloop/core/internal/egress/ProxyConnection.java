package io.infloop.core.internal.egress;

import io.infloop.core.internal.net.AddressKind;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A client's connection, from its first byte to its last. Used by the loop only. */
final class ProxyConnection implements EgressLoop.Handler {
    /** Where {@link EgressSession#selfTestNonce()} is served. */
    static final String SELF_TEST_HOST = "selftest.infloop.internal";

    private static final int MAX_LINGER_BYTES = 4 * 1024 * 1024;

    private enum Phase {
        HEAD,
        LOOKUP,
        CONNECT,
        RELAY,
        REPORT,
        ANSWER,
        LINGER,
        CLOSED
    }

    private final ProxySession session;
    private final EgressLoop loop;
    private final EgressLimits limits;
    private final SocketChannel client;
    private final boolean credentialNeeded;
    private final RequestHead head;
    private SelectionKey clientKey;
    private Phase phase = Phase.HEAD;
    private long deadline;
    private ProxyRequest request;
    private byte[] early;
    private Dial dial;
    private Relay relay;
    private ByteBuffer answer;
    private int lingered;

    ProxyConnection(
            ProxySession session,
            EgressLoop loop,
            EgressLimits limits,
            SocketChannel client,
            boolean credentialNeeded) {
        this.session = session;
        this.loop = loop;
        this.limits = limits;
        this.client = client;
        this.credentialNeeded = credentialNeeded;
        this.head = new RequestHead(limits.headBytes());
    }

    void start() throws IOException {
        Sockets.prepare(client);
        clientKey = loop.register(client, SelectionKey.OP_READ, this);
        enter(Phase.HEAD, limits.headTimeout());
    }

    @Override
    public void ready(SelectionKey key) throws IOException {
        switch (phase) {
            case HEAD -> readHead();
            case CONNECT -> connectReady(key);
            case RELAY -> relayReady(key);
            case ANSWER -> writeAnswer();
            case LINGER -> readOn();
            case LOOKUP, REPORT, CLOSED -> key.interestOps(0);
        }
    }

    @Override
    public void tick(long now) {
        if (phase == Phase.RELAY) {
            if (relay.isIdle(now, limits)) {
                abort();
            }
        } else if (phase != Phase.CLOSED && now - deadline > 0) {
            timedOut();
        }
    }

    private void timedOut() {
        switch (phase) {
            case HEAD -> {
                if (head.isEmpty()) {
                    close();
                } else {
                    deny(
                            408,
                            "too-slow",
                            "a client sent no complete request within "
                                    + limits.headTimeout().toSeconds() + " s");
                }
            }
            case LOOKUP -> unreachable(504, "looking up " + request.host().text() + " took too long");
            case CONNECT -> {
                dial.timedOut();
                connectNext();
            }
            case ANSWER, LINGER, REPORT -> close();
            case RELAY, CLOSED -> throw new IllegalStateException("no deadline in " + phase);
        }
    }

    private void readHead() throws IOException {
        ByteBuffer buffer = loop.buffer();
        if (client.read(buffer) < 0) {
            if (head.isEmpty()) {
                close();
            } else {
                deny(400, "malformed", "a client ended its connection in the middle of a request");
            }
            return;
        }
        try {
            Optional<Heads.Head> complete = head.add(buffer.flip());
            if (complete.isPresent()) {
                clientKey.interestOps(0);
                early = head.rest();
                request = RequestParser.parse(complete.get());
                decide();
            }
        } catch (MalformedRequestException malformed) {
            deny(400, "malformed", malformed.getMessage());
        } catch (RequestHead.TooLongException tooLong) {
            deny(431, "head-too-long", "the head of a request is longer than " + limits.headBytes() + " bytes");
        }
    }

    private void decide() {
        if (credentialNeeded && !session.isAuthentic(request)) {
            String sentence = "the egress proxy of a run answers only to that run: use the address in its environment";
            if (request.authorization().isPresent()) {
                deny(407, "bad-credential", sentence);
            } else {
                // Not a denial: git and others always ask first without.
                answer(407, sentence);
            }
        } else if (session.isOverfull()) {
            deny(
                    503,
                    "too-many-connections",
                    "more than " + limits.sessionConnections() + " connections at once; use fewer");
        } else if (isSelfTest()) {
            answer(200, session.selfTestNonce());
        } else if (!session.policy().allows(request.host())) {
            deny(
                    403,
                    "host-not-allowed",
                    request.host().text() + " is not on the egress allow-list; if it is needed,"
                            + " add it to the egressAllowlist");
        } else {
            enter(Phase.LOOKUP, limits.lookupTimeout());
            session.lookups().find(request.host(), this::found);
        }
    }

    private boolean isSelfTest() {
        return request instanceof ProxyRequest.Forward forward
                && forward.method().equals("GET")
                && forward.host().text().equals(SELF_TEST_HOST)
                && forward.path().equals("/");
    }

    private void found(List<InetAddress> addresses) {
        if (phase != Phase.LOOKUP) {
            return;
        }
        String name = request.host().text();
        Optional<InetAddress> forbidden = addresses.stream()
                .filter(address -> !session.policy().allows(address))
                .findFirst();
        if (addresses.isEmpty()) {
            unreachable(502, "the host " + name + " is unknown");
        } else if (forbidden.isPresent()) {
            InetAddress address = forbidden.get();
            deny(
                    403,
                    "address-not-allowed",
                    name + " leads to " + address.getHostAddress() + ", which is not public but "
                            + AddressKind.of(address).text()
                            + "; such an address is reached only if it is itself on the"
                            + " allow-list");
        } else {
            dial = new Dial(loop, this, addresses, request.port());
            connectNext();
        }
    }

    private void connectNext() {
        enter(Phase.CONNECT, limits.connectTimeout());
        if (!dial.tryNext()) {
            unreachable(502, request.target() + " cannot be reached: " + dial.lastProblem());
        }
    }

    private void connectReady(SelectionKey key) throws IOException {
        if (key == clientKey || !key.isValid()) {
            return;
        }
        if (!dial.isConnected()) {
            connectNext();
            return;
        }
        enter(Phase.RELAY, limits.idleTimeout());
        relay = request instanceof ProxyRequest.Forward forward
                ? Relay.exchange(clientKey, key, forward, early, limits.headBytes())
                : Relay.tunnel(clientKey, key, ProxyAnswer.CONNECTED, early);
        early = null;
        relay.updateInterest();
    }

    private void relayReady(SelectionKey key) throws IOException {
        try {
            relay.ready(key, loop.buffer());
        } catch (IOException broken) {
            if (relay.isTunnel() || relay.hasAnswered()) {
                throw broken;
            }
            unreachable(502, request.target() + " did not answer: " + broken.getMessage());
            return;
        }
        if (relay.isFinished()) {
            dial.close();
            if (relay.isTunnel()) {
                close();
            } else {
                linger();
            }
        }
    }

    private void deny(int status, String reason, String sentence) {
        String target = request == null ? "" : request.target();
        enter(Phase.REPORT, limits.headTimeout());
        pauseClient();
        session.report(
                new EgressDenial(status, reason, target, sentence),
                () -> loop.execute(() -> {
                    if (phase == Phase.REPORT) {
                        answer(status, sentence);
                    }
                }));
    }

    private void unreachable(int status, String sentence) {
        if (dial != null) {
            dial.close();
        }
        session.listener().unreachable(request.target(), sentence);
        answer(status, sentence);
    }

    private void answer(int status, String text) {
        answer = ProxyAnswer.of(status, text);
        enter(Phase.ANSWER, limits.headTimeout());
        clientKey.interestOps(SelectionKey.OP_WRITE);
    }

    private void writeAnswer() throws IOException {
        client.write(answer);
        if (!answer.hasRemaining()) {
            client.shutdownOutput();
            linger();
        }
    }

    /** Closing while the client still sends would take the answer away from it. */
    private void linger() {
        enter(Phase.LINGER, limits.lingerTimeout());
        clientKey.interestOps(SelectionKey.OP_READ);
    }

    private void readOn() throws IOException {
        int count = client.read(loop.buffer());
        lingered += Math.max(0, count);
        if (count < 0 || lingered > MAX_LINGER_BYTES) {
            close();
        }
    }

    private void pauseClient() {
        if (clientKey.isValid()) {
            clientKey.interestOps(0);
        }
    }

    private void enter(Phase next, Duration time) {
        phase = next;
        deadline = System.nanoTime() + time.toNanos();
    }

    private void close() {
        phase = Phase.CLOSED;
        if (dial != null) {
            dial.close();
        }
        Sockets.close(client);
        session.forget(this);
    }

    @Override
    public void abort() {
        phase = Phase.CLOSED;
        if (dial != null) {
            dial.reset();
        }
        Sockets.reset(client);
        session.forget(this);
    }
}
