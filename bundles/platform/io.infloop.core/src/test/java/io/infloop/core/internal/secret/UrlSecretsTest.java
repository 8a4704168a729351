package io.infloop.core.internal.secret;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlSecretsTest {
    @ParameterizedTest
    @CsvSource({
        "https://user:hunter22@host/x, https://user:[redacted]@host/x",
        "https://x-access-token:ghs_16C7e42F@github.com/a/b.git, https://x-access-token:[redacted]@github.com/a/b.git",
        "https://ghp_16C7e42F292c6912E7710c838347@github.com/a, https://[redacted]@github.com/a",
        "https://glpat-1a2B3c@host, https://[redacted]@host",
        "amqp://:pw@host, amqp://:[redacted]@host",
        "https://user:p@ss:w@rd@host/x, https://user:[redacted]@host/x",
        "fatal: could not read 'https://u:secret1@h.example/a.git', fatal: could not read 'https://u:[redacted]@h.example/a.git'",
        "a http://u:one1@h and http://v:two2@h., a http://u:[redacted]@h and http://v:[redacted]@h."
    })
    void whatStandsBeforeTheHostIsTakenOut(String text, String clean) {
        assertThat(UrlSecrets.redact(text)).isEqualTo(clean);
        assertThat(UrlSecrets.redact(clean)).as("once is enough").isEqualTo(clean);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssh://git@github.com/a/b.git",
                "https://deploy@host/x",
                "https://host/users/me@example.com",
                "https://host:8443/x?mail=a@b.example",
                "https://host#a@b",
                "see https://host and mail someone@example.com",
                "https://user:$TOKEN@host",
                "https://{{inputs.token}}@host",
                "https://user:***@host",
                "mailto:me@example.com",
                "://",
                "https://"
            })
    void whatIsNoSecretStays(String text) {
        assertThat(UrlSecrets.redact(text)).isSameAs(text);
        assertThat(UrlSecrets.in(text, name -> name.contains("TOKEN"))).isEmpty();
    }

    @Test
    void secretsAreFoundAsTheyStandAndDecodedAlsoInParameters() {
        assertThat(UrlSecrets.in(
                        "https://me:p%40ss+word@h/x?a=b&access_token=t0ken-in-query&page=2#x",
                        name -> name.contains("TOKEN")))
                .containsExactly("p%40ss+word", "p@ss+word", "t0ken-in-query");
    }

    /** Every line that a program prints goes through here. */
    @Test
    void manyMarksTakeNoLongerThanTheirNumber() {
        String hostile = "://".repeat(100_000) + "a".repeat(100_000);
        assertThat(UrlSecrets.redact(hostile)).isSameAs(hostile);
        String long1 = ("x://" + "a".repeat(5_000)).repeat(200);
        assertThat(UrlSecrets.redact(long1)).isSameAs(long1);
    }
}
