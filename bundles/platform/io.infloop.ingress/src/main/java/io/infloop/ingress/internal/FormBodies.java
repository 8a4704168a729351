package io.infloop.ingress.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code application/x-www-form-urlencoded} text: the last value wins, broken escapes stay as they are. */
final class FormBodies {
    /** Enough for any sender, empty ones included; what comes after is not read. */
    private static final int MAX_FIELDS = 1_000;

    private FormBodies() {}

    static Map<String, Object> parse(String text) {
        Map<String, Object> fields = new LinkedHashMap<>();
        int start = 0;
        // Empty fields and repeated names count too: the text is the sender's.
        for (int field = 0; field < MAX_FIELDS && start < text.length(); field++) {
            int end = indexOf(text, '&', start, text.length());
            if (end > start) {
                int equals = indexOf(text, '=', start, end);
                fields.put(
                        decode(text.substring(start, equals)), decode(text.substring(Math.min(equals + 1, end), end)));
            }
            start = end + 1;
        }
        return fields;
    }

    /** @return {@code end} if it is not there; nothing beyond is looked at */
    private static int indexOf(String text, char wanted, int start, int end) {
        int index = start;
        while (index < end && text.charAt(index) != wanted) {
            index++;
        }
        return index;
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text.replace('+', ' ');
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (bytes[i] == '%' && high >= 0 && low >= 0) {
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(bytes[i] == '+' ? ' ' : bytes[i]);
            }
        }
        return decoded.toString(StandardCharsets.UTF_8);
    }
}
