package io.infloop.example.signing.internal;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.testkit.spi.SignatureSchemeContract;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract suite of the testkit does nearly all of the work. */
class TokenSchemeTest extends SignatureSchemeContract {
    @Override
    protected SignatureScheme scheme() {
        return new TokenScheme();
    }

    @Override
    protected JsonObject settings() {
        return JsonObject.EMPTY;
    }

    @Override
    protected List<Header> sign(byte[] body, SigningSecret secret) {
        return List.of(new Header("X-Example-Token", secret.value()));
    }

    @Override
    protected boolean signsBody() {
        return false;
    }

    @Test
    void refusesSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scheme().check(JsonObject.of("header", "x-other")))
                .withMessageStartingWith("signature.header: ");
    }
}
