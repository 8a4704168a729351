package io.infloop.ingress.internal;

/**
 * Finds bytes in bytes, in time linear in both (Knuth, Morris, Pratt): sought and searched are both a stranger's, and comparing at each
 * place would take ten seconds for a megabyte of the same letter.
 */
final class ByteSearch {
    private final byte[] sought;
    /** At each place the length of the longest beginning of {@code sought} that ends there, itself left out. */
    private final int[] borders;

    /** @param sought at least one byte; not copied */
    ByteSearch(byte[] sought) {
        this.sought = sought;
        this.borders = new int[sought.length];
        int length = 0;
        for (int i = 1; i < sought.length; i++) {
            length = matched(length, sought[i]);
            borders[i] = length;
        }
    }

    /** @return where it begins at or after {@code from}; -1 if it does not */
    int find(byte[] bytes, int from) {
        int length = 0;
        for (int i = from; i < bytes.length; i++) {
            length = matched(length, bytes[i]);
            if (length == sought.length) {
                return i - length + 1;
            }
        }
        return -1;
    }

    /** How much is matched after one more byte. @param length of what was matched before it, less than all */
    private int matched(int length, byte next) {
        int kept = length;
        while (kept > 0 && sought[kept] != next) {
            kept = borders[kept - 1];
        }
        return sought[kept] == next ? kept + 1 : kept;
    }
}
