package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets genuine deliveries pass. Without the scheme, without a secret, or with a scheme that fails, nothing passes. */
final class SignatureGate {
    private static final Logger LOG = LoggerFactory.getLogger(SignatureGate.class);
    private static final Duration DEADLINE = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS);
    private static final Duration LOG_WINDOW = Duration.ofSeconds(10);

    private static final Map<Verification.Reason, String> REASONS = Stream.of(Verification.Reason.values())
            .collect(Collectors.toMap(
                    reason -> reason,
                    reason -> reason.name().toLowerCase(Locale.ROOT).replace('_', '-')));

    /** What became of a delivery. */
    sealed interface Outcome permits Passed, Answered, Refused {}

    /**
     * @param verified false when there was nothing to verify
     * @param provenBy id of the secret that fits, or what else proves the delivery
     */
    record Passed(boolean verified, Optional<String> provenBy) implements Outcome {}

    /** A genuine handshake. */
    record Answered(Reply reply) implements Outcome {}

    record Refused(ErrorCode code, String detail) implements Outcome {}

    private static final Passed UNVERIFIED = new Passed(false, Optional.empty());

    private final Contributions contributions;
    private final KeyFetcher keys;
    private final Clock clock;
    private final Throttle misconfigurations = new Throttle(LOG_WINDOW);

    SignatureGate(Contributions contributions, KeyFetcher keys, Clock clock) {
        this.contributions = contributions;
        this.keys = keys;
        this.clock = clock;
    }

    void forget(String triggerId) {
        misconfigurations.forget(triggerId);
    }

    Outcome check(Trigger trigger, SourceProfile profile, WebhookRequest request) {
        return check(trigger, profile, request, keys);
    }

    /** The same for what is only tried: keys may be fetched, but nothing that is done by a call, such as confirming a subscription. */
    Outcome rehearse(Trigger trigger, SourceProfile profile, WebhookRequest request) {
        return check(trigger, profile, request, (url, policy) -> {
            if (policy.maxAge().isZero()) {
                throw new KeyFetchException("a dry run does not call " + url.getHost());
            }
            return keys.fetch(url, policy);
        });
    }

    private Outcome check(Trigger trigger, SourceProfile profile, WebhookRequest request, KeyFetcher fetcher) {
        if (profile.signature().isEmpty()) {
            return UNVERIFIED;
        }
        SignatureDeclaration declaration = profile.signature().get();
        if (profile.scheme().isEmpty()) {
            return new Refused(ErrorCode.PLUGIN_UNAVAILABLE, "scheme '" + declaration.scheme() + "' is not in service");
        }
        SourceProfile.SchemeFacts scheme = profile.scheme().get();
        List<TriggerSecret> secrets = trigger.secretsAt(clock.millis());
        if (secrets.isEmpty() && scheme.needsSecret()) {
            return withoutSecret(trigger);
        }
        if (scheme.needsPublicUrl() && request.publicUrl().isEmpty()) {
            return misconfigured(
                    trigger, "the source signs the URL, but the trigger has no publicUrl; set the one the sender has");
        }
        return verify(trigger, declaration, secrets, request, fetcher);
    }

    private Outcome withoutSecret(Trigger trigger) {
        if (trigger.verifyOptional() && !trigger.hasSecret()) {
            LOG.warn(
                    "trigger {}: a delivery was accepted without a signature (verifyOptional); give the trigger a secret",
                    Ids.masked(trigger.id()));
            return UNVERIFIED;
        }
        return misconfigured(
                trigger,
                trigger.hasSecret()
                        ? "the source signs, but all secrets of the trigger have expired; give it a new one"
                        : "the source signs, but the trigger has no secret; set one, or allow unsigned deliveries with"
                                + " verifyOptional");
    }

    private Refused misconfigured(Trigger trigger, String sentence) {
        if (misconfigurations.passes(trigger.id(), clock.millis())) {
            LOG.error("trigger {}: deliveries are refused: {}", Ids.masked(trigger.id()), sentence);
        }
        return new Refused(ErrorCode.TRIGGER_MISCONFIGURED, sentence);
    }

    private Outcome verify(
            Trigger trigger,
            SignatureDeclaration declaration,
            List<TriggerSecret> secrets,
            WebhookRequest request,
            KeyFetcher fetcher) {
        SigningContext context = SigningContext.of(named(secrets), trigger.config(), clock, fetcher);
        try (Lease<SignatureScheme> lease = contributions.acquire(SignatureScheme.class, declaration.scheme())) {
            Verification verification =
                    lease.call(DEADLINE, scheme -> scheme.verify(request, declaration.settings(), context));
            if (verification == null) {
                return new Refused(ErrorCode.PLUGIN_UNAVAILABLE, "scheme '" + declaration.scheme() + "' found nothing");
            }
            return outcome(verification, declaration.scheme());
        } catch (ContributionUnavailableException | PluginCallException unavailable) {
            LOG.debug("a delivery could not be verified", unavailable);
            return new Refused(
                    ErrorCode.PLUGIN_UNAVAILABLE,
                    Optional.ofNullable(unavailable.getMessage()).orElse("no scheme"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Refused(ErrorCode.SHUTTING_DOWN, "interrupted while verifying");
        }
    }

    /** Labels may repeat: what comes back must name one secret. */
    private static List<SigningSecret> named(List<TriggerSecret> secrets) {
        List<SigningSecret> named = new ArrayList<>(secrets.size());
        for (TriggerSecret secret : secrets) {
            named.add(new SigningSecret(secret.id(), secret.id(), secret.value()));
        }
        return named;
    }

    private static Outcome outcome(Verification verification, String scheme) {
        if (verification instanceof Verification.Accepted accepted) {
            return new Passed(true, Optional.of(accepted.secretLabel()));
        }
        if (verification instanceof Verification.Answered answered) {
            return SafeReplies.of(answered.reply())
                    .<Outcome>map(Answered::new)
                    .orElseGet(() -> new Refused(
                            ErrorCode.PLUGIN_UNAVAILABLE,
                            "scheme '" + scheme + "' answers with status "
                                    + answered.reply().status()));
        }
        if (verification instanceof Verification.Deferred deferred) {
            return new Refused(ErrorCode.PLUGIN_UNAVAILABLE, "cannot be decided now: " + deferred.detail());
        }
        Verification.Rejected rejected = (Verification.Rejected) verification;
        return new Refused(ErrorCode.BAD_SIGNATURE, REASONS.get(rejected.reason()) + ": " + rejected.detail());
    }
}
