package io.infloop.core.internal.egress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** Carries bytes between a client and a server, both directions on their own. Used by the loop only. */
final class Relay {
    private final SelectionKey client;
    private final SelectionKey server;
    private final Flow up;
    private final Flow down;
    private final boolean tunnel;
    private long lastMove = System.nanoTime();

    private Relay(SelectionKey client, SelectionKey server, FlowFilter upward, FlowFilter downward, boolean tunnel) {
        this.client = client;
        this.server = server;
        SocketChannel clientChannel = (SocketChannel) client.channel();
        SocketChannel serverChannel = (SocketChannel) server.channel();
        this.up = new Flow(clientChannel, serverChannel, upward);
        this.down = new Flow(serverChannel, clientChannel, downward);
        this.tunnel = tunnel;
    }

    /** @param early what the client has sent already */
    static Relay tunnel(SelectionKey client, SelectionKey server, byte[] greeting, byte[] early) {
        Relay relay = new Relay(client, server, FlowFilter.OPEN, FlowFilter.OPEN, true);
        relay.down.begin(greeting);
        relay.up.begin(early);
        return relay;
    }

    /** One request and its answer. */
    static Relay exchange(
            SelectionKey client, SelectionKey server, ProxyRequest.Forward request, byte[] early, int headBytes)
            throws IOException {
        Relay relay = new Relay(client, server, request.body(), new ResponseHead(headBytes), false);
        ByteBuffer body = request.body().pass(ByteBuffer.wrap(early));
        ByteBuffer first = ByteBuffer.allocate(request.head().length + body.remaining());
        relay.up.begin(first.put(request.head()).put(body).array());
        return relay;
    }

    void ready(SelectionKey key, ByteBuffer buffer) throws IOException {
        boolean moved = false;
        Flow outgoing = key == client ? down : up;
        Flow incoming = key == client ? up : down;
        if (key.isWritable() && outgoing.wantsWrite()) {
            outgoing.write();
            moved = true;
        }
        if (key.isValid() && key.isReadable() && incoming.wantsRead()) {
            incoming.read(buffer);
            moved = true;
        }
        if (moved) {
            lastMove = System.nanoTime();
        }
        updateInterest();
    }

    /** After construction, and after anything moved. */
    void updateInterest() {
        interest(client, up, down);
        interest(server, down, up);
    }

    private static void interest(SelectionKey key, Flow incoming, Flow outgoing) {
        int operations =
                (incoming.wantsRead() ? SelectionKey.OP_READ : 0) | (outgoing.wantsWrite() ? SelectionKey.OP_WRITE : 0);
        if (key.isValid() && key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    boolean isFinished() {
        return down.isFinished() && (up.isFinished() || !tunnel);
    }

    boolean isTunnel() {
        return tunnel;
    }

    /** Whether the client was given anything. */
    boolean hasAnswered() {
        return down.hasMoved();
    }

    boolean isIdle(long now, EgressLimits limits) {
        boolean half = up.isFinished() || down.isFinished();
        long limit = (half ? limits.halfClosedTimeout() : limits.idleTimeout()).toNanos();
        return now - lastMove > limit;
    }
}
