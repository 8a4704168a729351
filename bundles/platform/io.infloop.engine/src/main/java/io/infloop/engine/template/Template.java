package io.infloop.engine.template;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A text with placeholders {@code {{path}}}, compiled once. A path is made of ASCII letters, digits, {@code _ . -}; its parts are
 * looked up from member to member, and by number in arrays. Anything else stays as it is; what is put in is not looked at again.
 * Absent and null values become empty and are reported. Structures become compact JSON. Immutable.
 */
public final class Template {
    /** A piece of literal text, or the path of a placeholder. */
    private record Part(String literal, String path, List<String> keys) {}

    /** Numbers with more digits before or after the point than this keep their exponent. */
    private static final int MAX_SCALE = 400;
    /** The longest text that comes out of a template, in characters. */
    private static final int MAX_RESOLVED = 64 * 1024 * 1024;

    private final String source;
    private final List<Part> parts;

    private Template(String source, List<Part> parts) {
        this.source = source;
        this.parts = List.copyOf(parts);
    }

    public static Template compile(String source) {
        List<Part> parts = new ArrayList<>();
        int literalStart = 0;
        int at = source.indexOf("{{");
        while (at >= 0) {
            int pathStart = skipSpace(source, at + 2);
            int pathEnd = pathStart;
            while (pathEnd < source.length() && isPathCharacter(source.charAt(pathEnd))) {
                pathEnd++;
            }
            int close = skipSpace(source, pathEnd);
            if (pathEnd > pathStart && source.startsWith("}}", close)) {
                if (at > literalStart) {
                    parts.add(new Part(source.substring(literalStart, at), "", List.of()));
                }
                String path = source.substring(pathStart, pathEnd);
                parts.add(new Part("", path, List.of(path.split("\\.", -1))));
                literalStart = close + 2;
                at = source.indexOf("{{", literalStart);
            } else {
                at = source.indexOf("{{", at + 1);
            }
        }
        if (literalStart < source.length()) {
            parts.add(new Part(source.substring(literalStart), "", List.of()));
        }
        return new Template(source, parts);
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isPathCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '.'
                || c == '-';
    }

    public String source() {
        return source;
    }

    /** True when there is nothing to resolve. */
    public boolean isLiteral() {
        return parts.stream().allMatch(part -> part.keys().isEmpty());
    }

    /** The paths of the placeholders in order. */
    public List<String> paths() {
        return parts.stream()
                .filter(part -> !part.keys().isEmpty())
                .map(Part::path)
                .toList();
    }

    /**
     * @param scope values of {@link Json}
     * @param missing told the whole path of each placeholder without a value
     * @throws IllegalArgumentException if the text would be longer than 64 Mi characters
     */
    public String resolve(Map<String, ?> scope, Consumer<String> missing) {
        if (parts.size() == 1 && parts.get(0).keys().isEmpty()) {
            return source;
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (part.keys().isEmpty()) {
                text.append(part.literal());
            } else {
                Object value = lookUp(scope, part.keys());
                if (value == null) {
                    missing.accept(part.path());
                } else {
                    text.append(text(value));
                }
            }
            if (text.length() > MAX_RESOLVED) {
                throw new IllegalArgumentException("the text would be longer than " + MAX_RESOLVED
                        + " characters; refer to less in its placeholders");
            }
        }
        return text.toString();
    }

    private static Object lookUp(Map<String, ?> scope, List<String> keys) {
        Object value = scope;
        for (String key : keys) {
            if (value instanceof JsonObject object) {
                value = object.get(key);
            } else if (value instanceof Map<?, ?> map) {
                value = map.get(key);
            } else if (value instanceof List<?> elements) {
                value = element(elements, key);
            } else {
                return null;
            }
        }
        return value;
    }

    private static Object element(List<?> elements, String key) {
        if (key.isEmpty() || key.length() > 9 || !key.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        int index = Integer.parseInt(key);
        return index < elements.size() ? elements.get(index) : null;
    }

    /** A value as text: strings as they are, numbers as {@link Json} writes them, structures as compact JSON. */
    public static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        // 1e999999999 is a short number and a very long plain text.
        if (value instanceof BigDecimal decimal && Math.abs((long) decimal.scale()) <= MAX_SCALE) {
            return decimal.toPlainString();
        }
        return Json.write(value);
    }
}
