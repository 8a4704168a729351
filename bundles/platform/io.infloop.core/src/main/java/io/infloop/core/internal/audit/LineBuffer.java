package io.infloop.core.internal.audit;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/** Collects lines for one write, each with its time and number in front. Not thread-safe. */
final class LineBuffer {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int KEPT_BYTES = 64 * 1024;

    private final Clock clock;
    private byte[] bytes = new byte[4096];
    private int length;
    /** Of {@link #head}; most lines share their millisecond with the one before. */
    private long headMillis = Long.MIN_VALUE;

    private byte[] head = new byte[0];

    LineBuffer(Clock clock) {
        this.clock = clock;
    }

    int length() {
        return length;
    }

    byte[] bytes() {
        return bytes;
    }

    /** @param rest of the line, from the comma before {@code type} to the newline */
    void add(long seq, byte[] rest) {
        long millis = clock.millis();
        if (millis != headMillis) {
            head = ("{\"ts\":\"" + TIME.format(Instant.ofEpochMilli(millis)) + "\",\"seq\":")
                    .getBytes(StandardCharsets.US_ASCII);
            headMillis = millis;
        }
        put(head);
        put(Long.toString(seq).getBytes(StandardCharsets.US_ASCII));
        put(rest);
    }

    /** Forgets the first {@code count} bytes. */
    void drop(int count) {
        System.arraycopy(bytes, count, bytes, 0, length - count);
        length -= count;
    }

    /** Forgets everything, and gives back what a large batch took. */
    void clear() {
        length = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[KEPT_BYTES];
        }
    }

    private void put(byte[] part) {
        if (bytes.length - length < part.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + part.length));
        }
        System.arraycopy(part, 0, bytes, length, part.length);
        length += part.length;
    }
}
