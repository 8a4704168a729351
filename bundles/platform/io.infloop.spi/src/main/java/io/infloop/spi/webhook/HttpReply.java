package io.infloop.spi.webhook;

import java.util.Map;

/** An answer to a sender. */
public record HttpReply(int status, Map<String, String> headers, String contentType, String body) {
    public HttpReply {
        headers = Map.copyOf(headers);
    }
}
