package io.infloop.core.internal.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keyed code at the end of a line: HMAC-SHA-256 of its bytes up to {@code ,"mac":"}, in 43 characters of base64url. The bytes
 * themselves are what is sealed, so nothing depends on how somebody else would write the same JSON. Not thread-safe.
 */
final class Seal {
    static final int MAC_CHARACTERS = 43;
    private static final byte[] BEFORE_MAC = ascii(",\"mac\":\"");
    private static final byte[] AFTER_MAC = ascii("\"}");
    /** What stands behind the sealed bytes of a line, without the newline. */
    static final int TAIL_BYTES = BEFORE_MAC.length + MAC_CHARACTERS + AFTER_MAC.length;

    private static final byte[] LEGACY = ascii("legacy\n");
    private static final String ALGORITHM = "HmacSHA256";

    private final Mac mac;

    Seal(byte[] key) {
        try {
            this.mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no HMAC-SHA-256; use a complete Java 17 or newer", missing);
        }
    }

    /** The code of the bytes from {@code from} to the end. */
    String codeOf(byte[] bytes, int from, int length) {
        mac.update(bytes, from, length);
        return text(mac.doFinal());
    }

    /** The code by which a chain refers to a line of the time before there was one. Never equal to the code of a sealed line. */
    String codeOfLegacy(byte[] line) {
        mac.update(LEGACY);
        return text(mac.doFinal(line));
    }

    /** @return the tail of a line with this code, without the newline */
    static byte[] tail(String code) {
        return ascii(",\"mac\":\"" + code + "\"}");
    }

    /** A document that begins with these members, sealed; without newline. */
    byte[] seal(String members) {
        byte[] bytes = members.getBytes(StandardCharsets.UTF_8);
        byte[] tail = tail(codeOf(bytes, 0, bytes.length));
        byte[] sealed = Arrays.copyOf(bytes, bytes.length + tail.length);
        System.arraycopy(tail, 0, sealed, bytes.length, tail.length);
        return sealed;
    }

    /** The code that a line carries, right or wrong; empty if it has none. */
    static Optional<String> carried(byte[] line) {
        int sealed = line.length - TAIL_BYTES;
        if (sealed <= 0
                || !Arrays.equals(line, sealed, sealed + BEFORE_MAC.length, BEFORE_MAC, 0, BEFORE_MAC.length)
                || !Arrays.equals(line, line.length - AFTER_MAC.length, line.length, AFTER_MAC, 0, AFTER_MAC.length)) {
            return Optional.empty();
        }
        return Optional.of(new String(line, sealed + BEFORE_MAC.length, MAC_CHARACTERS, StandardCharsets.ISO_8859_1));
    }

    /** Whether the line, without its newline, is as it was sealed with this key. */
    boolean holds(byte[] line) {
        Optional<String> carried = carried(line);
        return carried.isPresent()
                && MessageDigest.isEqual(
                        carried.get().getBytes(StandardCharsets.ISO_8859_1),
                        ascii(codeOf(line, 0, line.length - TAIL_BYTES)));
    }

    private static String text(byte[] code) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
