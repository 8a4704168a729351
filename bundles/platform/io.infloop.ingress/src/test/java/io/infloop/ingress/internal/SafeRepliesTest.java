package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.webhook.HttpReply;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeRepliesTest {
    /** The answer comes from the server's own address: what a browser makes of it is not for a manifest to say. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Security-Policy",
                "Location",
                "Refresh",
                "Set-Cookie",
                "WWW-Authenticate",
                "Access-Control-Allow-Origin",
                "Cross-Origin-Resource-Policy",
                "X-Frame-Options",
                "X-Content-Type-Options",
                "Clear-Site-Data",
                "Content-Encoding"
            })
    void headersOfTheServerAreItsOwn(String name) {
        Reply reply = SafeReplies.of(
                        new HttpReply(200, Map.of(name, "anything", "X-Hook-Secret", "s"), "text/plain", "ok"))
                .orElseThrow();
        assertThat(reply.headers())
                .containsOnly(Map.entry("X-Hook-Secret", "s"), Map.entry("x-content-type-options", "nosniff"));
    }

    @Test
    void aPageIsSentAsText() {
        assertThat(SafeReplies.of(new HttpReply(200, Map.of(), "text/html", "<script>"))
                        .orElseThrow()
                        .contentType())
                .isEqualTo("text/plain");
        assertThat(SafeReplies.of(new HttpReply(200, Map.of(), "application/vnd.a+json", "{}"))
                        .orElseThrow()
                        .contentType())
                .isEqualTo("application/vnd.a+json");
    }
}
