package io.infloop.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One HTTP/1.1 connection that is used again and again, with as little work per request as a client can do. Answers must have a
 * length or be chunked. Not thread-safe.
 */
final class KeepAliveConnection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_MILLIS = 30_000;

    /**
     * An answer.
     *
     * @param body UTF-8, cut at the size of the buffer
     */
    record Answer(int status, String body) {}

    private final int port;
    private final byte[] buffer = new byte[32 * 1024];
    private int position;
    private int limit;
    private Socket socket;
    private InputStream in;
    private OutputStream out;

    KeepAliveConnection(int port) {
        this.port = port;
    }

    /** Sends a whole request, head and body, and reads the answer, whose body is thrown away. @return the status */
    int exchange(byte[] head, byte[] body) throws IOException {
        send(head, body);
        return readAnswer(false).status();
    }

    /** As {@link #exchange}, with the answer's body. */
    Answer ask(byte[] head, byte[] body) throws IOException {
        send(head, body);
        return readAnswer(true);
    }

    private void send(byte[] head, byte[] body) throws IOException {
        if (socket == null) {
            connect();
        }
        out.write(head);
        if (body.length > 0) {
            out.write(body);
        }
    }

    private void connect() throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MILLIS);
        socket.connect(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), CONNECT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        position = 0;
        limit = 0;
    }

    private Answer readAnswer(boolean wantBody) throws IOException {
        try {
            String statusLine = line();
            int status = Integer.parseInt(statusLine.substring(9, 12));
            int length = 0;
            boolean chunked = false;
            boolean closing = false;
            for (String header = line(); !header.isEmpty(); header = line()) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).strip());
                } else if (lower.startsWith("transfer-encoding:")) {
                    chunked = lower.contains("chunked");
                } else if (lower.startsWith("connection:")) {
                    closing = lower.contains("close");
                }
            }
            StringBuilder text = new StringBuilder();
            if (chunked) {
                for (int size = chunkSize(); size > 0; size = chunkSize()) {
                    body(size, wantBody, text);
                    line();
                }
                line();
            } else {
                body(length, wantBody, text);
            }
            if (closing) {
                close();
            }
            return new Answer(status, text.toString());
        } catch (IOException | RuntimeException broken) {
            close();
            throw broken;
        }
    }

    private int chunkSize() throws IOException {
        String size = line();
        int end = size.indexOf(';');
        return Integer.parseInt((end < 0 ? size : size.substring(0, end)).strip(), 16);
    }

    private void body(int length, boolean wanted, StringBuilder text) throws IOException {
        int left = length;
        while (left > 0) {
            if (position == limit) {
                fill();
            }
            int piece = Math.min(left, limit - position);
            if (wanted) {
                text.append(new String(buffer, position, piece, StandardCharsets.UTF_8));
            }
            position += piece;
            left -= piece;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        while (true) {
            if (position == limit) {
                fill();
            }
            char next = (char) (buffer[position++] & 0xff);
            if (next == '\n') {
                int length = line.length();
                return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
            }
            line.append(next);
        }
    }

    private void fill() throws IOException {
        int read = in.read(buffer, 0, buffer.length);
        if (read < 0) {
            throw new EOFException("the server closed the connection");
        }
        position = 0;
        limit = read;
    }

    @Override
    public void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException ignored) {
                // Nothing is lost with a connection that does not close properly.
            }
            socket = null;
        }
    }
}
