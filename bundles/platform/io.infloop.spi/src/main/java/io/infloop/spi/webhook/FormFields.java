package io.infloop.spi.webhook;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The fields of a query or of a form, decoded, in the order received, repetitions kept. Immutable. */
public final class FormFields {
    /** More fields than any sender has; with more there is nothing to read. */
    public static final int MAX_FIELDS = 1_000;

    public static final FormFields EMPTY = new FormFields(List.of());

    private final List<Field> fields;

    /** One field. */
    public record Field(String name, String value) {}

    private FormFields(List<Field> fields) {
        this.fields = List.copyOf(fields);
    }

    public static FormFields of(List<Field> fields) {
        return fields.size() > MAX_FIELDS ? EMPTY : new FormFields(fields);
    }

    /**
     * Reads {@code application/x-www-form-urlencoded} text. Escapes that are broken stay as they are. With more than
     * {@value #MAX_FIELDS} fields the result is empty: part of a form must not be taken for the whole.
     */
    public static FormFields urlEncoded(String text) {
        if (text.isEmpty()) {
            return EMPTY;
        }
        List<Field> fields = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int ampersand = text.indexOf('&', start);
            int end = ampersand < 0 ? text.length() : ampersand;
            if (end > start) {
                if (fields.size() == MAX_FIELDS) {
                    return EMPTY;
                }
                String field = text.substring(start, end);
                int equals = field.indexOf('=');
                fields.add(
                        equals < 0
                                ? new Field(decoded(field), "")
                                : new Field(decoded(field.substring(0, equals)), decoded(field.substring(equals + 1))));
            }
            start = end + 1;
        }
        return new FormFields(fields);
    }

    public List<Field> all() {
        return fields;
    }

    /** Every value of that name in order; empty when there is none. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(1);
        for (Field field : fields) {
            if (field.name().equals(name)) {
                values.add(field.value());
            }
        }
        return values;
    }

    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text.replace('+', ' ');
        }
        return new String(
                Percent.decode(text.replace('+', ' ').getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
