package sample;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.WebhookRequest;

/** Never returns from verify. */
public final class EndlessScheme extends EchoScheme {
    @Override
    public String id() {
        return "endless";
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        Hang.untilTestEnds();
        return super.verify(request, settings, context);
    }
}
