package io.infloop.core.internal.process;

/** Where UTF-8 may be cut. */
final class Utf8 {
    private Utf8() {}

    /** How many bytes before {@code end} begin a character that is not complete there; 0 to 3. */
    static int incompleteAtEnd(byte[] bytes, int end) {
        for (int back = 1; back <= Math.min(3, end); back++) {
            int unit = bytes[end - back] & 0xff;
            if (unit < 0x80) {
                return 0;
            }
            if (unit >= 0xc0) {
                int length = unit >= 0xf0 ? 4 : unit >= 0xe0 ? 3 : 2;
                return length > back ? back : 0;
            }
        }
        return 0;
    }

    /** How many bytes at the start belong to a character that began earlier; 0 to 3. */
    static int continuationAtStart(byte[] bytes) {
        int count = 0;
        while (count < Math.min(3, bytes.length) && (bytes[count] & 0xc0) == 0x80) {
            count++;
        }
        return count;
    }
}
