package io.infloop.spi.json;

import java.util.List;

/** JSON Pointers (RFC 6901), evaluated without a regular expression and without copies. */
public final class JsonPointer {
    /** Longest pointer that {@link #check} accepts, in characters. */
    public static final int MAX_LENGTH = 1_024;

    private static final int MAX_INDEX_DIGITS = 9;

    private JsonPointer() {}

    /**
     * Checks a pointer that a person wrote.
     *
     * @throws IllegalArgumentException if it does not begin with '/', is too long, or has a '~' that escapes nothing
     */
    public static void check(String pointer) {
        if (!pointer.startsWith("/")) {
            throw new IllegalArgumentException("a place in the body is a JSON Pointer and begins with '/': " + pointer);
        }
        if (pointer.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a JSON Pointer has at most " + MAX_LENGTH + " characters");
        }
        for (int tilde = pointer.indexOf('~'); tilde >= 0; tilde = pointer.indexOf('~', tilde + 1)) {
            char next = tilde + 1 < pointer.length() ? pointer.charAt(tilde + 1) : ' ';
            if (next != '0' && next != '1') {
                throw new IllegalArgumentException(
                        "in a JSON Pointer '~' is written ~0 and '/' within a name ~1: " + pointer);
            }
        }
    }

    /**
     * What a pointer points at; {@code null} when there is nothing, or JSON {@code null}.
     *
     * @param json a value of {@link Json}
     * @param pointer begins with '/'; the empty pointer is the value itself
     */
    public static Object find(Object json, String pointer) {
        Object value = json;
        int start = 1;
        while (value != null && start <= pointer.length()) {
            int slash = pointer.indexOf('/', start);
            int end = slash < 0 ? pointer.length() : slash;
            value = child(value, pointer, start, end);
            start = end + 1;
        }
        return value;
    }

    private static Object child(Object value, String pointer, int start, int end) {
        if (value instanceof JsonObject object) {
            return object.get(name(pointer, start, end));
        }
        if (value instanceof List<?> elements) {
            int index = index(pointer, start, end);
            return index >= 0 && index < elements.size() ? elements.get(index) : null;
        }
        return null;
    }

    private static String name(String pointer, int start, int end) {
        String name = pointer.substring(start, end);
        return name.indexOf('~') < 0 ? name : name.replace("~1", "/").replace("~0", "~");
    }

    /** The number, or -1 unless it is one as the pointer's grammar writes it: without sign and leading zeros. */
    private static int index(String pointer, int start, int end) {
        int length = end - start;
        if (length == 0 || length > MAX_INDEX_DIGITS || length > 1 && pointer.charAt(start) == '0') {
            return -1;
        }
        int index = 0;
        for (int i = start; i < end; i++) {
            char digit = pointer.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            index = index * 10 + digit - '0';
        }
        return index;
    }
}
