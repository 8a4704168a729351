package io.infloop.core.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentSecretsTest {
    @Test
    void findsWhatNamesAndAddressesGiveAway() {
        assertThat(EnvironmentSecrets.in(Map.of(
                        "ANTHROPIC_API_KEY", "sk-ant-0123456789",
                        "GH_TOKEN", " ghp_0123456789 ",
                        "DATABASE_URL", "postgres://user:pa55word@db/x",
                        "https_proxy", "http://me:hunter22@proxy:3128",
                        "ORIGIN", "https://ghp_ABCDEF0123456789@github.com/a/b",
                        "HOOK_URL", "https://hooks.example/in?api_key=in-the-query")))
                .containsExactlyInAnyOrder(
                        "sk-ant-0123456789",
                        "ghp_0123456789",
                        "pa55word",
                        "hunter22",
                        "ghp_ABCDEF0123456789",
                        "in-the-query");
    }

    @Test
    void leavesPlacesNumbersAndOrdinaryWordsAlone() {
        assertThat(EnvironmentSecrets.in(Map.of(
                        "PATH", "/usr/local/bin:/usr/bin",
                        "INFLOOP_API_TOKEN_FILE", "/etc/infloop/token",
                        "SSH_AUTH_SOCK", "/run/user/1000/agent",
                        "CLAUDE_CODE_MAX_OUTPUT_TOKENS", "320000000",
                        "GOOGLE_APPLICATION_CREDENTIALS", "/etc/passwd",
                        "SESSION_MANAGER", "local",
                        "HTTP_PROXY", "http://proxy:3128")))
                .isEmpty();
    }
}
