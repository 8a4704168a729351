package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditEvent.Outcome;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.Category;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.store.RecordStore.ItemResult;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.Queued;
import io.infloop.store.RecordStore.Skipped;
import io.infloop.store.Trigger;
import java.util.Optional;

/** What ingress writes to the audit log. Trigger ids are credentials and appear masked. */
final class IngressAudit {
    private static final int MAX_DETAIL_LENGTH = 300;

    private final AuditLog log;

    IngressAudit(AuditLog log) {
        this.log = log;
    }

    void rejected(Inbound inbound, ErrorCode code, Optional<String> detail) {
        rejected(
                inbound.trigger(),
                Optional.of(inbound.correlationId()),
                inbound.actor(),
                inbound.remoteAddress(),
                code,
                detail);
    }

    void rejected(
            Trigger trigger,
            Optional<String> correlationId,
            Actor actor,
            Optional<String> remoteAddress,
            ErrorCode code,
            Optional<String> detail) {
        log.append(AuditEvent.of("webhook.rejected", actor)
                .outcome(
                        code.category() == Category.POLICY || code == ErrorCode.RATE_LIMITED
                                ? Outcome.DENIED
                                : Outcome.ERROR)
                .with("correlationId", correlationId)
                .with("triggerId", Ids.masked(trigger.id()))
                .with("workflowId", trigger.workflowId())
                .with("pluginId", trigger.pluginId())
                .with("remoteAddr", remoteAddress)
                .with("reason", code.text())
                .with("detail", detail.map(IngressAudit::oneLine))
                .with("httpStatus", (long) code.httpStatus()));
    }

    void accepted(Inbound inbound, QueueItem item, ItemResult result) {
        AuditEvent.Builder accepted = base("webhook.accepted", inbound, item.correlationId())
                .with("queueId", result.queueId())
                .with("httpStatus", 202L);
        if (!(result instanceof Queued)) {
            log.append(accepted.with(result instanceof Skipped ? "skipped" : "duplicate", true));
            return;
        }
        log.append(accepted);
        log.append(AuditEvent.of("run.queued", inbound.actor())
                .with("correlationId", item.correlationId())
                .with("workflowId", item.workflowId())
                .with("triggerId", Ids.masked(item.triggerId()))
                .with("source", item.source())
                .with("queueId", item.queueId()));
    }

    /** A repetition of a delivery that is stored already; the ids are the first one's. */
    void duplicate(Inbound inbound, String queueId, String correlationId) {
        log.append(base("webhook.accepted", inbound, correlationId)
                .with("queueId", queueId)
                .with("duplicate", true)
                .with("httpStatus", 202L));
    }

    /** @param captured whether the trigger took over the sender's secret */
    void challenge(Inbound inbound, int status, boolean captured) {
        log.append(base("webhook.challenge", inbound, inbound.correlationId()).with("httpStatus", (long) status));
        if (captured) {
            log.append(base("trigger.secret_captured", inbound, inbound.correlationId()));
        }
    }

    private static AuditEvent.Builder base(String type, Inbound inbound, String correlationId) {
        return AuditEvent.of(type, inbound.actor())
                .with("correlationId", correlationId)
                .with("triggerId", Ids.masked(inbound.trigger().id()))
                .with("workflowId", inbound.trigger().workflowId())
                .with("pluginId", inbound.trigger().pluginId())
                .with("remoteAddr", inbound.remoteAddress())
                .with("source", inbound.mode().source());
    }

    /** Details may come from a plugin. Called for every refusal: no copy where there is nothing to clean. */
    static String oneLine(String detail) {
        int length = Math.min(detail.length(), MAX_DETAIL_LENGTH);
        StringBuilder line = null;
        for (int i = 0; i < length; i++) {
            char c = detail.charAt(i);
            if (c < 0x20 || c == 0x7f) {
                line = line == null ? new StringBuilder(detail) : line;
                line.setCharAt(i, ' ');
            }
        }
        String clean = line == null ? detail : line.toString();
        return detail.length() <= MAX_DETAIL_LENGTH ? clean : clean.substring(0, MAX_DETAIL_LENGTH) + "…";
    }
}
