package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.TriggerSecret;
import io.infloop.store.TriggerStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Answers the handshakes that a source declares. A handshake is no event and starts nothing. */
final class Challenges {
    /** What became of a request. */
    sealed interface Outcome permits NoChallenge, Answered, Refused {}

    /** No rule applies. */
    record NoChallenge() implements Outcome {}

    /** @param captured whether the trigger took over a secret */
    record Answered(Reply reply, boolean captured) implements Outcome {}

    record Refused(ErrorCode code, String detail) implements Outcome {}

    private static final NoChallenge NONE = new NoChallenge();

    private final TriggerStore triggers;
    private final Clock clock;

    Challenges(TriggerStore triggers, Clock clock) {
        this.triggers = triggers;
        this.clock = clock;
    }

    /** Before the signature is looked at: a handshake that its sender does not sign. */
    Outcome beforeSignature(Inbound inbound, SourceProfile profile) {
        List<ChallengeRule> rules = profile.descriptor().challenges();
        // Rules may read the body: nobody parses it for a forged delivery unless an unsigned handshake may be in it.
        if (rules.isEmpty() || rules.stream().allMatch(ChallengeRule::verifySignature)) {
            return NONE;
        }
        Optional<ChallengeRule> rule = find(inbound, profile, rules);
        return rule.filter(found -> !found.verifySignature())
                .map(found -> answer(found, inbound, false))
                .orElse(NONE);
    }

    /** @param verified whether there was a signature to verify */
    Outcome afterSignature(Inbound inbound, SourceProfile profile, boolean verified) {
        List<ChallengeRule> rules = profile.descriptor().challenges();
        if (rules.isEmpty()) {
            return NONE;
        }
        return find(inbound, profile, rules)
                .filter(ChallengeRule::verifySignature)
                .map(found -> answer(found, inbound, verified))
                .orElse(NONE);
    }

    /** The rule that applies to a request, if one does. */
    static Optional<ChallengeRule> find(Inbound inbound, SourceProfile profile, List<ChallengeRule> rules) {
        WebhookRequest request = inbound.request();
        boolean delivery = IntakeRules.isDelivery(profile.descriptor(), request.method());
        RequestTemplate.Values values = RequestTemplate.Values.of(
                request, Optional.empty(), inbound.trigger().config());
        for (ChallengeRule rule : rules) {
            boolean applies = (delivery || rule.when().method().isPresent())
                    && (!rule.onlyWhileUnbound()
                            || inbound.trigger().isUnbound()
                            || rule.captureSecret().isPresent());
            if (applies && rule.when().matches(values)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    private Outcome answer(ChallengeRule rule, Inbound inbound, boolean verified) {
        if (rule.captureSecret().isPresent() && !inbound.trigger().isUnbound()) {
            return new Refused(ErrorCode.BAD_SIGNATURE, "a second handshake: the trigger has or had a secret already");
        }
        Optional<Reply> reply = rule.respond().render(values(inbound, verified)).flatMap(SafeReplies::of);
        if (reply.isEmpty()) {
            return NONE;
        }
        if (rule.captureSecret().isEmpty()) {
            return new Answered(reply.get(), false);
        }
        Optional<String> secret = rule.captureSecret()
                .flatMap(place -> place.read(inbound.request()))
                .filter(Challenges::isSecret);
        if (secret.isEmpty()) {
            return new Refused(ErrorCode.BAD_SIGNATURE, "a handshake without a usable secret");
        }
        if (triggers.bind(inbound.trigger().id(), secret.get()).isEmpty()) {
            return new Refused(ErrorCode.BAD_SIGNATURE, "a second handshake: the trigger has or had a secret already");
        }
        return new Answered(reply.get(), true);
    }

    /** Printable ASCII without spaces at its ends: nothing else could be shown to, or entered by, an operator. */
    private static boolean isSecret(String text) {
        return !text.isBlank()
                && text.length() <= TriggerSecret.MAX_LENGTH
                && text.equals(text.strip())
                && text.chars().allMatch(character -> character >= 0x20 && character <= 0x7e);
    }

    /** The secret only for a proven sender: what is computed with it for a stranger could be a signature. */
    private RequestTemplate.Values values(Inbound inbound, boolean verified) {
        return new RequestTemplate.Values() {
            @Override
            public WebhookRequest request() {
                return inbound.request();
            }

            @Override
            public Optional<String> config(String name) {
                return Optional.ofNullable(inbound.trigger().config().get(name));
            }

            @Override
            public Optional<byte[]> value(String name) {
                if (!verified || !name.equals("secret")) {
                    return Optional.empty();
                }
                return inbound.trigger().secretsAt(clock.millis()).stream()
                        .findFirst()
                        .map(secret -> secret.value().getBytes(StandardCharsets.UTF_8));
            }
        };
    }
}
