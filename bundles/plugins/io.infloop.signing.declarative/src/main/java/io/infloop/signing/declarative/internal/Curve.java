package io.infloop.signing.declarative.internal;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** NIST's curves, with what stands before a bare point to make a key of it that the JDK reads (X.509 SubjectPublicKeyInfo). */
enum Curve {
    P256("P-256", 32, "3059301306072a8648ce3d020106082a8648ce3d030107034200"),
    P384("P-384", 48, "3076301006072a8648ce3d020106052b81040022036200"),
    P521("P-521", 66, "30819b301006072a8648ce3d020106052b8104002303818600");

    private final String id;
    private final int bytes;
    private final byte[] header;

    Curve(String id, int bytes, String header) {
        this.id = id;
        this.bytes = bytes;
        this.header = HexFormat.of().parseHex(header);
    }

    static Optional<Curve> of(String id) {
        return Arrays.stream(values()).filter(curve -> curve.id.equals(id)).findFirst();
    }

    /** Length of a number on the curve. */
    int bytes() {
        return bytes;
    }

    /** An uncompressed point as X.509; null if it is none of this curve's length. */
    byte[] x509(byte[] point) {
        return point.length == 2 * bytes + 1 && point[0] == 4 ? joined(header, point) : null;
    }

    static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
