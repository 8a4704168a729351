package io.infloop.core.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.internal.Refusal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindRuleTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "127.255.255.255", "localhost", "LocalHost", "::1", "[::1]"})
    void loopbackNeedsNoToken(String host) {
        assertThat(BindRule.isInsecure(host, false, false)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "::",
                "192.168.1.2",
                "example.org",
                "127.0.0.1.example.org",
                "127.0.0.256",
                "128.0.0.1"
            })
    void everythingElseDoes(String host) {
        assertThatThrownBy(() -> BindRule.isInsecure(host, false, false))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.text())
                        .startsWith("refusing-to-start: network-bind-without-token\n")
                        .contains("INFLOOP_API_TOKEN", "INFLOOP_ALLOW_INSECURE=1"));
        assertThat(BindRule.isInsecure(host, true, false)).isFalse();
        assertThat(BindRule.isInsecure(host, false, true)).isTrue();
        assertThat(BindRule.isInsecure(host, true, true)).isFalse();
    }

    @Test
    void comparesTokens() {
        ApiToken token = ApiToken.from(Map.of("INFLOOP_API_TOKEN", " secret-0123456789\n"))
                .orElseThrow();

        assertThat(token.matches("secret-0123456789")).isTrue();
        assertThat(token.matches("secret-012345678")).isFalse();
        assertThat(token.matches("")).isFalse();
        assertThat(token).hasToString("ApiToken[hidden]");
        assertThat(ApiToken.from(Map.of("INFLOOP_API_TOKEN", ""))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"  ", "two words", "ünicode", "tab\tinside"})
    void aTokenThatNobodyCouldSendIsRefused(String token) {
        assertThatThrownBy(() -> ApiToken.from(Map.of("INFLOOP_API_TOKEN", token)))
                .isInstanceOf(Refusal.class);
    }
}
