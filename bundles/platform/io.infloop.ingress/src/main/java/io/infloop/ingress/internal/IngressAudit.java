package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditEvent.Outcome;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.Category;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.Trigger;
import java.util.Optional;

/** What ingress writes to the audit log. Trigger ids are credentials and appear masked. */
final class IngressAudit {
    private static final int MAX_DETAIL_LENGTH = 300;

    private final AuditLog log;

    IngressAudit(AuditLog log) {
        this.log = log;
    }

    void rejected(
            Trigger trigger, Optional<String> correlationId, Actor actor, ErrorCode code, Optional<String> detail) {
        log.append(AuditEvent.of("webhook.rejected", actor)
                .outcome(
                        code.category() == Category.POLICY || code == ErrorCode.RATE_LIMITED
                                ? Outcome.DENIED
                                : Outcome.ERROR)
                .with("correlationId", correlationId)
                .with("triggerId", Ids.masked(trigger.id()))
                .with("workflowId", trigger.workflowId())
                .with("pluginId", trigger.pluginId())
                .with("reason", code.text())
                .with("detail", detail.map(IngressAudit::oneLine))
                .with("httpStatus", (long) code.httpStatus()));
    }

    void accepted(Inbound inbound, QueueItem item) {
        log.append(AuditEvent.of("webhook.accepted", inbound.actor())
                .with("correlationId", item.correlationId())
                .with("triggerId", Ids.masked(item.triggerId()))
                .with("workflowId", item.workflowId())
                .with("pluginId", inbound.trigger().pluginId())
                .with("source", item.source())
                .with("queueId", item.queueId())
                .with("httpStatus", 202L));
        log.append(AuditEvent.of("run.queued", inbound.actor())
                .with("correlationId", item.correlationId())
                .with("workflowId", item.workflowId())
                .with("triggerId", Ids.masked(item.triggerId()))
                .with("source", item.source())
                .with("queueId", item.queueId()));
    }

    /** A repetition of a delivery that is stored already; the ids are the first one's. */
    void duplicate(Inbound inbound, String queueId, String correlationId) {
        log.append(AuditEvent.of("webhook.accepted", inbound.actor())
                .with("correlationId", correlationId)
                .with("triggerId", Ids.masked(inbound.trigger().id()))
                .with("workflowId", inbound.trigger().workflowId())
                .with("pluginId", inbound.trigger().pluginId())
                .with("source", inbound.mode().source())
                .with("queueId", queueId)
                .with("duplicate", true)
                .with("httpStatus", 202L));
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
