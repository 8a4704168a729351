package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadableBodyTest {
    private static final int CAP = 10_000;

    @Test
    void whatIsPlainIsNotCopied() {
        WebhookRequest request =
                Fixture.request(Map.of("content-type", "application/json; charset=utf-8"), "", text("{}"));
        assertThat(readable(request)).isSameAs(request);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", " x-gzip "})
    void gzipIsInflated(String encoding) throws IOException {
        WebhookRequest request = Fixture.request(Map.of("content-encoding", encoding), "", gzip(text("{\"a\":1}")));
        assertThat(body(readable(request))).isEqualTo("{\"a\":1}");
        assertThat(readable(request).json()).isPresent();
    }

    @Test
    void inflatingIsBounded() throws IOException {
        byte[] bomb = gzip(new byte[64 * 1_024 * 1_024]);
        assertThat(refusal(Map.of("content-encoding", "gzip"), bomb)).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
        assertThat(readable(Fixture.request(Map.of("content-encoding", "gzip"), "", gzip(new byte[CAP])))
                        .bodyLength())
                .isEqualTo(CAP);
    }

    @Test
    void whatIsNoGzipIsNoDefectOfTheServer() throws IOException {
        byte[] whole = gzip(text("{\"a\":1}"));
        for (byte[] broken : List.of(text("{}"), new byte[0], Arrays.copyOf(whole, whole.length - 9))) {
            assertThat(refusal(Map.of("content-encoding", "gzip"), broken)).isEqualTo(ErrorCode.BAD_BODY);
        }
        for (String encoding : List.of("br", "gzip, gzip", "deflate", "compress")) {
            assertThat(refusal(Map.of("content-encoding", encoding), whole))
                    .isEqualTo(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/json; charset=iso-8859-1, ISO-8859-1",
        "application/json; charset=\"windows-1252\", windows-1252",
        "text/plain; CHARSET = utf-16le, UTF-16LE",
        "application/json; charset=utf-16, UTF-16",
        "application/json, UTF-16"
    })
    void othersThanUtf8AreReadToo(String type, String charset) {
        byte[] body = "{\"a\":\"größer\"}".getBytes(Charset.forName(charset));
        WebhookRequest request = Fixture.request(Map.of("content-type", type), "", body);
        assertThat(body(readable(request))).isEqualTo("{\"a\":\"größer\"}");
        assertThat(ReadableBody.bytes(request)).as("the signed bytes stay").isEqualTo(body);
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheDocument() {
        byte[] body = text("\ufeff{\"a\":1}");
        WebhookRequest request = Fixture.request(Map.of("content-type", "application/json"), "", body);
        assertThat(body(readable(request))).isEqualTo("{\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-unknown", "../..", "utf-7", "x-IBM930", "☃"})
    void unknownCharsetsAreRefused(String charset) {
        assertThat(refusal(Map.of("content-type", "application/json; charset=" + charset), text("{}")))
                .isEqualTo(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
    }

    private static WebhookRequest readable(WebhookRequest request) {
        return ((ReadableBody.Readable) ReadableBody.of(request, CAP)).request();
    }

    private static ErrorCode refusal(Map<String, String> headers, byte[] body) {
        ReadableBody.Unreadable refused =
                (ReadableBody.Unreadable) ReadableBody.of(Fixture.request(headers, "", body), CAP);
        assertThat(refused.reason()).contains(" ");
        return refused.code();
    }

    private static String body(WebhookRequest request) {
        return new String(ReadableBody.bytes(request), StandardCharsets.UTF_8);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(output)) {
            gzip.write(bytes);
        }
        return output.toByteArray();
    }
}
