package io.infloop.bench.load;

import java.nio.charset.StandardCharsets;

/** One request without a body again and again, answered with 200. */
final class Repeated implements Requests {
    private static final byte[] NO_BODY = {};

    private final Request request;

    /** @param headers complete lines, each with its end */
    Repeated(String path, String headers) {
        this.request = new Request(
                ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1),
                NO_BODY);
    }

    @Override
    public Request next() {
        return request;
    }

    @Override
    public int expectedStatus() {
        return 200;
    }
}
