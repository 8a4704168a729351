package sample;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.WebhookRequest;

/** Throws what it can. */
public final class BadScheme extends EchoScheme {
    @Override
    public String id() {
        return "bad";
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        return switch (request.method()) {
            case "OVERFLOW" -> verify(request, settings, context);
            case "MEMORY" -> throw new OutOfMemoryError("one allocation too large");
            case "LINK" -> throw new NoClassDefFoundError("gone/Missing");
            default -> throw new Malicious();
        };
    }

    /** An exception whose own methods throw. */
    private static final class Malicious extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("not even a message");
        }
    }
}
