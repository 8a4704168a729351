package io.infloop.core.internal.egress;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/** Options that exist for TCP but not for UNIX sockets. */
final class Sockets {
    private Sockets() {}

    static void prepare(SocketChannel channel) throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
    }

    static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // There is nothing left to close.
            return;
        }
    }

    /** So that the other side sees an error, not the end of complete data. */
    static void reset(SocketChannel channel) {
        try {
            if (channel.isOpen() && channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException | IllegalArgumentException alreadyGone) {
            // Closed below.
        }
        close(channel);
    }
}
