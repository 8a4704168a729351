package io.infloop.core.internal.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads the lines of a file from its end to its beginning; a last one without newline is skipped as not yet written. */
final class BackwardLines {
    private static final int MAX_CHUNK = 64 * 1024;

    /** Bytes by position, like {@link java.nio.channels.FileChannel#read(ByteBuffer, long)}. */
    interface Source {
        int read(ByteBuffer target, long position) throws IOException;
    }

    private final Source source;
    /** How much is read next; each time more, for who reads on wants many lines. */
    private int chunk;

    /** Bytes from here on are in {@link #buffer} or were returned. */
    private long start;

    /** What is read and not yet returned, from {@link #start} on. */
    private byte[] buffer = new byte[0];

    private int end;
    private boolean trimmed;

    /** For reading many lines. */
    BackwardLines(Source source, long size) {
        this(source, size, MAX_CHUNK);
    }

    /** @param chunk how much is read first */
    BackwardLines(Source source, long size, int chunk) {
        this.source = source;
        this.start = size;
        this.chunk = chunk;
    }

    /** How long the file is without what stands behind its last newline. */
    static long endOfLastLine(Source source, long size) throws IOException {
        BackwardLines lines = new BackwardLines(source, size, 1);
        return lines.dropBehindLastNewline() ? lines.start + lines.end + 1 : 0;
    }

    /** The line before the last one returned, without its newline; empty at the beginning of the file. */
    Optional<byte[]> previous() throws IOException {
        if (!trimmed) {
            trimmed = true;
            if (!dropBehindLastNewline()) {
                return Optional.empty();
            }
        }
        // buffer[0, end) now ends just before the newline that ends the wanted line.
        if (end < 0) {
            return Optional.empty();
        }
        int scanFrom = end - 1;
        while (true) {
            for (int index = scanFrom; index >= 0; index--) {
                if (buffer[index] == '\n') {
                    byte[] line = slice(index + 1, end);
                    end = index;
                    return Optional.of(line);
                }
            }
            int before = end;
            if (!prepend()) {
                byte[] line = slice(0, end);
                end = -1;
                return Optional.of(line);
            }
            scanFrom = end - before - 1;
        }
    }

    private boolean dropBehindLastNewline() throws IOException {
        while (true) {
            for (int index = end - 1; index >= 0; index--) {
                if (buffer[index] == '\n') {
                    end = index;
                    return true;
                }
            }
            end = 0;
            buffer = new byte[0];
            if (!prepend()) {
                end = -1;
                return false;
            }
        }
    }

    /** Puts the chunk before in front of what is left. */
    private boolean prepend() throws IOException {
        if (start == 0) {
            return false;
        }
        int length = (int) Math.min(chunk, start);
        chunk = Math.min(chunk * 2, MAX_CHUNK);
        byte[] joined = new byte[length + end];
        System.arraycopy(buffer, 0, joined, length, end);
        ByteBuffer target = ByteBuffer.wrap(joined, 0, length);
        long position = start - length;
        while (target.hasRemaining()) {
            int read = source.read(target, position + target.position());
            if (read < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        start -= length;
        buffer = joined;
        end += length;
        return true;
    }

    private byte[] slice(int from, int to) {
        byte[] line = new byte[to - from];
        System.arraycopy(buffer, from, line, 0, line.length);
        return line;
    }
}
