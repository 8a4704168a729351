package io.infloop.core.internal.audit;

import io.infloop.core.file.AtomicFiles;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that an interrupt of the thread using it does not close, other than a {@link java.nio.channels.FileChannel}: the thread of a
 * stopped run writes the lines of others too. Not thread-safe, except for {@link #sync}.
 */
final class UninterruptibleFile implements LogFile {
    private static final long UNKNOWN = -1;

    private final RandomAccessFile file;
    /** Where the system reads or writes next. Lines follow each other, so it need not be told for each of them. */
    private long next;

    private UninterruptibleFile(RandomAccessFile file) {
        this.file = file;
    }

    static UninterruptibleFile forReading(Path path) throws IOException {
        return new UninterruptibleFile(new RandomAccessFile(path.toFile(), "r"));
    }

    static UninterruptibleFile forWriting(Path path) throws IOException {
        return new UninterruptibleFile(new RandomAccessFile(path.toFile(), "rw"));
    }

    /** Creates a small file of mode 0600, whole and synced; the name must be new. */
    static void create(Path path, byte[] content) throws IOException {
        AtomicFiles.createOwnerOnly(path);
        try (UninterruptibleFile file = forWriting(path)) {
            file.write(content, content.length, 0);
            file.sync();
        } catch (IOException failed) {
            Files.deleteIfExists(path);
            throw failed;
        }
    }

    /** The content of a small file. */
    static byte[] readAll(Path path) throws IOException {
        try (InputStream file = new FileInputStream(path.toFile())) {
            return file.readAllBytes();
        }
    }

    @Override
    public long size() throws IOException {
        return file.length();
    }

    /** @param target with an array */
    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        seek(position);
        int count = file.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
        if (count > 0) {
            next = position + count;
            target.position(target.position() + count);
        }
        return count;
    }

    /** In one call of the system unless that takes less. */
    @Override
    public void write(byte[] bytes, int length, long position) throws IOException {
        seek(position);
        // After a failure some of it may be written.
        next = UNKNOWN;
        file.write(bytes, 0, length);
        next = position + length;
    }

    private void seek(long position) throws IOException {
        if (position != next) {
            next = UNKNOWN;
            file.seek(position);
            next = position;
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        next = UNKNOWN;
        file.setLength(size);
    }

    @Override
    public void sync() throws IOException {
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
