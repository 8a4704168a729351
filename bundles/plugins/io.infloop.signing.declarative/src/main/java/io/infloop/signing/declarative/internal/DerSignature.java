package io.infloop.signing.declarative.internal;

import java.util.Arrays;

/** ECDSA signatures in DER, of which only the one canonical form is accepted. */
final class DerSignature {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;

    private final byte[] der;
    private int at;

    private DerSignature(byte[] der) {
        this.der = der;
    }

    /** The two numbers one after the other, each of {@code bytes} bytes; null if it is not canonical DER of two such numbers. */
    static byte[] toP1363(byte[] der, int bytes) {
        return new DerSignature(der).read(bytes);
    }

    private byte[] read(int bytes) {
        int length = header(SEQUENCE);
        if (length < 0 || at + length != der.length) {
            return null;
        }
        byte[] both = new byte[2 * bytes];
        return number(both, bytes) && number(both, 2 * bytes) && at == der.length ? both : null;
    }

    /** Puts the next number so that it ends before an index. */
    private boolean number(byte[] both, int end) {
        int length = header(INTEGER);
        if (length <= 0 || at + length > der.length || der[at] < 0) {
            return false;
        }
        int start = at;
        at += length;
        if (length > 1 && der[start] == 0) {
            // A zero in front is there only to keep the number positive.
            if (der[start + 1] >= 0) {
                return false;
            }
            start++;
            length--;
        }
        if (length > both.length / 2) {
            return false;
        }
        System.arraycopy(der, start, both, end - length, length);
        return true;
    }

    /** The length after a tag, or -1. */
    private int header(int tag) {
        if (at + 2 > der.length || (der[at] & 0xff) != tag) {
            return -1;
        }
        int length = der[at + 1] & 0xff;
        at += 2;
        if (length < 0x80) {
            return length;
        }
        // P-521 needs one byte more; anything longer is no signature.
        if (length != 0x81 || at >= der.length || (der[at] & 0xff) < 0x80) {
            return -1;
        }
        return der[at++] & 0xff;
    }

    /** Whether one of the two numbers is zero, which no signature has and some implementations took for any. */
    static boolean hasZero(byte[] p1363) {
        int half = p1363.length / 2;
        return isZero(Arrays.copyOfRange(p1363, 0, half)) || isZero(Arrays.copyOfRange(p1363, half, p1363.length));
    }

    private static boolean isZero(byte[] number) {
        for (byte b : number) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
