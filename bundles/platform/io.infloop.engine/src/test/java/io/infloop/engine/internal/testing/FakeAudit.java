package io.infloop.engine.internal.testing;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps the lines. */
public final class FakeAudit implements AuditLog {
    private final List<AuditEvent> lines = new CopyOnWriteArrayList<>();
    private volatile boolean unreadable;

    @Override
    public void append(AuditEvent event) {
        lines.add(event);
    }

    /** From now on nobody can read the lines. */
    public void makeUnreadable() {
        unreadable = true;
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
        if (unreadable) {
            throw new UncheckedIOException("unreadable", new IOException("permission denied"));
        }
        List<Map<String, Object>> found = new ArrayList<>();
        for (AuditEvent line : lines) {
            Map<String, Object> all = new LinkedHashMap<>(line.fields());
            all.put("type", line.type());
            if (all.entrySet().containsAll(query.equal().entrySet())) {
                found.add(0, all);
            }
        }
        return new Page(found.stream().limit(query.limit()).toList(), Optional.empty());
    }
}
