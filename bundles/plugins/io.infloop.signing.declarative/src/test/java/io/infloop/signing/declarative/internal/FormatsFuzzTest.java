package io.infloop.signing.declarative.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.infloop.signing.declarative.internal.SignatureFormat.Parsed;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The formats of signatures, read from values of strangers. An input is a line with the format and a line with the value. */
class FormatsFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @FuzzTest(maxDuration = "1m")
    void aValueIsRefusedOrHoldsItsOwnText(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 2);
        if (lines.length == 2) {
            assertTimeout(LIMIT, () -> check(lines[0], lines[1]));
        }
    }

    private static void check(String declared, String value) {
        SignatureFormat format;
        try {
            JsonObject settings = JsonObject.of("format", Json.parse(declared));
            format = SignatureFormat.read(new Block(settings, "signature."));
        } catch (IllegalArgumentException refused) {
            return;
        }
        Parsed parsed;
        try {
            parsed = format.parse(value);
        } catch (Refusal refused) {
            assertThat(refused.getMessage()).doesNotContain("\n").hasSizeLessThan(200);
            return;
        }
        assertThat(parsed.candidates()).isNotEmpty().hasSizeLessThanOrEqualTo(SignatureFormat.MAX_ITEMS);
        assertThat(parsed.candidates()).allMatch(value::contains);
        assertThat(parsed.pairs()).hasSizeLessThanOrEqualTo(SignatureFormat.MAX_ITEMS);
        assertThat(parsed.pairs().values()).allMatch(value::contains);
    }
}
