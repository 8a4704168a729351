package io.infloop.engine.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.input.RunInputs.Invalid;
import io.infloop.engine.input.RunInputs.Resolved;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunInputsTest {
    private static InputDeclaration declare(String type) {
        return new InputDeclaration("x", type, Optional.empty(), Optional.empty());
    }

    private static Object resolve(String type, Object value) {
        Map<String, Object> supplied = new HashMap<>();
        supplied.put("x", value);
        return RunInputs.resolve(List.of(declare(type)), supplied) instanceof Resolved resolved
                ? resolved.values().get("x")
                : "invalid";
    }

    @Test
    void takesValuesDefaultsAndOrder() {
        List<InputDeclaration> declarations = List.of(
                new InputDeclaration("b", "number", Optional.of(7L), Optional.empty()),
                new InputDeclaration("a", "string", Optional.empty(), Optional.empty()));
        Resolved resolved = (Resolved) RunInputs.resolve(declarations, Map.of("a", "A", "unknown", "dropped"));
        assertThat(resolved.values()).containsExactly(Map.entry("b", 7L), Map.entry("a", "A"));
    }

    @Test
    void theFirstThatIsMissingIsNamed() {
        Invalid invalid = (Invalid) RunInputs.resolve(List.of(declare("string")), Map.of());
        assertThat(invalid.toJson().toString()).isEqualTo("{\"field\":\"x\",\"reason\":\"required\"}");
    }

    @ParameterizedTest
    @CsvSource({"42,42", "' 42 ',42", "-1.5,-1.5", "1e3,1000", "0.5,0.5"})
    void readsNumbersFromText(String text, double expected) {
        assertThat(((Number) resolve("number", text)).doubleValue()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "x", "0x10", "Infinity", "NaN", "1e999", "01", "+1", "1.", "١"})
    void otherTextIsNoNumber(String text) {
        assertThat(resolve("number", text)).isEqualTo("invalid");
    }

    @Test
    void readsBooleans() {
        assertThat(resolve("boolean", true)).isEqualTo(true);
        assertThat(resolve("boolean", "FALSE")).isEqualTo(false);
        assertThat(resolve("boolean", "yes")).isEqualTo("invalid");
    }

    @Test
    void sayWhatCame() {
        Map<String, Object> supplied = new HashMap<>();
        supplied.put("x", null);
        assertThat(((Invalid) RunInputs.resolve(List.of(declare("string")), supplied)).got())
                .contains("object");
        assertThat(((Invalid) RunInputs.resolve(List.of(declare("text")), Map.of("x", 5L)))
                        .toJson()
                        .toString())
                .isEqualTo("{\"field\":\"x\",\"reason\":\"type\",\"expected\":\"text\",\"got\":\"number\"}");
    }

    @Test
    void integersStayExact() {
        assertThat(resolve("number", "9007199254740993")).isEqualTo(9007199254740993L);
        assertThat(resolve("number", "-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
        assertThat(resolve("number", "-0")).isEqualTo(0L);
        assertThat(resolve("number", "1".repeat(399))).isEqualTo("invalid");
    }
}
