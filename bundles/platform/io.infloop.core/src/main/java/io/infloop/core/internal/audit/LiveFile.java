package io.infloop.core.internal.audit;

import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * The file of the log that lines are appended to, kept open between them, and its size after our last write: anything else means that
 * another server wrote, or rotated. For whoever holds the lock of the log; only {@link #sync} may be called beside it.
 */
final class LiveFile {
    private static final long UNKNOWN = -1;

    private final AuditFiles files;
    private final LogFile.Opener opener;
    private volatile LogFile file;
    private Object key;
    private long size = UNKNOWN;

    LiveFile(AuditFiles files, LogFile.Opener opener) {
        this.files = files;
        this.opener = opener;
    }

    /** Makes the file that is there now the one in hand. @return false if nothing has changed since our last write */
    boolean catchUp() throws IOException {
        Optional<BasicFileAttributes> now = attributes();
        boolean same =
                file != null && now.isPresent() && Objects.equals(key, now.get().fileKey());
        if (same && now.get().size() == size) {
            return false;
        }
        if (same) {
            size = now.get().size();
        } else {
            reopen();
        }
        return true;
    }

    /** To be called after a rotation, too. */
    void reopen() throws IOException {
        forget();
        AtomicFiles.createOwnerOnly(files.live());
        file = opener.open(files.live());
        BasicFileAttributes opened = attributes()
                .orElseThrow(() -> new NoSuchFileException(files.live().toString()));
        key = opened.fileKey();
        size = file.size();
    }

    LogFile file() {
        return file;
    }

    long size() {
        return size;
    }

    /** Writes all of it or, as far as the disk allows, nothing. */
    void append(byte[] bytes, int length) throws IOException {
        try {
            file.write(bytes, length, size);
        } catch (IOException failed) {
            cutBack(failed);
            throw failed;
        }
        size += length;
    }

    private void cutBack(IOException failed) {
        try {
            file.truncate(size);
        } catch (IOException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    /**
     * A crash in the middle of a write leaves a line without its end; it was never acknowledged and goes.
     *
     * @return whether there was one
     */
    boolean repairEnd() throws IOException {
        long keep = BackwardLines.endOfLastLine(file, size);
        if (keep == size) {
            return false;
        }
        file.truncate(keep);
        size = keep;
        return true;
    }

    /** Makes what was written survive a loss of power. Any thread may call it. */
    void sync() throws IOException {
        LogFile open = file;
        if (open == null) {
            // Closed after a failed write; any handle of the file will do.
            try (LogFile again = opener.open(files.live())) {
                again.sync();
            }
            return;
        }
        try {
            open.sync();
        } catch (IOException failed) {
            // One that is rotated away was synced before.
            if (open == file) {
                throw failed;
            }
        }
    }

    /** The next write looks at everything anew. */
    void forget() {
        size = UNKNOWN;
        key = null;
        LogFile open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
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
