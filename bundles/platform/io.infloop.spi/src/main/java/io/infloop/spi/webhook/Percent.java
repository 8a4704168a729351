package io.infloop.spi.webhook;

import java.util.Arrays;

/** Percent escapes, byte by byte. What is no escape stays as it is. */
final class Percent {
    private Percent() {}

    static byte[] decode(byte[] text) {
        return decode(text, "");
    }

    /** @param only the characters whose escapes are decoded; empty for all */
    static byte[] decode(byte[] text, String only) {
        byte[] decoded = new byte[text.length];
        int length = 0;
        for (int i = 0; i < text.length; i++) {
            int code = text[i] == '%' && i + 2 < text.length ? digit(text[i + 1]) << 4 | digit(text[i + 2]) : -1;
            if (code >= 0 && (only.isEmpty() || only.indexOf(code) >= 0)) {
                decoded[length++] = (byte) code;
                i += 2;
            } else {
                decoded[length++] = text[i];
            }
        }
        return Arrays.copyOf(decoded, length);
    }

    /** Negative for what is no digit, so that the two of an escape are negative together. */
    private static int digit(byte character) {
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        int letter = character | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }
}
