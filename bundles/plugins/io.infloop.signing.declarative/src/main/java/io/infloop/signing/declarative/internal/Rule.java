package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One way to prove that a request is genuine, compiled from its declaration. Immutable, thread-safe. */
sealed interface Rule permits SignedRule, JwtRule, TokenRule, BasicRule {
    /** The secret that fits. */
    SigningSecret verify(Call call) throws Refusal;

    /** The request as its sender would have sent it; empty if only the sender can. */
    Optional<WebhookRequest> sign(WebhookRequest unsigned, SigningContext context);

    /** Where signatures and credentials stand. */
    List<ValueLocation> credentials();

    /** How long a captured request would verify; zero when that has no end. */
    Duration replayWindow();

    boolean needsPublicUrl();

    /** The secret that signs. @param index of the only one, or negative for the newest */
    static Optional<SigningSecret> newest(SigningContext context, int index) {
        int wanted = Math.max(index, 0);
        return context.secrets().size() > wanted ? Optional.of(context.secrets().get(wanted)) : Optional.empty();
    }

    /** The only secret that is compared, or -1 for all. */
    static int secretIndex(Block block) {
        return block.number("secretIndex", 0, 15, -1);
    }
}
