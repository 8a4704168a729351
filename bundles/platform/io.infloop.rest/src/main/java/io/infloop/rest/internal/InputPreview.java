package io.infloop.rest.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/** Inputs for a list: long texts are cut, and what does not fit is left out. A list is to be short, whatever waits in it. */
final class InputPreview {
    private static final int MAX_TEXT_LENGTH = 1_024;
    private static final int MAX_NAME_LENGTH = 128;
    /** Per item, in characters of JSON. */
    private static final int MAX_ITEM_LENGTH = 8 * 1_024;
    /** Of all items together. */
    private static final int MAX_TOTAL_LENGTH = 1024 * 1024;

    private int left = MAX_TOTAL_LENGTH;

    /** @param truncated whether anything was cut or left out */
    record Shown(JsonObject inputs, boolean truncated) {}

    Shown of(Map<String, Object> inputs) {
        int room = Math.min(left, MAX_ITEM_LENGTH);
        int used = 2;
        boolean truncated = false;
        Map<String, Object> shown = new LinkedHashMap<>();
        for (Map.Entry<String, Object> input : inputs.entrySet()) {
            if (used >= room) {
                truncated = true;
                break;
            }
            Object value = shortened(input.getValue());
            truncated |= value != input.getValue();
            int length = input.getKey().length() > MAX_NAME_LENGTH
                    ? room
                    : Json.write(input.getKey()).length() + Json.write(value).length() + 2;
            if (used + length > room) {
                truncated = true;
            } else {
                used += length;
                shown.put(input.getKey(), value);
            }
        }
        left -= used;
        return new Shown(JsonObject.of(shown), truncated);
    }

    /** The value itself if it is short. */
    private static Object shortened(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof String text) {
            return text.length() <= MAX_TEXT_LENGTH ? value : cut(text);
        }
        String json = Json.write(value);
        return json.length() <= MAX_TEXT_LENGTH ? value : cut(json);
    }

    private static String cut(String text) {
        int end = Character.isHighSurrogate(text.charAt(MAX_TEXT_LENGTH - 1)) ? MAX_TEXT_LENGTH - 1 : MAX_TEXT_LENGTH;
        return text.substring(0, end) + "…";
    }
}
