package io.infloop.spi.webhook;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonParseException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
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
    private final Intake intake;
    private volatile Optional<Object> json;
    private volatile FormFields query;
    private volatile FormFields form;

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
        this(
                method,
                publicUrl,
                rawQuery,
                headers,
                ByteBuffer.wrap(body).asReadOnlyBuffer(),
                receivedAt,
                Intake.DEFAULT);
    }

    private WebhookRequest(
            String method,
            Optional<URI> publicUrl,
            String rawQuery,
            HttpHeaders headers,
            ByteBuffer body,
            Instant receivedAt,
            Intake intake) {
        this.method = Objects.requireNonNull(method, "method is null");
        this.publicUrl = Objects.requireNonNull(publicUrl, "publicUrl is null");
        this.rawQuery = Objects.requireNonNull(rawQuery, "rawQuery is null");
        this.headers = Objects.requireNonNull(headers, "headers is null");
        this.body = body;
        this.receivedAt = Objects.requireNonNull(receivedAt, "receivedAt is null");
        this.intake = Objects.requireNonNull(intake, "intake is null");
    }

    /** The same request, read as a source with that intake sends it; the bytes are shared. */
    public WebhookRequest withIntake(Intake other) {
        return new WebhookRequest(method, publicUrl, rawQuery, headers, body, receivedAt, other);
    }

    public WebhookRequest withHeaders(HttpHeaders other) {
        return new WebhookRequest(method, publicUrl, rawQuery, other, body, receivedAt, intake);
    }

    public WebhookRequest withRawQuery(String other) {
        return new WebhookRequest(method, publicUrl, other, headers, body, receivedAt, intake);
    }

    /** @param other the array must not be changed afterwards */
    public WebhookRequest withBody(byte[] other) {
        ByteBuffer bytes = ByteBuffer.wrap(other).asReadOnlyBuffer();
        return new WebhookRequest(method, publicUrl, rawQuery, headers, bytes, receivedAt, intake);
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

    public Intake intake() {
        return intake;
    }

    /** The parameters of {@link #rawQuery()}, decoded at the first call. */
    public FormFields query() {
        FormFields fields = query;
        if (fields == null) {
            fields = FormFields.urlEncoded(rawQuery);
            query = fields;
        }
        return fields;
    }

    /**
     * The fields of a body of type {@code application/x-www-form-urlencoded} or {@code multipart/form-data} (its files left out),
     * read at the first call; none for any other type.
     */
    public FormFields form() {
        FormFields fields = form;
        if (fields == null) {
            String type = contentType();
            if (type.equals("application/x-www-form-urlencoded")) {
                fields = FormFields.urlEncoded(
                        StandardCharsets.UTF_8.decode(body()).toString());
            } else if (type.equals("multipart/form-data")) {
                fields = Multipart.read(headers.first("content-type").orElse(""), bytes());
            } else {
                fields = FormFields.EMPTY;
            }
            form = fields;
        }
        return fields;
    }

    /** The media type in lower case without parameters; empty text when there is none. */
    public String contentType() {
        String type = headers.first("content-type").orElse("");
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The JSON document as a value of {@link Json}: the body, or the field of a form in which the source puts it
     * ({@link Intake#formPayloadParam()}, {@link Intake#multipartJsonField()}). A byte-order mark before it is skipped. Parsed at
     * the first call; empty when it is not JSON, and for JSON {@code null}.
     */
    public Optional<Object> json() {
        Optional<Object> parsed = json;
        if (parsed == null) {
            parsed = document().flatMap(WebhookRequest::parsed);
            json = parsed;
        }
        return parsed;
    }

    private Optional<String> document() {
        String type = intake.formPayloadParam().isEmpty()
                        && intake.multipartJsonField().isEmpty()
                ? ""
                : contentType();
        if (type.equals("application/x-www-form-urlencoded")
                && intake.formPayloadParam().isPresent()) {
            return ValueLocation.form(intake.formPayloadParam().get()).read(this);
        }
        if (type.equals("multipart/form-data") && intake.multipartJsonField().isPresent()) {
            return ValueLocation.form(intake.multipartJsonField().get()).read(this);
        }
        return Optional.of(StandardCharsets.UTF_8.decode(body()).toString());
    }

    private static Optional<Object> parsed(String document) {
        try {
            return Optional.ofNullable(Json.parse(document.startsWith("\ufeff") ? document.substring(1) : document));
        } catch (JsonParseException notJson) {
            return Optional.empty();
        }
    }

    private byte[] bytes() {
        byte[] bytes = new byte[bodyLength()];
        body().get(bytes);
        return bytes;
    }
}
