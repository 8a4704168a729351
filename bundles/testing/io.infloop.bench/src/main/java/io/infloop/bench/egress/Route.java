package io.infloop.bench.egress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * The way to the origin for a plain client with blocking sockets: direct, or through the tunnel of a proxy.
 *
 * @param origin its port on 127.0.0.1
 * @param proxy with the credential; empty: direct
 */
record Route(int origin, Optional<URI> proxy) {
    private static final int PATIENCE_MILLIS = 30_000;

    /** A connection that answers come back on. Not thread-safe. */
    static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final byte[] buffer = new byte[64 * 1024];
        private int position;
        private int limit;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        /** Asks for that many bytes and reads them all. */
        void fetch(String request, long bytes) throws IOException {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String head = head();
            if (!head.startsWith("HTTP/1.1 200 ")) {
                throw new IOException("the answer was " + head);
            }
            long length = length(head);
            if (length != bytes) {
                throw new IOException("the answer has " + length + " bytes, not " + bytes);
            }
            for (long left = length; left > 0; ) {
                if (position == limit) {
                    fill();
                }
                int piece = (int) Math.min(left, limit - position);
                position += piece;
                left -= piece;
            }
        }

        private static long length(String head) {
            String lower = head.toLowerCase(Locale.ROOT);
            int at = lower.indexOf("content-length:") + "content-length:".length();
            return Long.parseLong(lower.substring(at, lower.indexOf("\r\n", at)).strip());
        }

        private String head() throws IOException {
            StringBuilder text = new StringBuilder(256);
            while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
                if (position == limit) {
                    fill();
                }
                text.append((char) (buffer[position++] & 0xff));
            }
            return text.toString();
        }

        private void fill() throws IOException {
            limit = in.read(buffer);
            position = 0;
            if (limit < 0) {
                limit = 0;
                throw new EOFException("the other side closed the connection");
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** To the origin, whatever lies between. */
    Connection open() throws IOException {
        if (proxy.isEmpty()) {
            return new Connection(connect(origin));
        }
        Connection connection = new Connection(connect(proxy.get().getPort()));
        try {
            connection
                    .socket
                    .getOutputStream()
                    .write(("CONNECT " + authority() + " HTTP/1.1\r\nHost: " + authority() + "\r\n" + credential()
                                    + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String head = connection.head();
            if (!head.startsWith("HTTP/1.1 200 ")) {
                throw new IOException("the proxy answered " + head);
            }
            return connection;
        } catch (IOException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /** Over a connection of {@link #open()}. */
    String request(long bytes) {
        return "GET /" + bytes + " HTTP/1.1\r\nHost: " + authority() + "\r\n\r\n";
    }

    /** One request on a connection of its own, without a tunnel: as clients ask a proxy for plain HTTP. */
    void fetchPlain(long bytes) throws IOException {
        try (Connection connection =
                new Connection(connect(proxy.map(URI::getPort).orElse(origin)))) {
            connection.fetch(
                    proxy.isEmpty()
                            ? request(bytes)
                            : "GET http://" + authority() + "/" + bytes + " HTTP/1.1\r\nHost: " + authority() + "\r\n"
                                    + credential() + "\r\n",
                    bytes);
        }
    }

    private String authority() {
        return "127.0.0.1:" + origin;
    }

    private String credential() {
        return "Proxy-Authorization: Basic "
                + Base64.getEncoder()
                        .encodeToString(proxy.orElseThrow().getUserInfo().getBytes(StandardCharsets.US_ASCII))
                + "\r\n";
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
        return socket;
    }
}
