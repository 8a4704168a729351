package io.infloop.launcher.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneMessageTest {
    @Test
    void ordinaryMessagesStayAsTheyAre() {
        String message = "02:20:14.773 INFO  Core  children run; größer than\tbefore\n";

        assertThat(OneMessage.of(message)).isSameAs(message);
    }

    @Test
    void stackTracesStayReadable() {
        assertThat(OneMessage.of("a\njava.io.IOException: b\n\tat c.D.e(D.java:1)\nCaused by: f\n"))
                .isEqualTo("a\n    java.io.IOException: b\n\tat c.D.e(D.java:1)\n    Caused by: f\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\u000b", "\f", "\n\n", "\r\r"})
    void nothingInAMessageBeginsAnother(String end) {
        String shown = OneMessage.of("workflow x" + end + "02:20:14.773 ERROR forged\n");

        assertThat(shown.lines().skip(1)).isNotEmpty().allMatch(line -> line.isEmpty() || line.startsWith("    "));
        assertThat(shown).endsWith("    02:20:14.773 ERROR forged\n").doesNotContain("\r");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b", "\b", "\u0000", "\u009b", "\u202e", "\u2066", "\u007f"})
    void nothingMovesTheCursor(String control) {
        assertThat(OneMessage.of("a" + control + "[31mred\n")).isEqualTo("a\ufffd[31mred\n");
    }
}
