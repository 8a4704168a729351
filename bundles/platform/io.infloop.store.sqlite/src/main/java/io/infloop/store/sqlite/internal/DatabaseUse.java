package io.infloop.store.sqlite.internal;

import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Who has the database open: a lock on {@code store.lock} that servers share, so that a damaged database is only moved aside when
 * nobody else works on it. One lock per process, since the locks of one process do not exclude each other.
 */
final class DatabaseUse implements AutoCloseable {
    private static final Map<Path, Shared> IN_THIS_PROCESS = new HashMap<>();
    private static final int ATTEMPTS = 100;
    private static final long PAUSE_MILLIS = 50;

    /** What to do while nobody else can open the database. */
    interface Action {
        void run() throws IOException;
    }

    private static final class Shared {
        private final FileChannel channel;
        private FileLock lock;
        private int users;

        Shared(FileChannel channel) {
            this.channel = channel;
        }
    }

    private final Path lockFile;
    private boolean closed;

    private DatabaseUse(Path lockFile) {
        this.lockFile = lockFile;
    }

    static DatabaseUse enter(Path lockFile) throws IOException {
        Path file = lockFile.toAbsolutePath().normalize();
        synchronized (IN_THIS_PROCESS) {
            Shared shared = IN_THIS_PROCESS.get(file);
            if (shared == null) {
                AtomicFiles.createOwnerOnly(file);
                shared = new Shared(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
                try {
                    shared.lock = share(shared.channel);
                } catch (IOException failure) {
                    shared.channel.close();
                    throw failure;
                }
                IN_THIS_PROCESS.put(file, shared);
            }
            shared.users++;
            return new DatabaseUse(file);
        }
    }

    private static FileLock share(FileChannel channel) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
            if (lock != null) {
                return lock;
            }
            // Another server is moving a damaged database aside, which takes a moment.
            java.util.concurrent.locks.LockSupport.parkNanos(PAUSE_MILLIS * 1_000_000);
        }
        throw new IOException("another server keeps " + "store.lock locked");
    }

    /** @return false, without running {@code action}, if somebody else uses the database */
    boolean runAlone(Action action) throws IOException {
        synchronized (IN_THIS_PROCESS) {
            Shared shared = IN_THIS_PROCESS.get(lockFile);
            if (shared.users > 1) {
                return false;
            }
            shared.lock.release();
            try (FileLock exclusive = shared.channel.tryLock()) {
                if (exclusive != null) {
                    action.run();
                }
                return exclusive != null;
            } finally {
                shared.lock = share(shared.channel);
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (IN_THIS_PROCESS) {
            Shared shared = IN_THIS_PROCESS.get(lockFile);
            if (closed || shared == null) {
                return;
            }
            closed = true;
            shared.users--;
            if (shared.users == 0) {
                IN_THIS_PROCESS.remove(lockFile);
                shared.channel.close();
            }
        }
    }
}
