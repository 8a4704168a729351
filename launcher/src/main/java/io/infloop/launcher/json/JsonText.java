package io.infloop.launcher.json;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads and writes JSON text. */
public final class JsonText {
    private JsonText() {}

    /** @throws IOException if the text is not one JSON object */
    public static JsonObject object(String text) throws IOException {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        } catch (JsonException | IllegalStateException notAnObject) {
            throw new IOException("not a JSON object: " + notAnObject.getMessage(), notAnObject);
        }
    }

    /** With line breaks and indentation, for people. */
    public static String pretty(JsonObject object) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                .createWriter(text)) {
            writer.write(object);
        }
        return text.toString().strip();
    }

    /** The text of a string, number or boolean member; empty when it is absent, null or a structure. */
    public static Optional<String> text(JsonObject object, String name) {
        JsonValue value = object.get(name);
        if (value instanceof JsonString string) {
            return Optional.of(string.getString());
        }
        if (value instanceof JsonNumber number) {
            return Optional.of(number.toString());
        }
        if (value == JsonValue.TRUE || value == JsonValue.FALSE) {
            return Optional.of(value.toString());
        }
        return Optional.empty();
    }

    /** An object member; the empty object when it is absent or something else. */
    public static JsonObject child(JsonObject object, String name) {
        return object.get(name) instanceof JsonObject child ? child : JsonValue.EMPTY_JSON_OBJECT;
    }

    /** The objects of an array member; empty when it is absent or something else. */
    public static List<JsonObject> children(JsonObject object, String name) {
        return object.get(name) instanceof jakarta.json.JsonArray array
                ? array.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .toList()
                : List.of();
    }
}
