package io.infloop.spi.webhook;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonParseException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** An inbound request exactly as received: the raw bytes, before any charset, JSON or form handling. Immutable, thread-safe. */
public final class WebhookRequest {
    private final String method;
    private final Optional<URI> publicUrl;
    private final String rawQuery;
    private final HttpHeaders headers;
    private final ByteBuffer body;
    private final Instant receivedAt;
    private volatile Optional<Object> json;

    /**
     * @param publicUrl the URL the operator configured for this trigger, never rebuilt from headers
     * @param rawQuery the query as sent, without the question mark; empty when there is none
     * @param body the bytes; the array must not be changed afterwards
     */
    public WebhookRequest(
            String method,
            Optional<URI> publicUrl,
            String rawQuery,
            HttpHeaders headers,
            byte[] body,
            Instant receivedAt) {
        this.method = Objects.requireNonNull(method, "method is null");
        this.publicUrl = Objects.requireNonNull(publicUrl, "publicUrl is null");
        this.rawQuery = Objects.requireNonNull(rawQuery, "rawQuery is null");
        this.headers = Objects.requireNonNull(headers, "headers is null");
        this.body = ByteBuffer.wrap(body).asReadOnlyBuffer();
        this.receivedAt = Objects.requireNonNull(receivedAt, "receivedAt is null");
    }

    public String method() {
        return method;
    }

    public Optional<URI> publicUrl() {
        return publicUrl;
    }

    public String rawQuery() {
        return rawQuery;
    }

    public HttpHeaders headers() {
        return headers;
    }

    /** The raw bytes, from position 0 to the limit, read-only; a new view at each call. */
    public ByteBuffer body() {
        return body.duplicate();
    }

    public int bodyLength() {
        return body.remaining();
    }

    public Instant receivedAt() {
        return receivedAt;
    }

    /**
     * The body as a JSON value of {@link Json}, parsed at the first call; empty when it is not JSON, and for JSON {@code null}.
     */
    public Optional<Object> json() {
        Optional<Object> parsed = json;
        if (parsed == null) {
            try {
                parsed = Optional.ofNullable(
                        Json.parse(StandardCharsets.UTF_8.decode(body()).toString()));
            } catch (JsonParseException notJson) {
                parsed = Optional.empty();
            }
            json = parsed;
        }
        return parsed;
    }
}
