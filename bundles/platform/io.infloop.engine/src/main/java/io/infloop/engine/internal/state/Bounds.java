package io.infloop.engine.internal.state;

import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps values within bounds, visibly: what is left out is said where it was. */
public final class Bounds {
    /** A text among a node's outputs, in characters. */
    public static final int OUTPUT_TEXT = 8 * 1024 * 1024;
    /** A text in an event. */
    public static final int EVENT_TEXT = 256 * 1024;
    /** A text of a configuration in an event. */
    public static final int CONFIG_TEXT = 64 * 1024;
    /** How deep outputs nest; they end up some levels deep in records, which have a limit of their own. */
    private static final int MAX_DEPTH = 100;
    /** Members and elements of one value, all levels together. */
    private static final int MAX_VALUES = 200_000;
    /** Texts of one value together; beyond it only the beginnings and ends of texts are kept. */
    private static final int MAX_TOTAL_TEXT = 32 * 1024 * 1024;
    /** What is kept of a text when nothing more has room. */
    private static final int MIN_TEXT = 200;

    private final int maxText;
    private int room = MAX_TOTAL_TEXT;
    private int values;

    private Bounds(int maxText) {
        this.maxText = maxText;
    }

    /** The object itself if it is within the bounds. */
    public static JsonObject object(JsonObject object, int maxText) {
        return (JsonObject) new Bounds(maxText).value(object, 0);
    }

    /** A text with its middle replaced by a mark if it is longer than {@code max} characters. */
    public static String text(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int half = max / 2;
        int headEnd = Character.isHighSurrogate(text.charAt(half - 1)) ? half - 1 : half;
        int tailStart = text.length() - half;
        if (Character.isLowSurrogate(text.charAt(tailStart))) {
            tailStart++;
        }
        return text.substring(0, headEnd) + "\n[… " + (tailStart - headEnd) + " characters left out …]\n"
                + text.substring(tailStart);
    }

    private Object value(Object value, int depth) {
        if (value instanceof String text) {
            String bounded = text(text, Math.max(MIN_TEXT, Math.min(maxText, room)));
            room -= Math.min(room, bounded.length());
            return bounded;
        }
        if (value instanceof JsonObject object) {
            return depth >= MAX_DEPTH ? tooDeep() : members(object, depth);
        }
        if (value instanceof List<?> elements) {
            return depth >= MAX_DEPTH ? tooDeep() : elements(elements, depth);
        }
        return value;
    }

    private static String tooDeep() {
        return "[… left out: nests deeper than " + MAX_DEPTH + " …]";
    }

    private JsonObject members(JsonObject object, int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        boolean same = true;
        for (Map.Entry<String, Object> member : object.asMap().entrySet()) {
            if (++values > MAX_VALUES) {
                members.put("…", "[… further members left out …]");
                same = false;
                break;
            }
            Object bounded = value(member.getValue(), depth + 1);
            same &= bounded == member.getValue();
            members.put(member.getKey(), bounded);
        }
        return same ? object : JsonObject.of(members);
    }

    private List<?> elements(List<?> elements, int depth) {
        List<Object> kept = new ArrayList<>();
        boolean same = true;
        for (Object element : elements) {
            if (++values > MAX_VALUES) {
                kept.add("[… further elements left out …]");
                same = false;
                break;
            }
            Object bounded = value(element, depth + 1);
            same &= bounded == element;
            kept.add(bounded);
        }
        return same ? elements : kept;
    }
}
