package io.infloop.spi.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    @Test
    void readsEveryKindOfValue() {
        JsonObject object = Json.parseObject(" {\"n\":null,\"t\":true,\"f\":false,\"s\":\"x\",\"i\":-7,\"r\":0.5,\n"
                + "\t\"a\":[1,[],{}],\"o\":{\"b\":\"\"}}\r\n");
        assertThat(object.asMap().keySet()).containsExactly("n", "t", "f", "s", "i", "r", "a", "o");
        assertThat(object.get("n")).isNull();
        assertThat(object.has("n")).isTrue();
        assertThat(object.bool("t")).contains(true);
        assertThat(object.bool("f")).contains(false);
        assertThat(object.string("s")).contains("x");
        assertThat(object.get("i")).isEqualTo(-7L);
        assertThat(object.get("r")).isEqualTo(0.5);
        assertThat(object.array("a")).contains(List.of(1L, List.of(), JsonObject.EMPTY));
        assertThat(object.object("o")).contains(JsonObject.of(Map.of("b", "")));
    }

    @Test
    void keepsNumbersExactAsFarAsJavaCan() {
        assertThat(Json.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(Json.parse("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
        assertThat(Json.parse("9223372036854775808")).isEqualTo(new BigInteger("9223372036854775808"));
        assertThat(Json.parse("1e2")).isEqualTo(100.0);
        assertThat(Json.parse("-0")).isEqualTo(0L);
        assertThat(Json.parse("1E400")).isEqualTo(new BigDecimal("1E400"));
        assertThat(Json.parse("1e-400")).isEqualTo(0.0);
        assertThat(Json.parse("0e99999999999")).isEqualTo(0.0);
    }

    @Test
    void readsEscapes() {
        assertThat(Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\u0000\""))
                .isEqualTo("\"\\/\b\f\n\r\té\uD83D\uDE00\u0000");
        assertThat(Json.parse("\"\u2028\u007f\uD83D\uDE00\"")).isEqualTo("\u2028\u007f\uD83D\uDE00");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nul",
                "nulls",
                "True",
                "NaN",
                "Infinity",
                "-",
                "+1",
                "01",
                "-01",
                "1.",
                ".5",
                "1e",
                "1e+",
                "0x10",
                "1_000",
                "\u0661",
                "\"",
                "\"a",
                "\"\\",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\uff10ff1\"x",
                "\"\\u００１１\"",
                "\"a\nb\"",
                "\"a\\nb\u0000\"",
                "'a'",
                "[",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,}",
                "{a:1}",
                "{1:1}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":null,\"\\u0061\":null}",
                "1 2",
                "{}{}",
                "// c\n1",
                "\uFEFF{}",
                "\u00a01",
                "1e99999999999",
                "-1e99999999999"
            })
    void refusesWhatIsNotOneJsonValue(String text) {
        assertThatExceptionOfType(JsonParseException.class).isThrownBy(() -> Json.parse(text));
    }

    @Test
    void saysWhereButNotWhat() {
        assertThatThrownBy(() -> Json.parse("{\"password\":hunter2}"))
                .hasMessageContaining("at offset 12")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void boundsNestingAndNumbers() {
        assertThat(Json.parse("[".repeat(201) + "]".repeat(201))).isInstanceOf(List.class);
        assertThatExceptionOfType(JsonParseException.class)
                .isThrownBy(() -> Json.parse("[".repeat(202) + "]".repeat(202)));
        assertThatExceptionOfType(JsonParseException.class).isThrownBy(() -> Json.parse("{\"a\":".repeat(100_000)));
        assertThat(Json.parse("1".repeat(400))).isInstanceOf(BigInteger.class);
        assertThatExceptionOfType(JsonParseException.class).isThrownBy(() -> Json.parse("1".repeat(401)));
        assertThatExceptionOfType(JsonParseException.class).isThrownBy(() -> Json.parse("0." + "1".repeat(1_000_000)));
    }

    @Test
    void wantsAnObjectWhereOneIsAskedFor() {
        assertThatExceptionOfType(JsonParseException.class).isThrownBy(() -> Json.parseObject("[]"));
        assertThatExceptionOfType(JsonParseException.class).isThrownBy(() -> Json.parseObject("null"));
    }

    @Test
    void returnsWhatNobodyCanChange() {
        List<Object> elements = Json.parseObject("{\"a\":[1]}").array("a").orElseThrow();
        assertThatThrownBy(() -> elements.add(2)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Json.parseObject("{\"a\":1}").asMap().put("b", 2))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(Json.parse("[null]")).isEqualTo(Arrays.asList((Object) null));
    }
}
