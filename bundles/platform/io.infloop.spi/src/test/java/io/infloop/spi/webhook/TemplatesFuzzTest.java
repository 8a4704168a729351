package io.infloop.spi.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.infloop.spi.webhook.HttpHeaders.Header;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Templates and requests of strangers. An input is a line with the template, one with the query, one with a header, and the body. */
class TemplatesFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** The most that filters make of a byte: base64 or hex one after the other, or one body in each place. */
    private static final long GROWTH = 2L << 10;

    @FuzzTest(maxDuration = "1m")
    void aTemplateIsRefusedOrRendersWithinItsBounds(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 4);
        if (lines.length == 4) {
            assertTimeout(LIMIT, () -> check(lines[0], lines[1], lines[2], lines[3], input.length));
        }
    }

    private static void check(String source, String query, String header, String body, int size) {
        RequestTemplate template;
        try {
            template = RequestTemplate.compile(source);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return;
        }
        assertThat(RequestTemplate.compile(template.source())).isEqualTo(template);
        WebhookRequest request = new WebhookRequest(
                "POST",
                Optional.of(URI.create("https://hooks.example/t?mine=1")),
                query,
                HttpHeaders.of(List.of(new Header("content-type", header), new Header("x", header))),
                body.getBytes(StandardCharsets.UTF_8),
                Instant.EPOCH);
        Optional<byte[]> rendered = template.render(new RequestTemplate.Values() {
            @Override
            public WebhookRequest request() {
                return request;
            }

            @Override
            public Optional<byte[]> value(String name) {
                return Optional.of(header.getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public Optional<String> config(String name) {
                return Optional.of(header);
            }

            @Override
            public boolean missingIsEmpty() {
                return query.isEmpty();
            }
        });
        rendered.ifPresent(bytes -> assertThat((long) bytes.length).isLessThanOrEqualTo(GROWTH * (size + 64L)));
        if (template.isFixed()) {
            assertThat(rendered.map(bytes -> new String(bytes, StandardCharsets.UTF_8)))
                    .contains(source.replace("{{", "{").replace("}}", "}"));
        }
    }
}
