package io.infloop.bench.egress;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A server on 127.0.0.1 that does as little as possible: the path of a GET is the number of bytes that it answers with. A program of
 * its own; prints its port and ends when its standard input ends.
 */
public final class Origin {
    private static final int BACKLOG = 1_024;
    private static final byte[] ZEROS = new byte[64 * 1024];

    private Origin() {}

    public static void main(String[] arguments) throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (ServerSocket server = new ServerSocket(0, BACKLOG, loopback)) {
            Thread accepting = new Thread(() -> accept(server), "accept");
            accepting.setDaemon(true);
            accepting.start();
            System.out.println("port " + server.getLocalPort());
            while (System.in.read() >= 0) {
                // Whoever started this program keeps its end open.
            }
        }
    }

    private static void accept(ServerSocket server) {
        try {
            while (true) {
                Socket client = server.accept();
                Thread thread = new Thread(() -> serve(client), "connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException closed) {
            // the program ends
        }
    }

    private static void serve(Socket socket) {
        try (Socket client = socket) {
            client.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            for (String request = head(in); !request.isEmpty(); request = head(in)) {
                String path = request.split(" ", 3)[1];
                long length = Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                for (long left = length; left > 0; left -= ZEROS.length) {
                    out.write(ZEROS, 0, (int) Math.min(left, ZEROS.length));
                }
            }
        } catch (IOException gone) {
            // so is the client
        }
    }

    /** @return the first line; empty when the client has ended */
    private static String head(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder(256);
        while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            text.append((char) next);
        }
        return text.substring(0, text.indexOf("\r\n"));
    }
}
