package io.infloop.spi.webhook;

import java.util.Locale;
import java.util.Set;

/** An answer that is the same for every request. @param status 200 to 599 */
public record FixedReply(int status, String contentType, String body) {
    private static final Set<String> DATA = Set.of(
            "text/plain",
            "text/xml",
            "application/json",
            "application/xml",
            "application/x-www-form-urlencoded",
            "application/octet-stream");

    /** Longest body, in characters. */
    public static final int MAX_BODY = 4_096;

    public FixedReply {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("a status is 200 to 599: " + status);
        }
        if (contentType.isBlank() || !Printable.is(contentType)) {
            throw new IllegalArgumentException("a content type such as text/plain is expected");
        }
        requireData(contentType);
        if (body.length() > MAX_BODY) {
            throw new IllegalArgumentException("a fixed body has at most " + MAX_BODY + " characters");
        }
    }

    /** Whether a browser takes a content type for data, not for a page that acts in the server's name. */
    public static boolean isData(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
        return DATA.contains(type) || type.startsWith("application/") && type.endsWith("+json");
    }

    static void requireData(String contentType) {
        if (!isData(contentType)) {
            throw new IllegalArgumentException(
                    "an answer is plain text, JSON, XML or a form, not a page or a picture: " + contentType);
        }
    }
}
