package io.infloop.core.internal.egress;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening socket of a session. */
final class Acceptor implements EgressLoop.Handler {
    private static final Logger LOGGER = LoggerFactory.getLogger(Acceptor.class);
    private static final int AT_A_TIME = 64;

    private final ServerSocketChannel server;
    private final Consumer<SocketChannel> accepted;
    private SelectionKey key;

    Acceptor(ServerSocketChannel server, Consumer<SocketChannel> accepted) {
        this.server = server;
        this.accepted = accepted;
    }

    void register(EgressLoop loop) throws IOException {
        key = loop.register(server, SelectionKey.OP_ACCEPT, this);
    }

    @Override
    public void ready(SelectionKey ready) {
        try {
            for (int count = 0; count < AT_A_TIME; count++) {
                SocketChannel channel = server.accept();
                if (channel == null) {
                    return;
                }
                accepted.accept(channel);
            }
        } catch (IOException full) {
            // Out of file descriptors, most likely: trying again at once would be a busy loop.
            LOGGER.warn("the egress proxy cannot take connections for a moment: {}", full.getMessage());
            if (key.isValid()) {
                key.interestOps(0);
            }
        }
    }

    @Override
    public void tick(long nanoTime) {
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    @Override
    public void abort() {
        try {
            server.close();
        } catch (IOException gone) {
            LOGGER.debug("listener not closed", gone);
        }
    }
}
