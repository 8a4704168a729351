package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.core.rate.RateLimiter;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** The checks that need no body: the trigger is known, enabled, and not called too often. */
final class TriggerGate {
    /** Token buckets fill up within a minute: one audit line per bucket's worth of refusals. */
    private static final Duration AUDIT_WINDOW = Duration.ofMinutes(1);

    /** What became of a request. */
    sealed interface Outcome permits Open, Closed {}

    record Open(Trigger trigger) implements Outcome {}

    record Closed(Reply reply) implements Outcome {}

    private final TriggerStore triggers;
    private final RateLimiter limiter;
    private final IngressAudit audit;
    private final Clock clock;
    private final Throttle audited = new Throttle(AUDIT_WINDOW);

    TriggerGate(TriggerStore triggers, RateLimiter limiter, IngressAudit audit, Clock clock) {
        this.triggers = triggers;
        this.limiter = limiter;
        this.audit = audit;
        this.clock = clock;
    }

    /** For requests from outside. */
    Outcome admit(String triggerId) {
        Outcome found = find(triggerId);
        if (found instanceof Open open) {
            Optional<Duration> wait = limiter.acquire(triggerId);
            if (wait.isPresent()) {
                if (audited.passes(triggerId, clock.millis())) {
                    audit.rejected(
                            open.trigger(), Optional.empty(), Actor.WEBHOOK, ErrorCode.RATE_LIMITED, Optional.empty());
                }
                return new Closed(Reply.rateLimited(wait.get()));
            }
        }
        return found;
    }

    /** Without the rate limit. Unknown and disabled look the same. */
    Outcome find(String triggerId) {
        if (!Ids.isTriggerId(triggerId)) {
            return new Closed(Reply.NOT_FOUND);
        }
        return triggers.find(triggerId)
                .filter(Trigger::enabled)
                .<Outcome>map(Open::new)
                .orElseGet(() -> new Closed(Reply.NOT_FOUND));
    }

    void forget(String triggerId) {
        limiter.forget(triggerId);
        audited.forget(triggerId);
    }
}
