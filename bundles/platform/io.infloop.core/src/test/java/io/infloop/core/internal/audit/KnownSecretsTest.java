package io.infloop.core.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownSecretsTest {
    private final KnownSecrets secrets = new KnownSecrets();

    @Test
    void takesEverySecretOutOfATextUntilItIsForgotten() {
        Registration first = secrets.add("canary-one");
        Registration again = secrets.add("canary-one");
        secrets.add("canary-one-and-more");
        secrets.add("other#secret");

        assertThat(secrets.redact("a canary-one, canary-one-and-more.other#secretother#secret!"))
                .isEqualTo("a [redacted], [redacted].[redacted][redacted]!");
        first.close();
        first.close();
        assertThat(secrets.redact("canary-one")).isEqualTo("[redacted]");
        again.close();
        assertThat(secrets.redact("canary-one")).isEqualTo("canary-one");
    }

    @Test
    void leavesInnocentTextsAsTheyAre() {
        secrets.add("short");
        secrets.add("canary-one");
        String text = "short canary-on";

        assertThat(secrets.redact(text)).isSameAs(text);
        assertThat(secrets.redact("")).isEmpty();
    }

    @Test
    void knowsASecretInJsonAndLineByLine() {
        secrets.add("with \"quotes\" and \\");
        secrets.add("-----BEGIN KEY-----\nabcdefghijklmnopqrstuvwxyz\n-----END KEY-----\n");

        assertThat(secrets.redact("{\"a\":\"with \\\"quotes\\\" and \\\\\"}")).isEqualTo("{\"a\":\"[redacted]\"}");
        assertThat(secrets.redact("line abcdefghijklmnopqrstuvwxyz")).isEqualTo("line [redacted]");
    }

    @Test
    void redactsAtAnyDepthAndCopiesNothingWithoutNeed() {
        secrets.add("canary-one");
        JsonObject innocent = JsonObject.of("a", List.of("b", JsonObject.of("c", 1)));
        JsonObject object = JsonObject.of("a", List.of("b", JsonObject.of("c", "x canary-one")));

        assertThat(secrets.redact(innocent)).isSameAs(innocent);
        assertThat(secrets.redact(object).toString()).isEqualTo("{\"a\":[\"b\",{\"c\":\"x [redacted]\"}]}");
        assertThat(object.toString()).contains("canary-one");
        assertThat(secrets.redact(JsonObject.of("m", Map.of())).toString()).isEqualTo("{\"m\":{}}");
    }
}
