package io.infloop.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.launcher.client.ApiClient.Answer;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.handover.Environment;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WrongTokenTest {
    @Test
    void saysThatTheTokenIsWrongAndHowToGiveTheRightOne() {
        Answer answer = new Answer("GET /api/plugins", 401, "{\"error\":\"unauthorized\"}", Map.of());

        assertThatThrownBy(answer::json)
                .isInstanceOfSatisfying(CommandFailure.class, failure -> assertThat(failure.exitCode())
                        .isEqualTo(78))
                .hasMessageContainingAll("does not accept this API token", "--token-file", "INFLOOP_API_TOKEN");
    }

    @Test
    void aTokenThatCannotBeSentIsWrongToo() {
        TokenSource source =
                new TokenSource(new Environment(Map.of("INFLOOP_API_TOKEN", "two\nlines")), Optional.empty());

        assertThatThrownBy(source::known)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("does not accept this API token")
                .hasMessageNotContaining("lines");
    }
}
