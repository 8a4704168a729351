package io.infloop.spi.signing;

import io.infloop.spi.Contribution;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Clock;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides whether a request is genuine. {@link #id()} is the {@code scheme} of signature declarations.
 *
 * <p>Compare in constant time ({@link java.security.MessageDigest#isEqual}); accept nothing the sender never sends; prove
 * freshness with the given clock where the sender signs a time.
 */
@ConsumerType
public interface SignatureScheme extends Contribution {
    /**
     * Checks a declaration when a source that uses it appears; must not block.
     *
     * @throws IllegalArgumentException if the scheme cannot do what is declared; the message names the field
     */
    void check(JsonObject settings);

    /**
     * Verifies one request. Called for every delivery, on many threads at once; must not block and is given
     * {@value #DEADLINE_MILLIS} ms.
     *
     * @param request the request as received; its body's bytes are the signed ones
     * @param settings the source's declaration, already checked
     * @param secrets at least one; accept if any fits
     * @param clock the time to compare with
     */
    Verification verify(WebhookRequest request, JsonObject settings, List<SigningSecret> secrets, Clock clock);

    /** After this time a verification counts as failed on the server's side and the sender is asked to repeat, in milliseconds. */
    int DEADLINE_MILLIS = 2_000;
}
