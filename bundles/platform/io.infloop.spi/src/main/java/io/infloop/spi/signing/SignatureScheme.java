package io.infloop.spi.signing;

import io.infloop.spi.Contribution;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides whether a request is genuine. {@link #id()} is the {@code scheme} of signature declarations.
 *
 * <p>Compare in constant time ({@link java.security.MessageDigest#isEqual}); accept nothing the sender never sends; prove
 * freshness with the given clock where the sender signs a time.
 *
 * <p>Every method but {@link #verify} and {@link #sign} is asked when a source appears or a trigger is written, with settings that
 * were checked, and must not block.
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
     * Verifies one request. Called for every delivery, on many threads at once; must not block unless {@link #fetchesKeys} says so,
     * and is given {@value #DEADLINE_MILLIS} ms.
     *
     * @param request the request as received; its body's bytes are the signed ones
     * @param settings the source's declaration, already checked; the same object for every delivery of a source
     * @param context secrets, clock and keys; accept if any of the secrets fits
     */
    Verification verify(WebhookRequest request, JsonObject settings, SigningContext context);

    /**
     * The request as its sender would have signed it, for test fires: signed with the newest secret and the time of the context's
     * clock. Empty when the scheme cannot sign with what the server has, as with public keys.
     */
    default Optional<WebhookRequest> sign(WebhookRequest unsigned, JsonObject settings, SigningContext context) {
        return Optional.empty();
    }

    /** Places whose values are signatures or credentials: they are replaced before a delivery is stored. */
    default List<ValueLocation> credentials(JsonObject settings) {
        return List.of();
    }

    /** How long a captured request would verify: the past tolerance; zero when the scheme proves no freshness. */
    default Duration replayWindow(JsonObject settings) {
        return Duration.ZERO;
    }

    /** Whether the trigger must have a configured public URL. */
    default boolean needsPublicUrl(JsonObject settings) {
        return false;
    }

    /** Whether the trigger must have at least one secret. Public keys count as secrets: they are entered in the same place. */
    default boolean needsSecret(JsonObject settings) {
        return true;
    }

    /** Whether {@link #verify} may use {@link SigningContext#keys()}, that is block on the network: never on an I/O thread then. */
    default boolean fetchesKeys(JsonObject settings) {
        return false;
    }

    /** After this time a verification counts as failed on the server's side and the sender is asked to repeat, in milliseconds. */
    int DEADLINE_MILLIS = 2_000;
}
