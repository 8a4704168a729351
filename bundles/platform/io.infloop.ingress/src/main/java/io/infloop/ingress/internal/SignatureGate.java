package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.HttpReply;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets genuine deliveries pass. Without the scheme, without a secret, or with a scheme that fails, nothing passes. */
final class SignatureGate {
    private static final Logger LOG = LoggerFactory.getLogger(SignatureGate.class);
    private static final Duration DEADLINE = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS);
    private static final Duration LOG_WINDOW = Duration.ofSeconds(10);
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]{0,4096}");
    private static final Set<String> SERVER_HEADERS = Set.of(
            "connection",
            "content-length",
            "content-type",
            "date",
            "set-cookie",
            "transfer-encoding",
            "trailer",
            "upgrade");

    private static final Map<Verification.Reason, String> REASONS = Stream.of(Verification.Reason.values())
            .collect(Collectors.toMap(
                    reason -> reason,
                    reason -> reason.name().toLowerCase(Locale.ROOT).replace('_', '-')));

    /** What became of a delivery. */
    sealed interface Outcome permits Passed, Answered, Refused {}

    /** @param verified false when there was nothing to verify */
    record Passed(boolean verified) implements Outcome {}

    /** A genuine handshake. */
    record Answered(Reply reply) implements Outcome {}

    record Refused(ErrorCode code, String detail) implements Outcome {}

    private final Contributions contributions;
    private final Clock clock;
    private final Throttle misconfigurations = new Throttle(LOG_WINDOW);

    SignatureGate(Contributions contributions, Clock clock) {
        this.contributions = contributions;
        this.clock = clock;
    }

    void forget(String triggerId) {
        misconfigurations.forget(triggerId);
    }

    Outcome check(Trigger trigger, Optional<SignatureDeclaration> declaration, WebhookRequest request) {
        if (declaration.isEmpty()) {
            return new Passed(false);
        }
        Optional<String> secret = trigger.secret();
        if (secret.isEmpty() && trigger.verifyOptional()) {
            LOG.warn(
                    "trigger {}: a delivery was accepted without a signature (verifyOptional); give the trigger a secret",
                    Ids.masked(trigger.id()));
            return new Passed(false);
        }
        if (secret.isEmpty() || secret.get().isEmpty()) {
            if (misconfigurations.passes(trigger.id(), clock.millis())) {
                LOG.error(
                        "trigger {}: deliveries are refused: its source signs, but the trigger has no secret; set one, or allow"
                                + " unsigned deliveries with verifyOptional",
                        Ids.masked(trigger.id()));
            }
            return new Refused(ErrorCode.TRIGGER_MISCONFIGURED, "the source signs, but the trigger has no secret");
        }
        return verify(declaration.get(), secret.get(), request);
    }

    private Outcome verify(SignatureDeclaration declaration, String secret, WebhookRequest request) {
        SigningContext context = SigningContext.of(List.of(new SigningSecret("secret", secret)), clock);
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

    private static Outcome outcome(Verification verification, String scheme) {
        if (verification instanceof Verification.Accepted) {
            return new Passed(true);
        }
        if (verification instanceof Verification.Answered answered) {
            return handshake(answered.reply(), scheme);
        }
        if (verification instanceof Verification.Deferred deferred) {
            return new Refused(ErrorCode.PLUGIN_UNAVAILABLE, "cannot be verified now: " + deferred.detail());
        }
        Verification.Rejected rejected = (Verification.Rejected) verification;
        return new Refused(ErrorCode.BAD_SIGNATURE, REASONS.get(rejected.reason()) + ": " + rejected.detail());
    }

    /** The reply as given, apart from headers that are the server's business. */
    private static Outcome handshake(HttpReply reply, String scheme) {
        if (reply.status() < 200 || reply.status() > 599) {
            return new Refused(
                    ErrorCode.PLUGIN_UNAVAILABLE, "scheme '" + scheme + "' answers with status " + reply.status());
        }
        Map<String, String> headers = new LinkedHashMap<>();
        reply.headers().forEach((name, value) -> {
            if (HEADER_NAME.matcher(name).matches()
                    && HEADER_VALUE.matcher(value).matches()
                    && !SERVER_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, value);
            }
        });
        // A reflected challenge must never be taken for a page.
        headers.put("x-content-type-options", "nosniff");
        String contentType = HEADER_VALUE.matcher(reply.contentType()).matches() ? reply.contentType() : "text/plain";
        return new Answered(
                new Reply(reply.status(), headers, contentType, reply.body().getBytes(StandardCharsets.UTF_8)));
    }
}
