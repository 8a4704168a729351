package io.infloop.provider.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundedTextTest {
    @Test
    void keepsShortTextsWhole() {
        BoundedText text = new BoundedText(10);
        text.append("abcde");
        text.append("fghij");
        assertThat(text).hasToString("abcdefghij");
    }

    @Test
    void keepsTheBeginningAndTheEndOfLongOnes() {
        BoundedText text = new BoundedText(10);
        text.append("abcdefgh");
        for (int i = 0; i < 1000; i++) {
            text.append("xyz");
        }
        text.append("12345");
        assertThat(text.toString())
                .startsWith("abcde\n[… ")
                .endsWith("left out …]\n12345")
                .hasSizeLessThan(60);
    }
}
