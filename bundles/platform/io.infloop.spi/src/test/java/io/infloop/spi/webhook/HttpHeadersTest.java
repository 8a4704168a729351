package io.infloop.spi.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.infloop.spi.webhook.HttpHeaders.Header;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpHeadersTest {
    private final HttpHeaders headers =
            HttpHeaders.of(List.of(new Header("X-Sig", "one"), new Header("Host", "h"), new Header("x-SIG", "two")));

    @Test
    void findsNamesWhateverTheirCaseAndKeepsRepetitions() {
        assertThat(headers.all("x-sig")).containsExactly("one", "two");
        assertThat(headers.first("X-SIG")).contains("one");
        assertThat(headers.all("missing")).isEmpty();
        assertThat(headers.first("missing")).isEmpty();
        assertThat(headers.all()).extracting(Header::name).containsExactly("X-Sig", "Host", "x-SIG");
    }

    @Test
    void joinsRepetitionsUnderTheLowerCaseName() {
        assertThat(headers.joined()).containsExactly(entry("x-sig", "one, two"), entry("host", "h"));
    }

    @Test
    void foldsCaseWithoutTheDefaultLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr"));
        try {
            assertThat(HttpHeaders.of(Map.of("X-GITHUB-ID", "1")).first("x-github-id"))
                    .contains("1");
        } finally {
            Locale.setDefault(before);
        }
    }
}
