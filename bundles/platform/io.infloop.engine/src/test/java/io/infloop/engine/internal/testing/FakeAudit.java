package io.infloop.engine.internal.testing;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps the lines. */
public final class FakeAudit implements AuditLog {
    private final List<AuditEvent> lines = new CopyOnWriteArrayList<>();

    @Override
    public void append(AuditEvent event) {
        lines.add(event);
    }

    public List<AuditEvent> ofType(String type) {
        return lines.stream().filter(line -> line.type().equals(type)).toList();
    }

    @Override
    public long writeErrors() {
        return 0;
    }

    @Override
    public Page read(Query query) {
        return new Page(List.of(), Optional.empty());
    }
}
