package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * Makes of the bytes as sent the bytes as meant: inflated, in UTF-8, without a byte-order mark. Signatures are over the bytes as
 * sent; everything behind the signature reads these.
 */
final class ReadableBody {
    private static final Set<String> CHARSETS =
            Set.of("UTF-8", "US-ASCII", "ISO-8859-1", "windows-1252", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32");
    private static final byte[] UTF_8_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] UTF_16BE_MARK = {(byte) 0xfe, (byte) 0xff};
    private static final byte[] UTF_16LE_MARK = {(byte) 0xff, (byte) 0xfe};
    private static final int BUFFER_BYTES = 16 * 1_024;

    /** What became of a body. */
    sealed interface Outcome permits Readable, Unreadable {}

    /** @param request the one given where nothing had to be done */
    record Readable(WebhookRequest request) implements Outcome {}

    /** @param reason a sentence for the sender */
    record Unreadable(ErrorCode code, String reason) implements Outcome {}

    private ReadableBody() {}

    /** Whether the bytes are compressed. */
    static boolean isEncoded(WebhookRequest request) {
        return contentEncoding(request.headers().all("content-encoding")).isPresent();
    }

    /** The encoding in lower case; empty when the body is as it is. Several are none that we know. */
    static Optional<String> contentEncoding(List<String> headers) {
        String encoding = headers.size() == 1 ? headers.get(0) : String.join(",", headers);
        String name = encoding.strip().toLowerCase(Locale.ROOT);
        return name.isEmpty() || name.equals("identity") ? Optional.empty() : Optional.of(name);
    }

    /** @param maxBytes what the body may have when it is inflated */
    static Outcome of(WebhookRequest request, int maxBytes) {
        Optional<String> encoding = contentEncoding(request.headers().all("content-encoding"));
        if (encoding.isEmpty()) {
            return decoded(request);
        }
        if (!encoding.get().equals("gzip") && !encoding.get().equals("x-gzip")) {
            return new Unreadable(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "the body's content encoding is not supported; send it as it is");
        }
        try {
            Optional<byte[]> inflated = inflated(bytes(request), maxBytes);
            if (inflated.isEmpty()) {
                return new Unreadable(
                        ErrorCode.PAYLOAD_TOO_LARGE, "inflated, the body has more than " + maxBytes + " bytes");
            }
            return decoded(request.withBody(inflated.get()));
        } catch (IOException broken) {
            return new Unreadable(ErrorCode.BAD_BODY, "the body is not what its content encoding says: no gzip data");
        }
    }

    private static Optional<byte[]> inflated(byte[] body, int maxBytes) throws IOException {
        try (InputStream input = new GZIPInputStream(new ByteArrayInputStream(body), BUFFER_BYTES)) {
            ByteArrayOutputStream output = new ByteArrayOutputStream(Math.min(maxBytes, 4 * body.length + 64));
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                if (output.size() + read > maxBytes) {
                    return Optional.empty();
                }
                output.write(buffer, 0, read);
            }
            return Optional.of(output.toByteArray());
        }
    }

    private static Outcome decoded(WebhookRequest request) {
        Optional<String> name = request.headers().first("content-type").flatMap(type -> parameter(type, "charset"));
        Optional<Charset> declared = name.flatMap(ReadableBody::charset);
        if (name.isPresent() && declared.isEmpty()) {
            return new Unreadable(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "the body's charset is not supported; send it in UTF-8");
        }
        ByteBuffer body = request.body();
        if (begins(body, UTF_8_MARK)) {
            return new Readable(request.withBody(rest(body, UTF_8_MARK.length)));
        }
        if (begins(body, UTF_16BE_MARK) || begins(body, UTF_16LE_MARK)) {
            return new Readable(request.withBody(asUtf8(body, StandardCharsets.UTF_16)));
        }
        if (declared.isEmpty()
                || declared.get().equals(StandardCharsets.UTF_8)
                || declared.get().equals(StandardCharsets.US_ASCII)) {
            return new Readable(request);
        }
        return new Readable(request.withBody(asUtf8(body, declared.get())));
    }

    private static Optional<Charset> charset(String name) {
        try {
            return Charset.isSupported(name)
                    ? Optional.of(Charset.forName(name)).filter(charset -> CHARSETS.contains(charset.name()))
                    : Optional.empty();
        } catch (IllegalCharsetNameException nonsense) {
            return Optional.empty();
        }
    }

    /** A parameter of a media type, without quotes; empty also when it is empty. */
    private static Optional<String> parameter(String type, String wanted) {
        String[] parts = type.split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals > 0 && parts[i].substring(0, equals).strip().equalsIgnoreCase(wanted)) {
                String value = parts[i].substring(equals + 1).strip();
                boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
                return Optional.of(quoted ? value.substring(1, value.length() - 1) : value)
                        .filter(text -> !text.isEmpty());
            }
        }
        return Optional.empty();
    }

    private static boolean begins(ByteBuffer body, byte[] mark) {
        if (body.remaining() < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if (body.get(i) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] asUtf8(ByteBuffer body, Charset charset) {
        String text = charset.decode(body).toString();
        return (text.startsWith("\ufeff") ? text.substring(1) : text).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] rest(ByteBuffer body, int from) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    static byte[] bytes(WebhookRequest request) {
        byte[] bytes = new byte[request.bodyLength()];
        request.body().get(bytes);
        return bytes;
    }
}
