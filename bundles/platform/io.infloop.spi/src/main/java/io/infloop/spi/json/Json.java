package io.infloop.spi.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) as plain values: {@code null}, {@link Boolean}, {@link String}, {@link Long} or {@link BigInteger} for integers,
 * {@link Double} or {@link BigDecimal} for other numbers, {@link List} and {@link JsonObject}. Parsed structures are immutable.
 *
 * <p>The parser is strict (no comments, no trailing commas, no duplicate names, nothing after the value) and bounded: nesting
 * deeper than {@value #MAX_DEPTH} and numbers longer than {@value #MAX_NUMBER_LENGTH} characters are refused.
 */
public final class Json {
    /** Deepest nesting of arrays and objects that is accepted or written. */
    public static final int MAX_DEPTH = 200;
    /** Longest number literal that is accepted, in characters. */
    public static final int MAX_NUMBER_LENGTH = 400;

    private Json() {}

    /**
     * Parses one JSON value.
     *
     * @throws JsonParseException if {@code text} is not exactly one JSON value within the bounds
     */
    public static Object parse(String text) {
        return new JsonReader(text).document();
    }

    /**
     * Parses one JSON object.
     *
     * @throws JsonParseException if {@code text} is not exactly one JSON object within the bounds
     */
    public static JsonObject parseObject(String text) {
        if (parse(text) instanceof JsonObject object) {
            return object;
        }
        throw new JsonParseException("expected an object", 0);
    }

    /**
     * Writes a value on one line without spaces.
     *
     * @throws IllegalArgumentException if it contains something that is not a JSON value, a number that is not finite, or nests
     *     too deeply
     */
    public static String write(Object value) {
        return JsonWriter.write(value);
    }

    /**
     * An immutable copy of a value made of JDK types, with every {@link Map} turned into a {@link JsonObject}.
     *
     * @throws IllegalArgumentException if it contains something that is not a JSON value, or nests too deeply
     */
    public static Object copy(Object value) {
        return copy(value, 0);
    }

    static Object copy(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("JSON nests deeper than " + MAX_DEPTH);
        }
        if (value == null || value instanceof String || value instanceof Boolean || value instanceof JsonObject) {
            return value;
        }
        if (value instanceof Number number) {
            return number(number);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> {
                if (!(key instanceof String name)) {
                    throw new IllegalArgumentException("JSON names must be strings");
                }
                copy.put(name, copy(element, depth + 1));
            });
            return JsonObject.wrap(copy);
        }
        if (value instanceof Iterable<?> elements) {
            List<Object> copy = new ArrayList<>();
            elements.forEach(element -> copy.add(copy(element, depth + 1)));
            return Collections.unmodifiableList(copy);
        }
        if (value instanceof Object[] elements) {
            return copy(Arrays.asList(elements), depth);
        }
        throw new IllegalArgumentException(
                "not a JSON value: " + value.getClass().getName());
    }

    private static Number number(Number number) {
        if (number instanceof Integer || number instanceof Short || number instanceof Byte) {
            return number.longValue();
        }
        if (number instanceof Float) {
            return number(Double.valueOf(number.toString()));
        }
        if (number instanceof Double real) {
            if (!Double.isFinite(real)) {
                throw new IllegalArgumentException("JSON has no " + real);
            }
            return real;
        }
        if (number instanceof Long || number instanceof BigInteger || number instanceof BigDecimal) {
            return number;
        }
        throw new IllegalArgumentException(
                "not a JSON number: " + number.getClass().getName());
    }
}
