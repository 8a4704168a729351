package io.infloop.store.internal;

import io.infloop.spi.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Members of a document by type. One that is absent or null counts as absent; one of another type makes the file unusable. */
final class Members {
    private Members() {}

    static String required(JsonObject raw, String name) throws RefusedFileException {
        return text(raw, name)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new RefusedFileException("it has no \"" + name + "\""));
    }

    static Optional<String> text(JsonObject raw, String name) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw new RefusedFileException("its \"" + name + "\" is not a string");
    }

    static boolean flag(JsonObject raw, String name, boolean absent) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new RefusedFileException("its \"" + name + "\" is neither true nor false");
    }

    static OptionalLong time(JsonObject raw, String name) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof Number number) {
            return OptionalLong.of(number.longValue());
        }
        throw new RefusedFileException("its \"" + name + "\" is not a number");
    }

    static OptionalInt integer(JsonObject raw, String name, int min, int max) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return OptionalInt.empty();
        }
        if (value instanceof Number number
                && number.doubleValue() == number.longValue()
                && number.longValue() >= min
                && number.longValue() <= max) {
            return OptionalInt.of(number.intValue());
        }
        throw new RefusedFileException("its \"" + name + "\" is not a whole number from " + min + " to " + max);
    }

    static Optional<JsonObject> object(JsonObject raw, String name) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof JsonObject object) {
            return Optional.of(object);
        }
        throw new RefusedFileException("its \"" + name + "\" is not an object");
    }

    static List<Object> array(JsonObject raw, String name, int max) throws RefusedFileException {
        if (raw.get(name) == null) {
            return List.of();
        }
        List<Object> elements =
                raw.array(name).orElseThrow(() -> new RefusedFileException("its \"" + name + "\" is not an array"));
        if (elements.size() > max) {
            throw new RefusedFileException("its \"" + name + "\" has more than " + max + " elements");
        }
        return elements;
    }

    static Map<String, String> texts(JsonObject raw, String name) throws RefusedFileException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, Object> member :
                object(raw, name).orElse(JsonObject.EMPTY).asMap().entrySet()) {
            if (!(member.getValue() instanceof String text)) {
                throw new RefusedFileException("an element of \"" + name + "\" is not a string");
            }
            texts.put(member.getKey(), text);
        }
        return texts;
    }
}
