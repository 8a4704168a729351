package io.infloop.core.internal.process;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Turns bytes into lines, which end at {@code \n} and nowhere else; one that is too long goes on in pieces. Characters that are split
 * between two reads stay whole. Not thread-safe.
 */
final class LineSplitter {
    private final int maxLineBytes;
    private final Consumer<String> consumer;
    private byte[] pending = new byte[256];
    private int size;

    LineSplitter(int maxLineBytes, Consumer<String> consumer) {
        this.maxLineBytes = maxLineBytes;
        this.consumer = consumer;
    }

    void add(byte[] bytes, int length) {
        int from = 0;
        for (int index = 0; index < length; index++) {
            if (bytes[index] == '\n') {
                append(bytes, from, index + 1);
                emit(size);
                from = index + 1;
            }
        }
        append(bytes, from, length);
    }

    /** The last line, if it had no newline. */
    void finish() {
        emit(size);
    }

    private void append(byte[] bytes, int from, int to) {
        int position = from;
        while (position < to) {
            if (size >= maxLineBytes) {
                emit(size - Utf8.incompleteAtEnd(pending, size));
            }
            int count = Math.min(to - position, maxLineBytes - size);
            if (size + count > pending.length) {
                pending = Arrays.copyOf(pending, Math.min(maxLineBytes, Math.max(size + count, pending.length * 2)));
            }
            System.arraycopy(bytes, position, pending, size, count);
            size += count;
            position += count;
        }
    }

    private void emit(int end) {
        if (end == 0) {
            return;
        }
        consumer.accept(new String(pending, 0, end, StandardCharsets.UTF_8));
        System.arraycopy(pending, end, pending, 0, size - end);
        size -= end;
        if (size == 0 && pending.length > 64 * 1024) {
            pending = new byte[256];
        }
    }
}
