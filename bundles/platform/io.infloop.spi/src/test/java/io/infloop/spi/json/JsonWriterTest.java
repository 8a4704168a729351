package io.infloop.spi.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonWriterTest {
    @Test
    void writesOnOneLineWithoutSpaces() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("b", Arrays.asList(1, null, true, "x"));
        members.put("a", Map.of());
        assertThat(Json.write(members)).isEqualTo("{\"b\":[1,null,true,\"x\"],\"a\":{}}");
        assertThat(Json.write(null)).isEqualTo("null");
        assertThat(Json.write(new Object[] {1, new String[] {"a"}})).isEqualTo("[1,[\"a\"]]");
    }

    @ParameterizedTest
    @CsvSource({"1.0, 1", "-0.0, 0", "0.5, 0.5", "1.0E15, 1000000000000000", "123456789.0, 123456789", "1e-7, 1e-7"})
    void writesWholeNumbersLikeIntegers(double value, String text) {
        assertThat(Json.write(value)).isEqualTo(text);
        assertThat(((Number) Json.parse(text)).doubleValue()).isEqualTo(value == 0 ? 0.0 : value);
    }

    @Test
    void writesEveryNumberOfTheJdkThatJsonHas() {
        assertThat(Json.write(
                        List.of((byte) 1, (short) 2, 3, 4L, 0.1f, BigInteger.TEN.pow(20), new BigDecimal("1E+400"))))
                .isEqualTo("[1,2,3,4,0.1,100000000000000000000,1E+400]");
    }

    @Test
    void escapesWhatWouldBreakALineOrHasNoUtf8() {
        assertThat(Json.write("\"\\/\b\f\n\r\t\u0001\u001f\u2028\u2029é\uD83D\uDE00"))
                .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u2028\\u2029é\uD83D\uDE00\"");
        assertThat(Json.write("\uD83D")).isEqualTo("\"\\ud83d\"");
        assertThat(Json.write("\uDE00\uD83Dx")).isEqualTo("\"\\ude00\\ud83dx\"");
        assertThat(Json.write(Map.of("a\nb", 1))).isEqualTo("{\"a\\nb\":1}");
    }

    @Test
    void readsBackWhatItWrote() {
        String text = "{\"a\":[1,2.5,\"\\u2028\\ud83d\",null,true,{\"b\":[]}],\"c\":100000000000000000000}";
        assertThat(Json.write(Json.parse(text))).isEqualTo(text);
    }

    @Test
    void refusesWhatJsonDoesNotHave() {
        for (Object value :
                Arrays.asList(Double.NaN, Double.POSITIVE_INFINITY, Float.NaN, new Object(), 'c', Map.of(1, 2))) {
            assertThatIllegalArgumentException().isThrownBy(() -> Json.write(value));
        }
    }

    @Test
    void refusesWhatNestsTooDeeplyOrInItself() {
        List<Object> self = new ArrayList<>();
        self.add(self);
        assertThatIllegalArgumentException().isThrownBy(() -> Json.write(self));
        JsonObject deep = JsonObject.EMPTY;
        for (int i = 0; i < 300; i++) {
            deep = JsonObject.of("a", deep);
        }
        JsonObject tooDeep = deep;
        assertThatIllegalArgumentException().isThrownBy(() -> Json.write(tooDeep));
    }

    @Test
    void numbersHaveAnExponentOnlyWhenTheyAreVeryLargeOrSmall() {
        assertThat(Json.write(java.util.List.of(
                        1.23456785E7, 1.0E-4, 1e-6, 9.9e-7, 1e21, 1.25e300, -1.5e15, 9.007199254740992E15, -0.0, 0.1)))
                .isEqualTo(
                        "[12345678.5,0.0001,0.000001,9.9e-7,1e+21,1.25e+300,-1500000000000000,9007199254740992,0,0.1]");
    }
}
