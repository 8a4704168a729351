package io.infloop.ingress.internal;

import io.infloop.spi.webhook.FixedReply;
import io.infloop.spi.webhook.HttpReply;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Answers that a plugin or a manifest makes, apart from what is the server's business. */
final class SafeReplies {
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]{0,4096}");
    private static final Set<String> SERVER_HEADERS = Set.of(
            "connection",
            "content-length",
            "content-type",
            "date",
            "set-cookie",
            "transfer-encoding",
            "trailer",
            "upgrade");

    private SafeReplies() {}

    /** Empty if the status is none. */
    static Optional<Reply> of(HttpReply reply) {
        if (reply.status() < 200 || reply.status() > 599) {
            return Optional.empty();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        reply.headers().forEach((name, value) -> {
            if (HEADER_NAME.matcher(name).matches()
                    && HEADER_VALUE.matcher(value).matches()
                    && !SERVER_HEADERS.contains(name.toLowerCase(Locale.ROOT))
                    && !name.equalsIgnoreCase("x-content-type-options")) {
                headers.put(name, value);
            }
        });
        // A reflected challenge must never be taken for a page.
        headers.put("x-content-type-options", "nosniff");
        String contentType = HEADER_VALUE.matcher(reply.contentType()).matches() ? reply.contentType() : "text/plain";
        return Optional.of(
                new Reply(reply.status(), headers, contentType, reply.body().getBytes(StandardCharsets.UTF_8)));
    }

    /** What a sender insists on. */
    static Reply of(FixedReply fixed) {
        return new Reply(
                fixed.status(),
                Map.of("x-content-type-options", "nosniff"),
                fixed.contentType(),
                fixed.body().getBytes(StandardCharsets.UTF_8));
    }
}
