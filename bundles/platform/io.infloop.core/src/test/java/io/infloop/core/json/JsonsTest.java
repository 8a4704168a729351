package io.infloop.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.error.InfloopException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonsTest {
    @Test
    void integersBeyond64BitAreBig() {
        JsonNode node = parse("[1,9223372036854775807,9223372036854775808,-123456789012345678901234567890]");

        assertThat(Jsons.value(node))
                .asList()
                .containsExactly(
                        1L,
                        Long.MAX_VALUE,
                        new BigInteger("9223372036854775808"),
                        new BigInteger("-123456789012345678901234567890"));
        assertThat(new String(Jsons.bytes(Jsons.value(node)), StandardCharsets.UTF_8))
                .isEqualTo(node.toString());
        assertThat(Jsons.tree(Jsons.value(node))).isEqualTo(node);
        assertThat(node.get(0).isLong()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"[,201,deeper than 200", "1,401,longer than 400 characters"})
    void boundsAreNamed(String part, int count, String bound) {
        assertThatThrownBy(() -> parse(part.repeat(count)))
                .isInstanceOf(InfloopException.class)
                .hasMessageStartingWith("not JSON: ")
                .hasMessageContaining(bound)
                .hasMessageNotContaining("Exception");
        assertThatThrownBy(() -> parse("{\"a\":1")).hasMessageContaining("malformed at line 1");
    }

    private static JsonNode parse(String text) {
        return Jsons.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
