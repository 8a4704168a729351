package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.net.Addresses;
import io.infloop.core.rate.RateLimiter;
import io.infloop.core.rate.RateLimiters;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The checks that need no body: the trigger is known, enabled, not called too often, and called from where it may be. */
final class TriggerGate {
    /** Token buckets fill up within a minute: one audit line per bucket's worth of refusals. */
    private static final Duration AUDIT_WINDOW = Duration.ofMinutes(1);

    /** What became of a request. */
    sealed interface Outcome permits Open, Closed {}

    record Open(Trigger trigger) implements Outcome {}

    record Closed(Reply reply) implements Outcome {}

    private final TriggerStore triggers;
    private final RateLimiters limiters;
    private final int standardPerMinute;
    /** One for each limit that some trigger has. */
    private final ConcurrentMap<Integer, RateLimiter> byLimit = new ConcurrentHashMap<>();

    private final IngressAudit audit;
    private final Clock clock;
    private final Throttle audited = new Throttle(AUDIT_WINDOW);

    /** @param standardPerMinute for triggers without a limit of their own */
    TriggerGate(TriggerStore triggers, RateLimiters limiters, int standardPerMinute, IngressAudit audit, Clock clock) {
        this.triggers = triggers;
        this.limiters = limiters;
        this.standardPerMinute = standardPerMinute;
        this.audit = audit;
        this.clock = clock;
    }

    /** For requests from outside. */
    Outcome admit(String triggerId, String remoteAddress) {
        Outcome found = find(triggerId);
        return found instanceof Open open ? admit(open, remoteAddress) : found;
    }

    private Outcome admit(Open open, String remoteAddress) {
        Trigger trigger = open.trigger();
        // First: a stranger must not use up what the sender may.
        if (!trigger.ipAllow().isEmpty()
                && (remoteAddress == null || !Addresses.anyHolds(trigger.ipAllow(), remoteAddress))) {
            refused(trigger, remoteAddress, ErrorCode.FORBIDDEN);
            return new Closed(Reply.error(ErrorCode.FORBIDDEN));
        }
        Optional<Duration> wait = limiter(trigger).acquire(trigger.id());
        if (wait.isPresent()) {
            refused(trigger, remoteAddress, ErrorCode.RATE_LIMITED);
            return new Closed(Reply.rateLimited(wait.get()));
        }
        return open;
    }

    private void refused(Trigger trigger, String remoteAddress, ErrorCode code) {
        if (audited.passes(key(code, trigger.id()), clock.millis())) {
            audit.rejected(
                    trigger,
                    Optional.empty(),
                    Actor.WEBHOOK,
                    Optional.ofNullable(remoteAddress),
                    code,
                    code == ErrorCode.FORBIDDEN
                            ? Optional.of("the address is not one of the trigger's ipAllow")
                            : Optional.empty());
        }
    }

    private static String key(ErrorCode code, String triggerId) {
        return code.text() + " " + triggerId;
    }

    private RateLimiter limiter(Trigger trigger) {
        return byLimit.computeIfAbsent(trigger.rateLimitPerMinute().orElse(standardPerMinute), limiters::perMinute);
    }

    /** Without the rate limit and the allow-list. Unknown and disabled look the same; one whose file cannot be read is not unknown. */
    Outcome find(String triggerId) {
        if (!Ids.isTriggerId(triggerId)) {
            return new Closed(Reply.NOT_FOUND);
        }
        try {
            Optional<Trigger> trigger = triggers.find(triggerId);
            if (trigger.isPresent()) {
                return trigger.get().enabled() ? new Open(trigger.get()) : new Closed(Reply.NOT_FOUND);
            }
            return new Closed(
                    triggers.isBroken(triggerId) ? Reply.error(ErrorCode.STORE_UNAVAILABLE) : Reply.NOT_FOUND);
        } catch (InfloopException unavailable) {
            return new Closed(Reply.error(unavailable.code()));
        }
    }

    /** Also one that is disabled. @throws InfloopException {@code STORE_UNAVAILABLE} */
    Optional<Trigger> known(String triggerId) {
        return triggers.find(triggerId);
    }

    void forget(String triggerId) {
        byLimit.values().forEach(limiter -> limiter.forget(triggerId));
        audited.forget(key(ErrorCode.RATE_LIMITED, triggerId));
        audited.forget(key(ErrorCode.FORBIDDEN, triggerId));
    }
}
