package io.infloop.core.internal.audit;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditChain;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.internal.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
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
    private final AuditKey key;
    private final ChainCheck chain;
    private final LineFormat format;
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong untold = new AtomicLong();
    private final AtomicLong syncErrors = new AtomicLong();
    private final LineQueue queue = new LineQueue(this::write);

    private volatile boolean unforced;
    private volatile Optional<String> writeFailure = Optional.empty();
    private volatile Optional<String> syncFailure = Optional.empty();

    /**
     * Touches no file yet.
     *
     * @param key the file of the key; {@code key} in the directory is made when it is missing and nothing is sealed yet
     * @param maxBytes of a file
     * @param maxRotated files kept beside the live one
     * @param readOnly nothing is written; for commands without a server
     */
    public FileAuditLog(
            Path directory, Path key, long maxBytes, int maxRotated, Redactor redactor, Clock clock, boolean readOnly) {
        this(directory, key, maxBytes, maxRotated, redactor, clock, readOnly, UninterruptibleFile::forWriting);
    }

    FileAuditLog(
            Path directory,
            Path key,
            long maxBytes,
            int maxRotated,
            Redactor redactor,
            Clock clock,
            boolean readOnly,
            LogFile.Opener opener) {
        AuditFiles files = new AuditFiles(directory, maxRotated);
        this.key = new AuditKey(key, key.equals(directory.resolve("key")));
        this.reader = new AuditReader(files, this.key);
        this.format = new LineFormat(redactor);
        if (readOnly) {
            this.appender = Optional.empty();
            this.chain = new ChainCheck(this.key, () -> Snapshot.ofOthers(files));
        } else {
            AuditAppender writing = new AuditAppender(files, this.key, maxBytes, clock, format, opener);
            this.appender = Optional.of(writing);
            this.chain = new ChainCheck(this.key, writing::snapshot);
        }
    }

    /**
     * Makes the key unless there is one, and looks at the end of the log. To be called before anything else may happen.
     *
     * @throws Refusal if there is a key that cannot be trusted, or none for a log that is sealed
     */
    public void prepare() {
        if (appender.isEmpty()) {
            return;
        }
        try {
            appender.get().prepare();
        } catch (AuditKey.KeyException unusable) {
            throw new Refusal("audit-key", unusable.getMessage());
        } catch (IOException unwritable) {
            // As with any line: what cannot be audited is counted, not refused.
            writeFailure = Optional.of(unwritable.toString());
            LOGGER.error("the audit log cannot be opened: {}", unwritable.toString());
        }
    }

    /**
     * To be called before the modes of files are tightened: what was open to others once is no secret any more.
     *
     * @throws Refusal if there is a key that cannot be trusted
     */
    public void checkKey() {
        try {
            if (key.exists()) {
                key.read();
            }
        } catch (IOException unusable) {
            throw new Refusal("audit-key", unusable.getMessage());
        }
    }

    @Override
    public void append(AuditEvent event) {
        if (appender.isEmpty()) {
            LOGGER.debug("not written in read-only mode: {}", event.type());
            return;
        }
        byte[] rest;
        try {
            rest = format.rest(event);
        } catch (RuntimeException unwritable) {
            untold.incrementAndGet();
            lost(unwritable);
            return;
        }
        queue.append(rest).ifPresent(this::lost);
    }

    private void lost(Exception reason) {
        long count = errors.incrementAndGet();
        // Each power of two: a full disk must not fill the log as well.
        if (Long.bitCount(count) == 1) {
            LOGGER.error("the audit log cannot be written ({} lines lost so far): {}", count, reason.toString());
        }
    }

    /** Called by one thread at a time. The first line after lost ones tells how many they were. */
    private void write(List<PendingLine> lines) throws IOException {
        long lost = untold.get();
        Optional<PendingLine> gap = lost == 0 ? Optional.empty() : Optional.of(gap(lost));
        List<PendingLine> all = new ArrayList<>(lines.size() + 1);
        gap.ifPresent(all::add);
        all.addAll(lines);
        try {
            appender.orElseThrow().append(all);
            writeFailure = Optional.empty();
        } catch (IOException | RuntimeException failed) {
            writeFailure = Optional.of(failed.toString());
            throw failed;
        } finally {
            unforced = true;
            if (gap.isPresent() && gap.get().isWritten()) {
                untold.addAndGet(-lost);
            }
            untold.addAndGet(lines.stream().filter(line -> !line.isWritten()).count());
        }
    }

    private PendingLine gap(long lost) {
        return new PendingLine(format.rest(AuditEvent.of("audit.gap", Actor.SYSTEM)
                .outcome(AuditEvent.Outcome.ERROR)
                .with("lost", lost)
                .with("reason", "lines could not be written, as on a full disk")
                .build()));
    }

    /** Called more than once a second: what was appended survives a loss of power from then on. */
    public void force() {
        if (appender.isEmpty() || !unforced) {
            return;
        }
        // Before the call: what is written meanwhile may miss it.
        unforced = false;
        try {
            appender.get().sync();
            syncFailure = Optional.empty();
        } catch (IOException | RuntimeException failed) {
            unforced = true;
            syncFailure = Optional.of(failed.toString());
            long count = syncErrors.incrementAndGet();
            if (Long.bitCount(count) == 1) {
                LOGGER.warn("the audit log could not be synced ({} times so far): {}", count, failed.toString());
            }
        }
    }

    @Override
    public long writeErrors() {
        return errors.get();
    }

    public AuditState state() {
        return new AuditState(
                key.file(), errors.get(), untold.get(), syncErrors.get(), writeFailure.or(() -> syncFailure));
    }

    /** Checks the log, whether this process writes it or not. */
    public AuditChain chain() {
        return chain;
    }

    @Override
    public Page read(Query query) {
        try {
            return reader.read(query);
        } catch (IOException unreadable) {
            LOGGER.warn("the audit log could not be read: {}", unreadable.toString());
            throw new UncheckedIOException("the audit log could not be read; see the server's log", unreadable);
        }
    }

    @Override
    public void close() {
        force();
        if (appender.isEmpty()) {
            return;
        }
        try {
            appender.get().close();
        } catch (IOException ignored) {
            LOGGER.debug("closing the audit log", ignored);
        }
    }
}
