package io.infloop.spi.webhook;

/** An answer that is the same for every request. @param status 200 to 599 */
public record FixedReply(int status, String contentType, String body) {
    /** Longest body, in characters. */
    public static final int MAX_BODY = 4_096;

    public FixedReply {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("a status is 200 to 599: " + status);
        }
        if (contentType.isBlank() || !Printable.is(contentType)) {
            throw new IllegalArgumentException("a content type such as text/plain is expected");
        }
        if (body.length() > MAX_BODY) {
            throw new IllegalArgumentException("a fixed body has at most " + MAX_BODY + " characters");
        }
    }
}
