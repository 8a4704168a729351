package io.infloop.core.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The platform's mappers: strict (no duplicates, nothing after the value), bounded in depth; thread-safe. */
public final class Jsons {
    private static final int MAX_STRING_LENGTH = 64 * 1024 * 1024;

    /** Compact output. */
    public static final ObjectMapper MAPPER = mapper().build();
    /** Two-space indent, for files that people edit. */
    public static final ObjectMapper PRETTY =
            mapper().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Jsons() {}

    private static JsonMapper.Builder mapper() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(Json.MAX_DEPTH)
                        .maxNumberLength(Json.MAX_NUMBER_LENGTH)
                        .maxStringLength(MAX_STRING_LENGTH)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return JsonMapper.builder(factory)
                .nodeFactory(new LongNodes())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /** @throws InfloopException with {@link ErrorCode#INVALID_JSON} */
    public static JsonNode parse(byte[] bytes) {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || node.isMissingNode()) {
                throw new InfloopException(ErrorCode.INVALID_JSON, "the body is empty; send a JSON document");
            }
            return node;
        } catch (IOException notJson) {
            throw new InfloopException(ErrorCode.INVALID_JSON, "not JSON: " + reason(notJson));
        }
    }

    /** Why Jackson refused a text, in one line that quotes nothing of it. */
    public static String reason(IOException exception) {
        if (exception instanceof StreamConstraintsException bound) {
            return exceeded(bound);
        }
        if (exception instanceof JsonProcessingException processing && processing.getLocation() != null) {
            return "malformed at line " + processing.getLocation().getLineNr() + ", column "
                    + processing.getLocation().getColumnNr();
        }
        return exception.getClass().getSimpleName();
    }

    /** Jackson tells the bounds apart in its message only, which also holds numbers of the text. */
    private static String exceeded(StreamConstraintsException bound) {
        String message = String.valueOf(bound.getOriginalMessage());
        if (message.contains("nesting depth")) {
            return "it nests deeper than " + Json.MAX_DEPTH;
        }
        if (message.startsWith("Number value length")) {
            return "it holds a number longer than " + Json.MAX_NUMBER_LENGTH + " characters";
        }
        if (message.startsWith("String value length")) {
            return "it holds a text longer than " + MAX_STRING_LENGTH + " characters";
        }
        if (message.startsWith("Name length")) {
            return "it holds a name longer than " + StreamReadConstraints.DEFAULT_MAX_NAME_LEN + " characters";
        }
        return "it is larger than the server reads";
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(plain(value));
        } catch (JsonProcessingException unwritable) {
            throw new IllegalArgumentException("not writable as JSON", unwritable);
        }
    }

    /** A tree as a value of the SPI. */
    public static Object value(JsonNode node) {
        return Json.copy(MAPPER.convertValue(node, Object.class));
    }

    /** An object tree as an object of the SPI. */
    public static JsonObject object(JsonNode node) {
        if (value(node) instanceof JsonObject object) {
            return object;
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    /** A value of the SPI as a tree. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(plain(value));
    }

    /** Turns {@link JsonObject}s into maps, so that Jackson can write them. */
    private static Object plain(Object value) {
        if (value instanceof JsonObject object) {
            return plain(object.asMap());
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, plain(element)));
            return copy;
        }
        if (value instanceof Iterable<?> elements && !(value instanceof JsonNode)) {
            java.util.List<Object> copy = new java.util.ArrayList<>();
            elements.forEach(element -> copy.add(plain(element)));
            return copy;
        }
        return value;
    }

    /** Integers are {@code long} whatever their size, so that equal numbers are equal nodes; beyond 64 bit they are big. */
    private static final class LongNodes extends JsonNodeFactory {
        private static final long serialVersionUID = 1L;

        @Override
        public NumericNode numberNode(int value) {
            return numberNode((long) value);
        }
    }
}
