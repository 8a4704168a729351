package io.infloop.node.flow.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSizeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a{1000}",
                "(ab|cd){20,100}x{3}",
                "[{1000}]{1000}",
                "\\x{1000}\\x{1000}\\x{1000}\\p{Greek}{10}",
                "\\{1000\\}",
                "a{,5}{",
                "[]{2}]{100}",
                "(?i)^(feat|fix)(\\([a-z]+\\))?: .{1,100}$"
            })
    void letsReasonablePatternsPass(String pattern) {
        assertThatCode(() -> RegexSize.check(pattern)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a{1000}){1000}",
                "((a{100}){100}){100}",
                "(?:(?:a{0,200}){0,200})",
                "((aaaaaaaaaa){100}b){100}",
                "[]a](([^]]{1000}){1000})",
                "\\Q[\\E(a{1000}){1000}]",
                "\\\\(a{1000}){1000}",
                "(a{99999999999999999999}){2}",
                "[(a{1000}){1000}"
            })
    void refusesPatternsThatExplode(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> RegexSize.check(pattern));
    }
}
