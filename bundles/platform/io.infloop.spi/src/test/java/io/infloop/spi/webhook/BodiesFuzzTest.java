package io.infloop.spi.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.infloop.spi.json.Json;
import io.infloop.spi.webhook.HttpHeaders.Header;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Forms, multipart bodies and JSON of strangers. An input is a line with the content type and the body. */
class BodiesFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Intake INTAKE =
            Intake.DEFAULT.withFormPayloadParam("payload").withMultipartJsonField("payload");

    @FuzzTest(maxDuration = "1m")
    void aBodyHasNoMoreInItThanItsBytes(byte[] input) {
        int end = 0;
        while (end < input.length && input[end] != '\n') {
            end++;
        }
        String type = new String(input, 0, end, StandardCharsets.ISO_8859_1);
        byte[] body = Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length);
        assertTimeout(LIMIT, () -> check(type, body));
    }

    private static void check(String type, byte[] body) {
        WebhookRequest request = new WebhookRequest(
                        "POST",
                        Optional.empty(),
                        new String(body, StandardCharsets.ISO_8859_1),
                        HttpHeaders.of(List.of(new Header("Content-Type", type))),
                        body,
                        Instant.EPOCH)
                .withIntake(INTAKE);
        for (FormFields fields : List.of(request.form(), request.query())) {
            assertThat(fields.all()).hasSizeLessThanOrEqualTo(FormFields.MAX_FIELDS);
            // Bytes that are no UTF-8 become one character each.
            int length = fields.all().stream()
                    .mapToInt(field -> field.name().length() + field.value().length())
                    .sum();
            assertThat(length).isLessThanOrEqualTo(body.length);
        }
        request.json().map(Json::write).ifPresent(text -> assertThat(Json.write(Json.parse(text)))
                .isEqualTo(text));
    }
}
