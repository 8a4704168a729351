package io.infloop.store.sqlite.internal;

import io.infloop.core.file.AtomicFiles;
import io.infloop.core.id.Ids;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Locks on {@code lease-<name>.lock}; the operating system frees those of a server that dies. Thread-safe. */
final class Leases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    /**
     * Opening and closing a file that this process has locked elsewhere would drop that lock, so the second store of a process does
     * not even touch it.
     */
    private static final Set<Path> HELD_IN_THIS_PROCESS = new HashSet<>();

    private record Held(Path file, Object key, FileChannel channel, FileLock lock) {}

    private final Path directory;
    private final Map<String, Held> held = new HashMap<>();

    Leases(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** How a call of {@link #hold} went. */
    enum Outcome {
        TAKEN,
        KEPT,
        HELD_BY_ANOTHER
    }

    Outcome hold(String name) {
        if (!Ids.isContributionId(name)) {
            throw new IllegalArgumentException("not the name of a lease: " + name);
        }
        synchronized (HELD_IN_THIS_PROCESS) {
            try {
                Held mine = held.get(name);
                if (mine != null) {
                    if (mine.lock().isValid() && mine.key().equals(key(mine.file()))) {
                        return Outcome.KEPT;
                    }
                    LOG.warn("The lock file of lease {} was removed or replaced; taking the lease again", name);
                    drop(name);
                }
                return take(name) ? Outcome.TAKEN : Outcome.HELD_BY_ANOTHER;
            } catch (IOException failure) {
                LOG.warn("Lease {} cannot be taken: {}", name, failure.toString());
                return Outcome.HELD_BY_ANOTHER;
            }
        }
    }

    private boolean take(String name) throws IOException {
        Path file = directory.resolve("lease-" + name + ".lock");
        if (HELD_IN_THIS_PROCESS.contains(file)) {
            return false;
        }
        AtomicFiles.createOwnerOnly(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                held.put(name, new Held(file, key(file), channel, lock));
                HELD_IN_THIS_PROCESS.add(file);
                taken = true;
            }
            return taken;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /** What tells a file from another one of the same name. */
    private static Object key(Path file) throws IOException {
        return Files.exists(file)
                ? String.valueOf(
                        Files.readAttributes(file, BasicFileAttributes.class).fileKey())
                : "none";
    }

    /** @return false if it was not held */
    boolean release(String name) {
        synchronized (HELD_IN_THIS_PROCESS) {
            return drop(name);
        }
    }

    private boolean drop(String name) {
        Held mine = held.remove(name);
        if (mine == null) {
            return false;
        }
        HELD_IN_THIS_PROCESS.remove(mine.file());
        try {
            mine.channel().close();
        } catch (IOException failure) {
            LOG.warn("Lease {} was not released properly", name, failure);
        }
        return true;
    }

    @Override
    public void close() {
        synchronized (HELD_IN_THIS_PROCESS) {
            Set.copyOf(held.keySet()).forEach(this::drop);
        }
    }
}
