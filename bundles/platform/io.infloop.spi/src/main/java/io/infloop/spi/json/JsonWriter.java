package io.infloop.spi.json;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;

/** Writes JSON values; see {@link Json#write}. */
final class JsonWriter {
    private static final double SMALLEST_PLAIN = 1e-6;
    private static final double FIRST_NOT_PLAIN = 1e21;

    private final StringBuilder out = new StringBuilder();

    private JsonWriter() {}

    static String write(Object value) {
        JsonWriter writer = new JsonWriter();
        writer.value(Json.copy(value), 0);
        return writer.out.toString();
    }

    private void value(Object value, int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw new IllegalArgumentException("JSON nests deeper than " + Json.MAX_DEPTH);
        }
        if (value instanceof String text) {
            string(text);
        } else if (value instanceof JsonObject object) {
            object(object, depth);
        } else if (value instanceof Iterable<?> elements) {
            array(elements, depth);
        } else if (value instanceof Double real) {
            out.append(number(real));
        } else {
            out.append(value);
        }
    }

    /** A finite number as the JSON libraries of the browsers' world print it: with an exponent only when it is very large or small. */
    private static String number(double real) {
        if (real == Math.rint(real) && Math.abs(real) < 1e15) {
            return Long.toString((long) real);
        }
        BigDecimal decimal = new BigDecimal(Double.toString(real)).stripTrailingZeros();
        double size = Math.abs(real);
        if (size >= SMALLEST_PLAIN && size < FIRST_NOT_PLAIN) {
            return decimal.toPlainString();
        }
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = decimal.precision() - decimal.scale() - 1;
        return (real < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e" : "e+")
                + exponent;
    }

    private void object(JsonObject object, int depth) {
        out.append('{');
        Iterator<Map.Entry<String, Object>> entries = object.asMap().entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Object> entry = entries.next();
            string(entry.getKey());
            out.append(':');
            value(entry.getValue(), depth + 1);
            if (entries.hasNext()) {
                out.append(',');
            }
        }
        out.append('}');
    }

    private void array(Iterable<?> elements, int depth) {
        out.append('[');
        Iterator<?> iterator = elements.iterator();
        while (iterator.hasNext()) {
            value(iterator.next(), depth + 1);
            if (iterator.hasNext()) {
                out.append(',');
            }
        }
        out.append(']');
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    // U+2028 and U+2029 would end a line for some readers of line-delimited JSON; lone surrogates have
                    // no UTF-8 form.
                    if (c < 0x20 || c == '\u2028' || c == '\u2029' || isLoneSurrogate(text, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
