package io.infloop.signing.declarative.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** How bytes are written in a header. Only the one canonical form of the bytes is accepted. */
enum SignatureEncoding {
    HEX_LOWER {
        @Override
        byte[] decode(String text, int from, int length) {
            return hex(text, from, length, false);
        }
    },
    HEX_ANY {
        @Override
        byte[] decode(String text, int from, int length) {
            return hex(text, from, length, true);
        }
    },
    BASE64 {
        @Override
        byte[] decode(String text, int from, int length) {
            return canonical(text.substring(from), length, Base64.getDecoder(), Base64.getEncoder());
        }
    },
    /** As senders write it: without padding. */
    BASE64URL {
        @Override
        byte[] decode(String text, int from, int length) {
            return canonical(
                    text.substring(from),
                    length,
                    Base64.getUrlDecoder(),
                    Base64.getUrlEncoder().withoutPadding());
        }
    };

    /** The bytes, or null unless the rest of {@code text} is exactly {@code length} bytes in canonical form. */
    abstract byte[] decode(String text, int from, int length);

    private static byte[] hex(String text, int from, int length, boolean upperCase) {
        if (text.length() - from != 2 * length) {
            return null;
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            int high = digit(text.charAt(from + 2 * i), upperCase);
            int low = digit(text.charAt(from + 2 * i + 1), upperCase);
            if (high < 0 || low < 0) {
                return null;
            }
            bytes[i] = (byte) (high << 4 | low);
        }
        return bytes;
    }

    private static int digit(char c, boolean upperCase) {
        return HexFormat.isHexDigit(c) && (upperCase || c < 'A' || c > 'F') ? HexFormat.fromHexDigit(c) : -1;
    }

    private static byte[] canonical(String text, int length, Base64.Decoder decoder, Base64.Encoder encoder) {
        if (text.length() > 2 * length) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = decoder.decode(text);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        // The decoder takes missing padding and stray bits at the end; what was sent must be what the bytes encode to.
        byte[] again = encoder.encode(bytes);
        return bytes.length == length && Arrays.equals(again, text.getBytes(StandardCharsets.UTF_8)) ? bytes : null;
    }
}
