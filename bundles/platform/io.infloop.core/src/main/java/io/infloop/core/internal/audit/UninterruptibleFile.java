package io.infloop.core.internal.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file that an interrupt of the thread using it does not close, other than a {@link java.nio.channels.FileChannel}: the thread of a
 * stopped run writes the lines of others too. Not thread-safe, except for {@link #sync}.
 */
final class UninterruptibleFile implements BackwardLines.Source, AutoCloseable {
    private final RandomAccessFile file;

    private UninterruptibleFile(RandomAccessFile file) {
        this.file = file;
    }

    static UninterruptibleFile forReading(Path path) throws IOException {
        return new UninterruptibleFile(new RandomAccessFile(path.toFile(), "r"));
    }

    static UninterruptibleFile forWriting(Path path) throws IOException {
        return new UninterruptibleFile(new RandomAccessFile(path.toFile(), "rw"));
    }

    long size() throws IOException {
        return file.length();
    }

    /** @param target with an array */
    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        file.seek(position);
        int count = file.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
        if (count > 0) {
            target.position(target.position() + count);
        }
        return count;
    }

    /** Writes all of it, in one call of the system unless that takes less. */
    void write(byte[] bytes, int length, long position) throws IOException {
        file.seek(position);
        file.write(bytes, 0, length);
    }

    void truncate(long size) throws IOException {
        file.setLength(size);
    }

    /** What is written survives a loss of power; may be called while another thread writes. */
    void sync() throws IOException {
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
