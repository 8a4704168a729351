package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.WebhookRequest;
import java.security.MessageDigest;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** HMAC over the raw body, with the signature in one header. */
@Component(service = SignatureScheme.class, immediate = true)
public final class HmacScheme implements SignatureScheme {
    /** Longer header values are not looked at. */
    private static final int MAX_HEADER_LENGTH = 8 * 1024;

    /** A declaration as read. */
    private record ReadSettings(JsonObject declared, HmacSettings hmac) {}

    // Deliveries come in series from one source; reading its declaration anew costs more than the comparison of the
    // signature.
    private volatile ReadSettings latest;

    @Override
    public String id() {
        return "hmac";
    }

    @Override
    public void check(JsonObject settings) {
        HmacSettings.read(settings);
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        HmacSettings hmac = read(settings);
        List<String> values = request.headers().all(hmac.header());
        if (values.isEmpty()) {
            return Verification.rejected(Reason.MISSING_SIGNATURE, "the signature header is missing");
        }
        if (values.size() > 1) {
            return Verification.rejected(Reason.DUPLICATE_SIGNATURE, "the signature header is repeated");
        }
        String value = values.get(0);
        if (value.length() > MAX_HEADER_LENGTH || !value.startsWith(hmac.prefix())) {
            return Verification.rejected(Reason.MALFORMED_SIGNATURE, "the signature header has not the declared form");
        }
        byte[] signature = hmac.encoding()
                .decode(value, hmac.prefix().length(), hmac.algorithm().length());
        if (signature == null) {
            return Verification.rejected(
                    Reason.MALFORMED_SIGNATURE, "the signature is not in the declared encoding or length");
        }
        boolean anyKey = false;
        for (SigningSecret secret : context.secrets()) {
            byte[] key = hmac.key().of(secret);
            if (key == null) {
                continue;
            }
            anyKey = true;
            if (MessageDigest.isEqual(hmac.algorithm().mac(key, request.body()), signature)) {
                return Verification.accepted(secret);
            }
        }
        return anyKey
                ? Verification.rejected(Reason.MISMATCH, "the signature does not match the body")
                : Verification.rejected(
                        Reason.UNSUPPORTED,
                        "no secret of the trigger is in the encoding the source declares; enter it again");
    }

    private HmacSettings read(JsonObject settings) {
        ReadSettings known = latest;
        if (known == null || known.declared() != settings) {
            known = new ReadSettings(settings, HmacSettings.read(settings));
            latest = known;
        }
        return known.hmac();
    }
}
