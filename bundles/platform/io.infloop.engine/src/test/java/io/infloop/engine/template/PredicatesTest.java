package io.infloop.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.engine.template.Predicates.InvalidPattern;
import io.infloop.engine.template.Predicates.Known;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredicatesTest {
    @ParameterizedTest
    @CsvSource({
        "a,==,a,true",
        "a,==,A,false",
        "a,!=,b,true",
        "abc,contains,b,true",
        "abc,contains,'',true",
        "abc,matches,^a.c$,true",
        "xabcx,matches,b,true",
        "abc,matches,B,false"
    })
    void compares(String lhs, String op, String rhs, boolean expected) {
        assertThat(Predicates.test(lhs, op, rhs)).isEqualTo(new Known(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "a(?=b)", "(a)\\1", "[", "*"})
    void aPatternThatIsNoneIsSaidToBe(String pattern) {
        assertThat(Predicates.test("a", "matches", pattern))
                .isInstanceOfSatisfying(InvalidPattern.class, invalid -> assertThat(invalid.message())
                        .startsWith("invalid regex: "));
    }

    @Test
    void hostilePatternsEndSoon() {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertThat(Predicates.test("a".repeat(5_000) + "!", "matches", "^(a+)+$"))
                    .isEqualTo(new Known(false));
            assertThat(Predicates.test("a", "matches", "(".repeat(9_000) + "a" + ")".repeat(9_000)))
                    .isNotNull();
            assertThat(Predicates.test("a", "matches", "(((((a{1,50}){1,50}){1,50}){1,50}){1,50}){1,50}"))
                    .isInstanceOf(InvalidPattern.class);
            assertThat(Predicates.test("ab12", "matches", "^[a-z{]{1,1000}[0-9]{2}\\d{0}(x|\\{)*$"))
                    .isEqualTo(new Known(true));
            assertThat(Predicates.test("a{1,x}", "matches", "a{1,x}")).isEqualTo(new Known(true));
            assertThat(Predicates.test("a", "matches", "a".repeat(20_000))).isInstanceOf(InvalidPattern.class);
        });
    }

    @Test
    void knowsItsOperators() {
        assertThat(Predicates.isOperator("==")).isTrue();
        assertThat(Predicates.isOperator("=~")).isFalse();
        assertThatThrownBy(() -> Predicates.test("a", "=~", "b")).isInstanceOf(IllegalArgumentException.class);
    }
}
