package io.infloop.workspace.internal.worktree;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** One at a time per repository; git's own locks do not wait. Thread-safe. */
final class RepositoryLocks {
    private final Map<Path, Counted> locks = new HashMap<>();

    private static final class Counted {
        private final ReentrantLock lock = new ReentrantLock(true);
        private int users;
    }

    /** Ends the wait of the next one. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    Held hold(Path commonDirectory) throws InterruptedException {
        Counted counted;
        synchronized (locks) {
            counted = locks.computeIfAbsent(commonDirectory, path -> new Counted());
            counted.users++;
        }
        try {
            counted.lock.lockInterruptibly();
        } catch (InterruptedException interrupted) {
            release(commonDirectory, counted);
            throw interrupted;
        }
        return () -> {
            counted.lock.unlock();
            release(commonDirectory, counted);
        };
    }

    private void release(Path commonDirectory, Counted counted) {
        synchronized (locks) {
            counted.users--;
            if (counted.users == 0) {
                locks.remove(commonDirectory);
            }
        }
    }
}
