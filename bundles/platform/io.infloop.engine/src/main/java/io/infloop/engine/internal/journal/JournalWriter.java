package io.infloop.engine.internal.journal;

import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the journals of all runs on one thread: what came in since its last round is one write per journal. Those who append never
 * wait; how much may be pending is the journal's affair. A journal is written through to the operating system, not synced: what must
 * survive a power failure, the run's row, is in the record store.
 */
public final class JournalWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

    private final Object lock = new Object();
    private final Deque<RunJournal> ready = new ArrayDeque<>();
    private final Thread thread;
    private boolean closed;

    public JournalWriter() {
        thread = new Thread(this::work, "infloop-journal");
        thread.setDaemon(true);
        thread.start();
    }

    /** A new journal; its file appears with the first line. */
    public RunJournal open(Path file) {
        return new RunJournal(this, file);
    }

    /** Called once by a journal that has something to write and is not waiting already. */
    void schedule(RunJournal journal) {
        synchronized (lock) {
            ready.add(journal);
            lock.notifyAll();
        }
    }

    private void work() {
        while (true) {
            RunJournal journal;
            synchronized (lock) {
                while (ready.isEmpty() && !closed) {
                    try {
                        lock.wait();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
                journal = ready.poll();
            }
            if (journal == null) {
                return;
            }
            try {
                journal.writeBatch();
            } catch (RuntimeException | Error defect) {
                LOG.error("writing a journal failed", defect);
                journal.fail(
                        new IOException("internal error: " + defect.getClass().getSimpleName(), defect));
            }
        }
    }

    static FileChannel openForAppend(Path file) throws IOException {
        JournalFiles.requireNoLink(file);
        AtomicFiles.createOwnerOnlyDirectories(file.getParent());
        return FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Ends after what is pending has been written. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        try {
            thread.join(2_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
