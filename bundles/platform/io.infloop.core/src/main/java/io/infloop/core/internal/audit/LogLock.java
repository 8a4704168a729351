package io.infloop.core.internal.audit;

import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock that all servers on a data directory take before they write. A process must have it open only once: closing any channel of
 * the file drops every lock that the process has on it. Not thread-safe.
 */
final class LogLock implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Path file;
    private final boolean shared;
    private FileChannel channel;

    private LogLock(Path file, boolean shared) {
        this.file = file;
        this.shared = shared;
    }

    static LogLock forWriting(Path file) {
        return new LogLock(file, false);
    }

    /** Keeps writers away while it is held, changes nothing and creates nothing. */
    static LogLock forReading(Path file) {
        return new LogLock(file, true);
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** Waits at most some seconds; an interrupt does not shorten that and is still there afterwards. */
    FileLock acquire() throws IOException {
        if (channel == null) {
            if (!shared) {
                AtomicFiles.createOwnerOnly(file);
            }
            channel = FileChannel.open(file, shared ? StandardOpenOption.READ : StandardOpenOption.WRITE);
        }
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
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
            return Optional.ofNullable(channel.tryLock(0, Long.MAX_VALUE, shared));
        } catch (OverlappingFileLockException heldInThisProcess) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
