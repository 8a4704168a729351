package io.infloop.ingress.internal;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Signs the deliveries of an operator as the source would, with the newest secret of the trigger. */
final class TestSigner {
    private static final Duration DEADLINE = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS);

    /** What came of it. */
    sealed interface Outcome permits Signed, Unsigned {}

    record Signed(WebhookRequest request) implements Outcome {}

    /** @param reason a sentence for the operator */
    record Unsigned(String reason) implements Outcome {}

    private final Contributions contributions;
    private final Clock clock;

    TestSigner(Contributions contributions, Clock clock) {
        this.contributions = contributions;
        this.clock = clock;
    }

    Outcome sign(Trigger trigger, SignatureDeclaration declaration, WebhookRequest unsigned) {
        try (Lease<SignatureScheme> lease = contributions.acquire(SignatureScheme.class, declaration.scheme())) {
            return lease.call(DEADLINE, scheme -> sign(scheme, trigger, declaration, unsigned));
        } catch (ContributionUnavailableException | PluginCallException unavailable) {
            return new Unsigned("the scheme cannot be asked: " + unavailable.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Unsigned("the server is shutting down");
        }
    }

    private Outcome sign(
            SignatureScheme scheme, Trigger trigger, SignatureDeclaration declaration, WebhookRequest unsigned) {
        List<SigningSecret> secrets = trigger.secretsAt(clock.millis()).stream()
                .map(secret -> new SigningSecret(secret.id(), secret.value()))
                .toList();
        if (secrets.isEmpty() && scheme.needsSecret(declaration.settings())) {
            return new Unsigned("the trigger has no secret to sign with");
        }
        for (ValueLocation place : scheme.credentials(declaration.settings())) {
            if (place.from() == ValueLocation.From.HEADER
                    && !unsigned.headers().all(place.name()).isEmpty()) {
                return new Unsigned("the request brought its own signature");
            }
        }
        SigningContext context = SigningContext.of(secrets, trigger.config(), clock, KeyFetcher.NONE);
        Optional<WebhookRequest> signed = scheme.sign(unsigned, declaration.settings(), context);
        return signed.<Outcome>map(Signed::new)
                .orElseGet(() -> new Unsigned("the server cannot make signatures of scheme '" + declaration.scheme()
                        + "' for this request; send the signature yourself"));
    }
}
