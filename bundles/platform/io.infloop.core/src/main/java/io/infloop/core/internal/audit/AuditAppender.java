package io.infloop.core.internal.audit;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends lines under a lock that all servers on the data directory take, so the chain of lines goes on across servers, rotations and
 * restarts. Whoever holds the lock looks at the end of the file before writing. The thread that appends may be interrupted at any
 * moment: nothing here lets an interrupt close a file. Thread-safe; appending is meant for one thread at a time.
 */
final class AuditAppender implements AutoCloseable {
    /** Kept free for the line that tells of a deleted file. */
    private static final int RESERVE = 512;

    private final AuditFiles files;
    private final AuditKey key;
    private final long maxBytes;
    private final LineFormat format;
    private final LiveFile live;
    private final HeadFile head;
    private final LogLock lock;
    private final LineBuffer buffer;
    /** Notices that are not written yet. */
    private final List<AuditEvent> untold = new ArrayList<>();
    /** For {@link #sync}, which seals while another thread appends. */
    private final Object syncing = new Object();

    private Seal seal;
    /** Whether this server made the key, or has seen how the log stands. */
    private boolean begun;

    private volatile Seal headSeal;
    /** The newest line of the chain that is in the file. */
    private volatile Link known = Link.START;
    /** The newest line in the buffer. */
    private Link next = Link.START;

    AuditAppender(
            AuditFiles files, AuditKey key, long maxBytes, Clock clock, LineFormat format, LogFile.Opener opener) {
        this.files = files;
        this.key = key;
        this.maxBytes = maxBytes > 2 * RESERVE ? maxBytes - RESERVE : maxBytes;
        this.format = format;
        this.live = new LiveFile(files, opener);
        this.head = new HeadFile(files.directory());
        this.lock = LogLock.forWriting(files.lock());
        this.buffer = new LineBuffer(clock);
    }

    /** Makes sure that there is a key and that the log can go on. */
    synchronized void prepare() throws IOException {
        try (FileLock ignored = lock.acquire()) {
            openKey();
            catchUp();
        } catch (IOException | RuntimeException failed) {
            // Half of a look is worse than none: the first line would begin a chain of its own.
            live.forget();
            throw failed;
        }
    }

    /** Writes the lines with one write (two where the file is rotated in between); those before a failure are written. */
    synchronized void append(List<PendingLine> lines) throws IOException {
        try (FileLock ignored = lock.acquire()) {
            openKey();
            catchUp();
            if (!untold.isEmpty()) {
                write(untold.stream()
                        .map(event -> new PendingLine(format.rest(event)))
                        .toList());
                untold.clear();
            }
            write(lines);
        } catch (IOException | RuntimeException failed) {
            live.forget();
            throw failed;
        } finally {
            buffer.clear();
        }
    }

    /** Makes what was written survive a loss of power, then lets the head tell of it. Any thread may call it while another appends. */
    void sync() throws IOException {
        synchronized (syncing) {
            Link target = known;
            if (target.seq() == 0) {
                return;
            }
            live.sync();
            Path staged = head.stage(target, headSeal);
            publish(staged, target);
        }
    }

    /** What the log is at this moment; the caller closes it. */
    synchronized Snapshot snapshot() throws IOException {
        try (FileLock ignored = lock.acquire()) {
            return Snapshot.take(files, head);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        live.forget();
        lock.close();
    }

    private void openKey() throws IOException {
        if (seal != null) {
            return;
        }
        if (!key.exists()) {
            if (head.bytes().isPresent()) {
                throw new AuditKey.KeyException("the key of the audit log " + key.file()
                        + " is missing, though the log is sealed with it; restore it from a backup, or move "
                        + files.directory() + " aside to begin a new log");
            }
            key.create();
            begun = true;
        }
        byte[] bytes = key.read();
        head.removeLitter();
        headSeal = new Seal(bytes);
        seal = new Seal(bytes);
    }

    private synchronized void publish(Path staged, Link target) throws IOException {
        try (FileLock ignored = lock.acquire()) {
            boolean newer = !(head.read(seal) instanceof HeadFile.Found.Head present)
                    || present.link().seq() < target.seq();
            if (newer) {
                head.publish(staged);
            } else {
                head.discard(staged);
            }
        } catch (IOException | RuntimeException failed) {
            head.discard(staged);
            throw failed;
        }
    }

    private void catchUp() throws IOException {
        if (!live.catchUp()) {
            return;
        }
        if (live.repairEnd()) {
            tellOnce(AuditEvent.of("audit.recovered", Actor.SYSTEM)
                    .with("reason", "the last line was incomplete after a crash and was removed")
                    .build());
        }
        Continuation continuation = Continuation.of(
                ChainTail.of(files, live.file(), live.size(), seal), head.read(seal), known, begun || !key.isOurs());
        if (continuation.headNeeded()) {
            live.sync();
            head.publish(head.stage(continuation.link(), seal));
        }
        continuation.notices().forEach(this::tellOnce);
        known = continuation.link();
        begun = true;
    }

    /** A failed write brings us here again before the notices are told. */
    private void tellOnce(AuditEvent notice) {
        if (untold.stream().noneMatch(told -> told.type().equals(notice.type()))) {
            untold.add(notice);
        }
    }

    private void write(List<PendingLine> lines) throws IOException {
        List<PendingLine> collected = new ArrayList<>(lines.size());
        next = known;
        for (PendingLine line : lines) {
            long before = live.size() + buffer.length();
            if (before > 0 && before + LineBuffer.bound(line.rest()) > maxBytes) {
                flush(collected);
                collected.clear();
                rotate();
            }
            next = buffer.add(next, line.rest(), seal);
            collected.add(line);
        }
        flush(collected);
    }

    /** Writes the buffer, which is these lines. */
    private void flush(List<PendingLine> lines) throws IOException {
        int length = buffer.length();
        if (length == 0) {
            return;
        }
        live.append(buffer.bytes(), length);
        known = next;
        buffer.clear();
        lines.forEach(PendingLine::written);
    }

    /** The line that tells of deleted files is in the log before they go. */
    private void rotate() throws IOException {
        List<Path> due = files.due();
        if (!due.isEmpty()) {
            Link through = ChainTail.lastOf(due.get(due.size() - 1), seal);
            AuditEvent.Builder line = AuditEvent.of("audit.file_deleted", Actor.SYSTEM)
                    .with("reason", "more files than INFLOOP_AUDIT_MAX_FILES allows")
                    .with("files", due.size());
            next = buffer.add(
                    known,
                    format.rest(line.with("through", through.seq())
                            .with("throughMac", through.mac())
                            .build()),
                    seal);
            flush(List.of());
        }
        live.sync();
        files.rotate();
        live.reopen();
    }
}
