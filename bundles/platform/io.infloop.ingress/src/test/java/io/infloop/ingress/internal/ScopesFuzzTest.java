package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON of strangers on its way to templates. An input is a line with a path that is wanted, and the body. */
class ScopesFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final WantedPaths ALL = WantedPaths.of(List.of(""));

    @FuzzTest(maxDuration = "1m")
    void whatIsReadInPartIsAsItIsInTheWhole(byte[] input) {
        int end = 0;
        while (end < input.length && input[end] != '\n') {
            end++;
        }
        String path = new String(input, 0, end, StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length);
        assertTimeout(LIMIT, () -> check(path, body));
    }

    private static void check(String path, byte[] body) {
        Optional<Object> whole = read(body, ALL.child("").orElseThrow());
        Optional<Object> part = read(body, WantedPaths.of(List.of(path)));
        if (whole.isEmpty()) {
            // Names that occur twice are looked for only in what is wanted; otherwise both refuse.
            return;
        }
        assertThat(part).as("what is good as a whole is good in part").isPresent();
        String name = path.split("\\.", -1)[0];
        if (part.get() instanceof JsonObject seen && whole.get() instanceof JsonObject all) {
            assertThat(seen.asMap()).hasSizeLessThanOrEqualTo(1);
            assertThat(seen.has(name)).isEqualTo(all.has(name));
            if (!path.contains(".")) {
                assertThat(seen.get(name)).isEqualTo(all.get(name));
            }
        } else {
            assertThat(part).isEqualTo(whole);
        }
        // Signatures and ids are read by the other parser of the server.
        Object other = Fixture.request(Map.of(), "", body).json().orElse(JsonObject.EMPTY);
        assertThat(Json.write(whole.get())).isEqualTo(Json.write(other));
    }

    /** JSON null is {@code JsonObject.EMPTY} here. */
    private static Optional<Object> read(byte[] body, WantedPaths wanted) {
        try {
            Object value = SelectiveJson.read(body, wanted);
            return Optional.of(value == null ? JsonObject.EMPTY : Json.copy(value));
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }
}
