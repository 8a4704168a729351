package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses deliveries: the sender learns little, the audit why, and some are kept to be looked at. Thread-safe. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final Duration LOG_WINDOW = Duration.ofSeconds(10);

    private final IngressAudit audit;
    private final RefusedDeliveries kept;
    private final Clock clock;
    private final Throttle logged = new Throttle(LOG_WINDOW);

    Refusals(IngressAudit audit, RefusedDeliveries kept, Clock clock) {
        this.audit = audit;
        this.kept = kept;
        this.clock = clock;
    }

    void forget(String triggerId) {
        logged.forget(triggerId);
    }

    Reply of(Inbound inbound, ErrorCode code, String detail) {
        record(inbound, code, detail);
        return Reply.error(code).withCorrelation(inbound.correlationId());
    }

    /** @param tell whether the sender may know the detail */
    Reply of(Inbound inbound, SourceProfile profile, ErrorCode code, String detail, boolean tell) {
        record(inbound, code, detail);
        // Without its scheme nobody knows which values of a request are secret.
        if (profile.signature().isEmpty() || profile.scheme().isPresent()) {
            kept.rejected(inbound, profile, code, Optional.ofNullable(detail));
        }
        return reply(profile, code, detail, tell).withCorrelation(inbound.correlationId());
    }

    private static Reply reply(SourceProfile profile, ErrorCode code, String detail, boolean tell) {
        if (code == ErrorCode.BAD_SIGNATURE && profile.descriptor().reject().isPresent()) {
            return SafeReplies.of(profile.descriptor().reject().get());
        }
        return tell ? Reply.error(code, detail) : Reply.error(code);
    }

    /** In audit and log only. */
    void record(Inbound inbound, ErrorCode code, String detail) {
        audit.rejected(inbound, code, Optional.ofNullable(detail));
        if (logged.passes(inbound.trigger().id(), clock.millis())) {
            LOG.info(
                    "trigger {}: refused a delivery: {} ({}, {}); further ones within {} s are in the audit only",
                    Ids.masked(inbound.trigger().id()),
                    code.text(),
                    IngressAudit.oneLine(String.valueOf(detail)),
                    inbound.correlationId(),
                    LOG_WINDOW.toSeconds());
        }
    }
}
