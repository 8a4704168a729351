package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Deliveries of strangers on their way to the store. An input is a line with the query, the headers, an empty line, and the body. */
class RedactionFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final ValueLocation IN_BODY = ValueLocation.body("/proof");
    private static final Redaction REDACTION =
            new Redaction(List.of(ValueLocation.header("X-Proof"), ValueLocation.query("proof"), IN_BODY));

    @FuzzTest(maxDuration = "1m")
    void noProofIsStored(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 2);
        if (lines.length == 2) {
            assertTimeout(LIMIT, () -> check(lines[0], lines[1]));
        }
    }

    private static void check(String query, String headersAndBody) {
        String[] halves = headersAndBody.split("\n\n", 2);
        List<Header> received = new ArrayList<>();
        for (String line : halves[0].split("\n")) {
            String[] header = line.split(": ", 2);
            if (header.length == 2) {
                received.add(new Header(header[0], header[1]));
            }
        }
        Redaction.Headers headers = REDACTION.headers(HttpHeaders.of(received));
        for (String name : List.of("x-proof", "authorization", "cookie")) {
            assertThat(headers.stored().getOrDefault(name, Redaction.MARK)).isEqualTo(Redaction.MARK);
            assertThat(headers.visible()).doesNotContainKey(name);
        }
        assertThat(Json.parseObject(Json.write(JsonObject.of(headers.stored()))).asMap())
                .isEqualTo(headers.stored());

        WebhookRequest stored = Fixture.request(Map.of(), REDACTION.query(query), new byte[0]);
        assertThat(stored.query().all("proof")).allMatch(value -> value.isEmpty() || value.equals(Redaction.MARK));

        byte[] body = (halves.length == 2 ? halves[1] : "").getBytes(StandardCharsets.UTF_8);
        WebhookRequest request = Fixture.request(Map.of(), "", body);
        byte[] kept = REDACTION.body(request, request, List.of());
        Optional<String> proof = IN_BODY.read(request).filter(value -> value.length() >= 4);
        if (proof.isEmpty()) {
            assertThat(kept).isEqualTo(body);
        } else {
            assertThat(IN_BODY.read(Fixture.request(Map.of(), "", kept)).orElse(Redaction.MARK))
                    .isEqualTo(Redaction.MARK);
        }
    }
}
