package io.infloop.rest.internal;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the query of a request; the first value of a name counts, broken escapes stay as they are. */
final class QueryString {
    /** Empty and repeated ones included; what comes after is not read. */
    private static final int MAX_FIELDS = 1_000;

    private QueryString() {}

    static Map<String, String> parse(String rawQuery) {
        Map<String, String> values = new LinkedHashMap<>();
        int start = 0;
        for (int field = 0; field < MAX_FIELDS && start < rawQuery.length(); field++) {
            int ampersand = rawQuery.indexOf('&', start);
            int end = ampersand < 0 ? rawQuery.length() : ampersand;
            String pair = rawQuery.substring(start, end);
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                values.putIfAbsent(name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
            start = end + 1;
        }
        return values;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            return text;
        }
    }
}
