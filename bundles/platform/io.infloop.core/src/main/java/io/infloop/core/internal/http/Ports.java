package io.infloop.core.internal.http;

import io.infloop.core.internal.Refusal;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.OptionalInt;

/** Finds out which ports can be bound. */
public final class Ports {
    /** How far the server walks from a port that is taken. */
    public static final int WALK = 20;

    private static final int FIRST_FREE_FOR_ALL = 1024;

    private Ports() {}

    /**
     * @param port 0 for any
     * @return the port that could be bound a moment ago; empty if it is taken
     * @throws IOException if the host is not one of this machine, or the port is not ours to bind
     */
    public static OptionalInt probe(String host, int port) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, port));
            return OptionalInt.of(socket.getLocalPort());
        } catch (BindException failed) {
            // The reason is only in a text that the system may translate; so it is found out by looking.
            if (port == 0 || !canBindAny(address) || (port < FIRST_FREE_FOR_ALL && !answers(address, port))) {
                throw failed;
            }
            return OptionalInt.empty();
        }
    }

    /**
     * Asks before anything is written whether the host is one of this machine.
     *
     * @throws Refusal if it is not; at another attempt it may be, as with a name server that is not up yet
     */
    public static void requireOurs(String host) {
        try {
            probe(host, 0);
        } catch (IOException failed) {
            throw cannotListen(host, failed);
        }
    }

    static Refusal cannotListen(String host, Exception failed) {
        return Refusal.temporary(
                "cannot-listen", host + " cannot be listened on (" + failed.getMessage() + "); correct HOST or PORT");
    }

    private static boolean canBindAny(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (BindException notOurs) {
            return false;
        }
    }

    private static boolean answers(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 500);
            return true;
        } catch (IOException nobody) {
            return false;
        }
    }
}
