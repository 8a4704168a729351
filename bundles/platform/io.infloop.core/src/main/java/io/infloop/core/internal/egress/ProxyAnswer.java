package io.infloop.core.internal.egress;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Answers of the proxy itself: one line of text, after which the connection ends. */
final class ProxyAnswer {
    static final byte[] CONNECTED = "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final Map<Integer, String> PHRASES = Map.of(
            200, "OK",
            400, "Bad Request",
            403, "Forbidden",
            407, "Proxy Authentication Required",
            408, "Request Timeout",
            431, "Request Header Fields Too Large",
            502, "Bad Gateway",
            503, "Service Unavailable",
            504, "Gateway Timeout");

    private ProxyAnswer() {}

    static ByteBuffer of(int status, String sentence) {
        byte[] body = (sentence + "\n").getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " " + PHRASES.get(status) + "\r\n"
                + (status == 407 ? "Proxy-Authenticate: Basic realm=\"egress\", charset=\"UTF-8\"\r\n" : "")
                + "Content-Type: text/plain; charset=utf-8\r\n"
                + "Cache-Control: no-store\r\n"
                + EgressSession.OWN_ANSWER_HEADER + ": " + status + "\r\n"
                + "Content-Length: " + body.length + "\r\n"
                + "Connection: close\r\n"
                + "Proxy-Connection: close\r\n\r\n";
        byte[] start = head.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(start.length + body.length)
                .put(start)
                .put(body)
                .flip();
    }
}
