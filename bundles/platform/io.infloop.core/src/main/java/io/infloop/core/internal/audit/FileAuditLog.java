package io.infloop.core.internal.audit;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The audit log in {@code <data>/audit}. */
public final class FileAuditLog implements AuditLog, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(FileAuditLog.class);

    private final AuditReader reader;
    private final Optional<AuditAppender> appender;
    private final LineFormat format;
    private final AtomicLong errors = new AtomicLong();
    private final LineQueue queue = new LineQueue(this::write);
    /** For closing while somebody writes. */
    private final Object monitor = new Object();

    private volatile boolean unforced;

    /** @param readOnly nothing is written; for commands without a server */
    public FileAuditLog(
            Path directory, long maxBytes, int maxRotated, Redactor redactor, Clock clock, boolean readOnly) {
        AuditFiles files = new AuditFiles(directory, maxRotated);
        this.reader = new AuditReader(files);
        this.format = new LineFormat(redactor);
        AuditEvent recovered = AuditEvent.of("audit.recovered", Actor.SYSTEM)
                .with("reason", "the last line was incomplete after a crash and was removed")
                .build();
        this.appender = readOnly
                ? Optional.empty()
                : Optional.of(new AuditAppender(files, maxBytes, clock, format.rest(recovered)));
    }

    @Override
    public void append(AuditEvent event) {
        if (appender.isEmpty()) {
            LOGGER.debug("not written in read-only mode: {}", event.type());
            return;
        }
        try {
            queue.append(format.rest(event)).ifPresent(this::lost);
        } catch (RuntimeException unwritable) {
            lost(unwritable);
        }
    }

    private void lost(Exception reason) {
        long count = errors.incrementAndGet();
        // Each power of two: a full disk must not fill the log as well.
        if (Long.bitCount(count) == 1) {
            LOGGER.error("the audit log cannot be written ({} lines lost so far): {}", count, reason.toString());
        }
    }

    private void write(List<PendingLine> lines) throws IOException {
        synchronized (monitor) {
            try {
                appender.orElseThrow().append(lines);
            } finally {
                unforced = true;
            }
        }
    }

    /** Called every second or so: what was appended survives a loss of power from then on. */
    public void force() {
        if (appender.isEmpty() || !unforced) {
            return;
        }
        // Before the call: what is written meanwhile may miss it.
        unforced = false;
        try {
            appender.get().sync();
        } catch (IOException failed) {
            unforced = true;
            LOGGER.warn("the audit log could not be synced: {}", failed.toString());
        }
    }

    @Override
    public long writeErrors() {
        return errors.get();
    }

    @Override
    public Page read(Query query) {
        try {
            return reader.read(query);
        } catch (IOException unreadable) {
            LOGGER.warn("the audit log could not be read: {}", unreadable.toString());
            throw new java.io.UncheckedIOException("the audit log could not be read; see the server's log", unreadable);
        }
    }

    @Override
    public void close() {
        force();
        synchronized (monitor) {
            try {
                if (appender.isPresent()) {
                    appender.get().close();
                }
            } catch (IOException ignored) {
                LOGGER.debug("closing the audit log", ignored);
            }
        }
    }
}
