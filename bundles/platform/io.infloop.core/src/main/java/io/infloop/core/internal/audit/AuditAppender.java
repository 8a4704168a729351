package io.infloop.core.internal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.file.AtomicFiles;
import io.infloop.core.json.Jsons;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Appends lines under a lock that all servers on the data directory take, so the numbers of lines ascend across servers, rotations and
 * restarts. Whoever holds the lock looks at the end of the file before writing; a chain from line to line needs nothing more than
 * that. The thread that appends may be interrupted at any moment: nothing here lets an interrupt close a file. Not thread-safe.
 */
final class AuditAppender implements AutoCloseable {
    private static final long LOCK_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Where the last line most likely begins. */
    private static final int TAIL = 1024;

    private final AuditFiles files;
    private final long maxBytes;
    private final byte[] recovered;
    private final LineBuffer buffer;
    private FileChannel lockChannel;
    /** Read by {@link #sync} from another thread. */
    private volatile UninterruptibleFile live;

    private Object liveKey;
    /** The end of the live file after our last write; anything else means that somebody else wrote. */
    private long knownSize = -1;

    private long lastSeq;
    /** An end was repaired and no line tells of it yet. */
    private boolean untold;

    /** @param recovered the line, from the comma before {@code type} to the newline, that tells of a repaired end */
    AuditAppender(AuditFiles files, long maxBytes, Clock clock, byte[] recovered) {
        this.files = files;
        this.maxBytes = maxBytes;
        this.buffer = new LineBuffer(clock);
        this.recovered = recovered;
    }

    /** Writes the lines with one write (two where the file is rotated in between); those before a failure are written. */
    void append(List<PendingLine> lines) throws IOException {
        try (FileLock ignored = lock()) {
            catchUp();
            if (untold) {
                write(List.of(new PendingLine(recovered)));
                buffer.clear();
                untold = false;
            }
            write(lines);
        } catch (IOException | RuntimeException failed) {
            forgetState();
            throw failed;
        } finally {
            buffer.clear();
        }
    }

    /** Makes what was written survive a loss of power. Any thread may call it while another appends. */
    void sync() throws IOException {
        UninterruptibleFile file = live;
        if (file == null) {
            return;
        }
        try {
            file.sync();
        } catch (IOException failed) {
            // One that is rotated away was synced before.
            if (file == live) {
                throw failed;
            }
        }
    }

    @Override
    public void close() throws IOException {
        forgetState();
        if (lockChannel != null) {
            lockChannel.close();
            lockChannel = null;
        }
    }

    private FileLock lock() throws IOException {
        if (lockChannel == null) {
            AtomicFiles.createOwnerOnly(files.lock());
            lockChannel = FileChannel.open(files.lock(), StandardOpenOption.WRITE);
        }
        long giveUp = System.nanoTime() + LOCK_PATIENCE_NANOS;
        boolean interrupted = false;
        try {
            while (true) {
                Optional<FileLock> lock = tryLock();
                if (lock.isPresent()) {
                    return lock.get();
                }
                if (System.nanoTime() > giveUp) {
                    throw new IOException("another server holds the lock of the audit log");
                }
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Never waits, and so is not one of the calls that an interrupt ends. */
    private Optional<FileLock> tryLock() throws IOException {
        try {
            return Optional.ofNullable(lockChannel.tryLock());
        } catch (OverlappingFileLockException heldInThisProcess) {
            return Optional.empty();
        }
    }

    private void catchUp() throws IOException {
        Optional<BasicFileAttributes> now = attributes();
        boolean same = live != null
                && now.isPresent()
                && Objects.equals(liveKey, now.get().fileKey());
        if (same && now.get().size() == knownSize) {
            return;
        }
        if (same) {
            knownSize = now.get().size();
        } else {
            forgetState();
            openLive();
        }
        untold |= repairEnd();
        lastSeq = readLastSeq().orElse(0);
    }

    private void write(List<PendingLine> lines) throws IOException {
        List<PendingLine> collected = new ArrayList<>(lines.size());
        for (PendingLine line : lines) {
            int before = buffer.length();
            buffer.add(lastSeq + collected.size() + 1, line.rest());
            if (knownSize + before > 0 && knownSize + buffer.length() > maxBytes) {
                flush(before, collected);
                buffer.drop(before);
                collected.clear();
                live.sync();
                files.rotate();
                forgetState();
                openLive();
            }
            collected.add(line);
        }
        flush(buffer.length(), collected);
    }

    /** Writes the first {@code length} bytes of the buffer, which are these lines. */
    private void flush(int length, List<PendingLine> lines) throws IOException {
        if (length == 0) {
            return;
        }
        try {
            live.write(buffer.bytes(), length, knownSize);
        } catch (IOException failed) {
            cutBack(knownSize, failed);
            throw failed;
        }
        knownSize += length;
        lastSeq += lines.size();
        lines.forEach(PendingLine::written);
    }

    private void cutBack(long size, IOException failed) {
        try {
            live.truncate(size);
        } catch (IOException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    private void openLive() throws IOException {
        AtomicFiles.createOwnerOnly(files.live());
        live = UninterruptibleFile.forWriting(files.live());
        BasicFileAttributes opened = attributes()
                .orElseThrow(() -> new NoSuchFileException(files.live().toString()));
        liveKey = opened.fileKey();
        knownSize = live.size();
    }

    /**
     * A crash in the middle of a write leaves a line without its end; it was never acknowledged and goes.
     *
     * @return whether there was one
     */
    private boolean repairEnd() throws IOException {
        long keep = BackwardLines.endOfLastLine(live, knownSize);
        if (keep == knownSize) {
            return false;
        }
        live.truncate(keep);
        knownSize = keep;
        return true;
    }

    /** The number of the newest line, in the live file or in the one before it. */
    private OptionalLong readLastSeq() throws IOException {
        OptionalLong here = lastSeqOf(live, knownSize);
        if (here.isPresent()) {
            return here;
        }
        Path before = files.rotated(1);
        if (!Files.isRegularFile(before)) {
            return OptionalLong.empty();
        }
        try (UninterruptibleFile file = UninterruptibleFile.forReading(before)) {
            return lastSeqOf(file, file.size());
        }
    }

    private static OptionalLong lastSeqOf(UninterruptibleFile file, long size) throws IOException {
        BackwardLines lines = new BackwardLines(file, size, TAIL);
        for (Optional<byte[]> line = lines.previous(); line.isPresent(); line = lines.previous()) {
            try {
                JsonNode seq = Jsons.MAPPER.readTree(line.get()).path("seq");
                if (seq.isIntegralNumber()) {
                    return OptionalLong.of(seq.asLong());
                }
            } catch (IOException notALine) {
                // somebody edited the file; the line before it counts
            }
        }
        return OptionalLong.empty();
    }

    private void forgetState() {
        knownSize = -1;
        liveKey = null;
        UninterruptibleFile file = live;
        live = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException alreadyUseless) {
                // nothing is lost: each line was written before it was acknowledged
            }
        }
    }

    private Optional<BasicFileAttributes> attributes() {
        try {
            return Optional.of(Files.readAttributes(files.live(), BasicFileAttributes.class));
        } catch (IOException missing) {
            return Optional.empty();
        }
    }
}
