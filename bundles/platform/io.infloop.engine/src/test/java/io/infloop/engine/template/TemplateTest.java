package io.infloop.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    private static final JsonObject SCOPE = Json.parseObject(
            """
            {"a":{"text":"hello","n":3,"real":1.5,"whole":2.0,"yes":true,"none":null,"list":["x",{"y":"z"}],"empty":""},"top":"T",
             "huge":1e999999999,"big":123456789012345678901234567890}""");

    private final List<String> missing = new ArrayList<>();

    private String resolve(String template) {
        return Template.compile(template).resolve(SCOPE.asMap(), missing::add);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain | plain",
                "{{a.text}} | hello",
                "{{ a.text }}{{top}} | helloT",
                "{{a.n}},{{a.real}},{{a.whole}},{{a.yes}} | 3,1.5,2,true",
                "{{a.list.0}} {{a.list.1.y}} | x z",
                "{{a.list}} | [\"x\",{\"y\":\"z\"}]",
                "{{{top}}} | {T}",
                "{{ a b }} | {{ a b }}",
                "{{top | {{top",
                "{{}} | {{}}",
                "{{top}}}} | T}}",
                "{{ {{top}} | {{ T",
                "{{big}} | 123456789012345678901234567890"
            })
    void resolves(String template, String expected) {
        assertThat(resolve(template)).isEqualTo(expected);
        assertThat(missing).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a.none",
        "a.nothing",
        "nobody.text",
        "a.text.length",
        "a.list.9",
        "a.list.-1",
        "a..text",
        ".",
        "constructor"
    })
    void whatIsNotThereIsEmptyAndReported(String path) {
        assertThat(resolve("<{{" + path + "}}>")).isEqualTo("<>");
        assertThat(missing).containsExactly(path);
    }

    @Test
    void reportsEachOccurrence() {
        resolve("{{x}} {{x}}");
        assertThat(missing).containsExactly("x", "x");
    }

    @Test
    void whatIsPutInIsNotLookedAtAgain() {
        assertThat(Template.compile("{{a}}").resolve(Map.of("a", "{{b}}", "b", "B"), missing::add))
                .isEqualTo("{{b}}");
    }

    @Test
    void aShortNumberStaysShort() {
        assertThat(resolve("{{huge}}")).hasSizeLessThan(30);
    }

    @Test
    void theResultIsBounded() {
        String piece = "x".repeat(8 * 1024 * 1024);
        assertThatThrownBy(() -> Template.compile("{{a}}".repeat(20)).resolve(Map.of("a", piece), missing::add))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void knowsItsPaths() {
        Template template = Template.compile("a {{b.c}} {{ d }}");
        assertThat(template.paths()).containsExactly("b.c", "d");
        assertThat(template.isLiteral()).isFalse();
        assertThat(Template.compile("a {{b c}}").isLiteral()).isTrue();
        assertThat(Template.compile("").resolve(Map.of(), missing::add)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "12345678.5,12345678.5",
        "0.0001,0.0001",
        "1e21,1e+21",
        "-2.5e-7,-2.5e-7",
        "1.5e20,150000000000000000000"
    })
    void numbersLookAsTheyDoInJson(double number, String text) {
        assertThat(Template.text(number)).isEqualTo(text);
        assertThat(Template.text(List.of(number))).isEqualTo("[" + text + "]");
    }
}
