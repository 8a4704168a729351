package sample;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Tells which version of the jar it comes from. */
public class EchoScheme implements SignatureScheme {
    private final String mark = resource("mark.txt");

    static String resource(String name) {
        try (InputStream stream = EchoScheme.class.getResourceAsStream("/" + name)) {
            return stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "";
        }
    }

    @Override
    public String id() {
        String named = resource("id.txt");
        return named.isEmpty() ? "echo" : named;
    }

    @Override
    public void check(JsonObject settings) {
        if (settings.has("forbidden")) {
            throw new IllegalArgumentException("\"forbidden\" is not supported");
        }
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        return Verification.rejected(Verification.Reason.UNSUPPORTED, mark);
    }
}
