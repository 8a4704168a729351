package io.infloop.core.internal.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Connects to the first address that answers: to the very addresses that were checked. Used by the loop only. */
final class Dial {
    private static final int MAX_ADDRESSES = 8;

    private final EgressLoop loop;
    private final EgressLoop.Handler handler;
    private final Queue<InetAddress> left;
    private final int port;
    private SocketChannel channel;
    private SelectionKey key;
    private String lastProblem = "it has no address";

    Dial(EgressLoop loop, EgressLoop.Handler handler, List<InetAddress> addresses, int port) {
        this.loop = loop;
        this.handler = handler;
        this.left = new ArrayDeque<>(addresses.subList(0, Math.min(MAX_ADDRESSES, addresses.size())));
        this.port = port;
    }

    /** @return false when no address is left */
    boolean tryNext() {
        close();
        while (!left.isEmpty()) {
            try {
                channel = SocketChannel.open();
                Sockets.prepare(channel);
                channel.configureBlocking(false);
                InetSocketAddress address = new InetSocketAddress(left.remove(), port);
                boolean atOnce = channel.connect(address);
                key = loop.register(channel, atOnce ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, handler);
                return true;
            } catch (IOException | RuntimeException unreachable) {
                lastProblem = problem(unreachable);
                close();
            }
        }
        return false;
    }

    /** The connection attempt has an outcome. */
    boolean isConnected() {
        try {
            return channel.finishConnect();
        } catch (IOException refused) {
            lastProblem = problem(refused);
            return false;
        }
    }

    SelectionKey key() {
        return key;
    }

    String lastProblem() {
        return lastProblem;
    }

    void timedOut() {
        lastProblem = "it does not answer";
    }

    void close() {
        if (channel != null) {
            Sockets.close(channel);
        }
    }

    void reset() {
        if (channel != null) {
            Sockets.reset(channel);
        }
    }

    private static String problem(Exception failure) {
        return failure.getMessage() == null ? "connecting failed" : failure.getMessage();
    }
}
