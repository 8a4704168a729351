package io.infloop.ingress.internal;

import io.infloop.spi.webhook.FixedReply;
import io.infloop.spi.webhook.HttpReply;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Answers that a plugin or a manifest makes, apart from what is the server's business. */
final class SafeReplies {
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]{0,4096}");
    /** What the server alone says: how it is spoken to, and what a browser may do with its answers. */
    private static final Set<String> SERVER_HEADERS = Set.of(
            "alt-svc",
            "cache-control",
            "clear-site-data",
            "connection",
            "content-disposition",
            "content-encoding",
            "content-length",
            "content-type",
            "content-security-policy",
            "content-security-policy-report-only",
            "date",
            "location",
            "referrer-policy",
            "refresh",
            "retry-after",
            "service-worker-allowed",
            "set-cookie",
            "strict-transport-security",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "www-authenticate",
            "x-content-type-options",
            "x-correlation-id",
            "x-frame-options");
    /** Which other sites may read the server's answers, and what embeds them, is not a plugin's business either. */
    private static final List<String> SERVER_PREFIXES = List.of("access-control-", "cross-origin-", "sec-");

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
                    && !isServers(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, value);
            }
        });
        // A reflected challenge must never be taken for a page.
        headers.put("x-content-type-options", "nosniff");
        boolean data = HEADER_VALUE.matcher(reply.contentType()).matches() && FixedReply.isData(reply.contentType());
        String contentType = data ? reply.contentType() : "text/plain";
        return Optional.of(
                new Reply(reply.status(), headers, contentType, reply.body().getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isServers(String name) {
        return SERVER_HEADERS.contains(name) || SERVER_PREFIXES.stream().anyMatch(name::startsWith);
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
