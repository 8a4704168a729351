package io.infloop.core.internal.metrics;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;

/** An audit log whose events are counted on the way. */
public final class CountedAudit implements AuditLog {
    private final AuditLog log;
    private final AuditCounts counts;

    public CountedAudit(AuditLog log, AuditCounts counts) {
        this.log = log;
        this.counts = counts;
    }

    @Override
    public void append(AuditEvent event) {
        log.append(event);
        counts.count(event);
    }

    @Override
    public long writeErrors() {
        return log.writeErrors();
    }

    @Override
    public Page read(Query query) {
        return log.read(query);
    }
}
