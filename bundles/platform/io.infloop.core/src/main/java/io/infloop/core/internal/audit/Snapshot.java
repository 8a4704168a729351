package io.infloop.core.internal.audit;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The log at one moment: its files are open, so that neither a rotation nor a line that comes later changes what is read.
 *
 * @param oldestFirst the files
 * @param head the bytes of the head, if there was one
 */
record Snapshot(List<Part> oldestFirst, Optional<byte[]> head) implements AutoCloseable {
    /**
     * A file up to where it ended.
     *
     * @param name without directory
     */
    record Part(String name, UninterruptibleFile file, long size) {}

    /** To be called by whoever holds the lock of the log. */
    static Snapshot take(AuditFiles files, HeadFile head) throws IOException {
        List<Part> parts = new ArrayList<>();
        try {
            for (Path path : files.newestFirst()) {
                try {
                    UninterruptibleFile file = UninterruptibleFile.forReading(path);
                    parts.add(new Part(String.valueOf(path.getFileName()), file, file.size()));
                } catch (NoSuchFileException | java.io.FileNotFoundException gone) {
                    throw new IOException(path + " cannot be read; run this as the user of the server", gone);
                }
            }
            Collections.reverse(parts);
            return new Snapshot(List.copyOf(parts), head.bytes());
        } catch (IOException | RuntimeException failed) {
            for (Part part : parts) {
                part.file().close();
            }
            throw failed;
        }
    }

    /** Of a log that other processes may be writing. Changes nothing. */
    static Snapshot ofOthers(AuditFiles files) throws IOException {
        HeadFile head = new HeadFile(files.directory());
        try (LogLock lock = LogLock.forReading(files.lock())) {
            if (!lock.exists()) {
                return take(files, head);
            }
            try (java.nio.channels.FileLock ignored = lock.acquire()) {
                return take(files, head);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Part part : oldestFirst) {
            part.file().close();
        }
    }
}
