package sample;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Clock;
import java.util.List;

/** Never returns from verify. */
public final class EndlessScheme extends EchoScheme {
    @Override
    public String id() {
        return "endless";
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, List<SigningSecret> secrets, Clock clock) {
        Hang.untilTestEnds();
        return super.verify(request, settings, secrets, clock);
    }
}
