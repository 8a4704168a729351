package io.infloop.spi.http;

import io.infloop.spi.Cancellation;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A request and its bounds. Immutable. */
public final class HttpCall {
    /** Default time for the whole call, the reading of the body included. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);
    /** Default cap on the body of the answer. */
    public static final long DEFAULT_RESPONSE_BYTES = 16L * 1024 * 1024;

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Set<String> OURS = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private final String method;
    private final URI uri;
    private final List<Map.Entry<String, String>> headers;
    private final Optional<byte[]> body;
    private final Duration timeout;
    private final long responseBytes;
    private final Cancellation cancellation;

    private HttpCall(Builder builder) {
        this.method = builder.method;
        this.uri = builder.uri;
        this.headers = List.copyOf(builder.headers);
        this.body = builder.body;
        this.timeout = builder.timeout;
        this.responseBytes = builder.responseBytes;
        this.cancellation = builder.cancellation;
    }

    /**
     * @param method such as {@code GET}; not CONNECT or TRACE
     * @param uri absolute, {@code http} or {@code https}, without user and password; a host in other letters than ASCII as punycode
     * @throws IllegalArgumentException if one of them is not so
     */
    public static Builder builder(String method, URI uri) {
        return new Builder(method, uri);
    }

    public String method() {
        return method;
    }

    public URI uri() {
        return uri;
    }

    /** In the order given, repeated names kept. */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    public Optional<byte[]> body() {
        return body.map(byte[]::clone);
    }

    public Duration timeout() {
        return timeout;
    }

    public long responseBytes() {
        return responseBytes;
    }

    public Cancellation cancellation() {
        return cancellation;
    }

    /** Builds an {@link HttpCall}. */
    public static final class Builder {
        private final String method;
        private final URI uri;
        private final List<Map.Entry<String, String>> headers = new ArrayList<>();
        private Optional<byte[]> body = Optional.empty();
        private Duration timeout = DEFAULT_TIMEOUT;
        private long responseBytes = DEFAULT_RESPONSE_BYTES;
        private Cancellation cancellation = Cancellation.NEVER;

        private Builder(String method, URI uri) {
            if (!TOKEN.matcher(method).matches() || Set.of("CONNECT", "TRACE").contains(method)) {
                throw new IllegalArgumentException("the method of a call is a name such as GET, not CONNECT or TRACE");
            }
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (!Set.of("http", "https").contains(scheme) || uri.getHost() == null || uri.getRawUserInfo() != null) {
                throw new IllegalArgumentException(
                        "the address of a call is http://host/... or https://host/... without"
                                + " user and password, its host in ASCII");
            }
            this.method = method;
            this.uri = uri;
        }

        /**
         * Adds a header field.
         *
         * @throws IllegalArgumentException if it is not valid, or one that the server sets itself, such as {@code Host},
         *     {@code Content-Length} and all that begin with {@code Proxy-}
         */
        public Builder header(String name, String value) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!TOKEN.matcher(name).matches()
                    || value.chars().anyMatch(character -> character < ' ' && character != '\t' || character >= 127)) {
                throw new IllegalArgumentException("a header has a name or a value that HTTP does not allow");
            }
            if (OURS.contains(lower) || lower.startsWith("proxy-")) {
                throw new IllegalArgumentException("the header " + name + " is set by the server");
            }
            headers.add(Map.entry(name, value));
            return this;
        }

        /** Default: none. */
        public Builder body(byte[] bytes) {
            this.body = Optional.of(bytes.clone());
            return this;
        }

        /** Text, sent as UTF-8; its {@code Content-Type} is a header like others. */
        public Builder body(String text) {
            this.body = Optional.of(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /** For the whole call, the reading of the body included; positive. */
        public Builder timeout(Duration limit) {
            if (limit.isZero() || limit.isNegative()) {
                throw new IllegalArgumentException("the timeout of a call is positive");
            }
            this.timeout = limit;
            return this;
        }

        /** Cap on the body of the answer, not negative; reading more of it fails. */
        public Builder responseBytes(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("the cap on an answer is not negative");
            }
            this.responseBytes = bytes;
            return this;
        }

        /** Gives the call up when it comes; inside a node the one of its context. */
        public Builder cancellation(Cancellation source) {
            this.cancellation = source;
            return this;
        }

        public HttpCall build() {
            return new HttpCall(this);
        }
    }
}
