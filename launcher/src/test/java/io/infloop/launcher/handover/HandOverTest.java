package io.infloop.launcher.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandOverTest {
    private static final String RECORDS = "A=1\0EMPTY=\0MULTI=a\nb \"$(x)` \\ é\0A=2\0=odd\0odd\0";

    @Test
    void readsBase64WithLineBreaks() throws IOException {
        String text = "base64\n" + Base64.getMimeEncoder(20, new byte[] {'\n'}).encodeToString(utf8(RECORDS)) + "\n";

        assertThat(parse(text)).isEqualTo(Map.of("A", "2", "EMPTY", "", "MULTI", "a\nb \"$(x)` \\ é"));
    }

    @Test
    void readsOneLinePerVariable() throws IOException {
        String text = "percent\nA=1\nEMPTY=\nMULTI=a%0Ab \"$(x)` \\ %C3%A9\nPERCENT=100%25 %0a\n=odd\nodd\nA=2\n";

        assertThat(parse(text))
                .isEqualTo(Map.of("A", "2", "EMPTY", "", "MULTI", "a\nb \"$(x)` \\ é", "PERCENT", "100% \n"));
    }

    @Test
    void anEmptyEnvironmentIsEmpty() throws IOException {
        assertThat(parse("base64\n\n")).isEmpty();
        assertThat(parse("percent\n\n")).isEmpty();
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        assertThatThrownBy(() -> parse("rot13\nabc")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> parse("percent\nA=%zz")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> parse("percent\nA=%4")).isInstanceOf(IOException.class);
    }

    @Test
    void anEnvironmentIsNeverPrinted() {
        assertThat(new Environment(Map.of("INFLOOP_API_TOKEN", "very-secret")).toString())
                .doesNotContain("very-secret");
    }

    private static Map<String, String> parse(String text) throws IOException {
        return HandOver.parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
