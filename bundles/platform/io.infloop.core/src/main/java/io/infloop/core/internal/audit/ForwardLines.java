package io.infloop.core.internal.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads the lines of a file from its beginning. A line that is longer than any of ours is returned without its end. */
final class ForwardLines {
    private static final int MAX_LINE = 2 * 1024 * 1024;

    private final BackwardLines.Source source;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024).limit(0);
    private long position;
    private long number;
    private boolean torn;

    /** @param size what stands behind it is not read */
    ForwardLines(BackwardLines.Source source, long size) {
        this.source = source;
        this.size = size;
    }

    /** Of the line returned last, from 1. */
    long number() {
        return number;
    }

    /** Whether the file ends without a newline. */
    boolean isTorn() {
        return torn;
    }

    /** The next line without its newline; empty at the end, where a line without newline does not count. */
    Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        boolean begun = false;
        while (buffer.hasRemaining() || fill()) {
            begun = true;
            int start = buffer.position();
            int end = start;
            while (end < buffer.limit() && buffer.array()[end] != '\n') {
                end++;
            }
            line.write(buffer.array(), start, Math.min(end - start, MAX_LINE - line.size()));
            if (end < buffer.limit()) {
                buffer.position(end + 1);
                number++;
                return Optional.of(line.toByteArray());
            }
            buffer.position(end);
        }
        torn = begun;
        return Optional.empty();
    }

    private boolean fill() throws IOException {
        if (position >= size) {
            return false;
        }
        buffer.clear();
        buffer.limit((int) Math.min(buffer.capacity(), size - position));
        int read = source.read(buffer, position);
        if (read <= 0) {
            throw new IOException("the file became shorter while it was read");
        }
        position += read;
        buffer.flip();
        return true;
    }
}
