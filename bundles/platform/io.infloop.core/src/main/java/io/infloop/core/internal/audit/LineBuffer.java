package io.infloop.core.internal.audit;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/** Collects lines for one write, each with its time and number in front and sealed behind. Not thread-safe. */
final class LineBuffer {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int KEPT_BYTES = 64 * 1024;
    /** Time, number and reference to the line before. */
    private static final int FRONT_BOUND = 128;
    /** With which the rest of a line ends; the code comes before it. */
    private static final byte[] END = {'}', '\n'};

    private static final byte[] NEWLINE = {'\n'};

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

    /**
     * Adds a line with its time, number, reference to the line before and code.
     *
     * @param rest of the line, from the comma before {@code type} to the newline
     * @return what the next line refers to
     */
    Link add(Link previous, byte[] rest, Seal seal) {
        long millis = clock.millis();
        if (millis != headMillis) {
            head = ("{\"ts\":\"" + TIME.format(Instant.ofEpochMilli(millis)) + "\",\"seq\":")
                    .getBytes(StandardCharsets.US_ASCII);
            headMillis = millis;
        }
        int start = length;
        long seq = previous.seq() + 1;
        put(head, head.length);
        put(seq + ",\"prev\":\"" + previous.mac() + "\"");
        put(rest, rest.length - END.length);
        String code = seal.codeOf(bytes, start, length - start);
        put(Seal.tail(code), Seal.TAIL_BYTES);
        put(NEWLINE, NEWLINE.length);
        return new Link(seq, code);
    }

    /** No line with this rest is longer. */
    static int bound(byte[] rest) {
        return FRONT_BOUND + rest.length + Seal.TAIL_BYTES;
    }

    /** Forgets everything, and gives back what a large batch took. */
    void clear() {
        length = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[KEPT_BYTES];
        }
    }

    private void put(String ascii) {
        byte[] part = ascii.getBytes(StandardCharsets.US_ASCII);
        put(part, part.length);
    }

    private void put(byte[] part, int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
        System.arraycopy(part, 0, bytes, length, count);
        length += count;
    }
}
