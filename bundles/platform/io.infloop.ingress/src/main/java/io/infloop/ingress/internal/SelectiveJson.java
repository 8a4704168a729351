package io.infloop.ingress.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.infloop.core.json.Jsons;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads of a JSON document what is wanted. The whole document must be JSON, but only the wanted places become values: a delivery
 * has hundreds of members, and a trigger looks at three. Names that occur twice are refused wherever we look.
 */
final class SelectiveJson {
    private SelectiveJson() {}

    /**
     * @return {@code null} for JSON {@code null}
     * @throws IOException if {@code bytes} are not exactly one JSON value within the bounds
     */
    static Object read(byte[] bytes, WantedPaths wanted) throws IOException {
        // Jackson's own search for duplicates costs as much as all of the parsing; ours looks only where it matters.
        try (JsonParser parser =
                Jsons.MAPPER.createParser(bytes).disable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)) {
            if (parser.nextToken() == null) {
                throw new IOException("there is no value");
            }
            Object value = value(parser, Optional.of(wanted).filter(paths -> !paths.isWhole()));
            if (parser.nextToken() != null) {
                throw new IOException("something follows the value");
            }
            return value;
        }
    }

    /** @param wanted the wanted names; empty for all */
    private static Object value(JsonParser parser, Optional<WantedPaths> wanted) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return members(parser, wanted);
        }
        if (token == JsonToken.START_ARRAY) {
            // Elements are wanted by number, and rarely: arrays are read whole.
            List<Object> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(parser, Optional.empty()));
            }
            return elements;
        }
        return scalar(parser, token);
    }

    private static Map<String, Object> members(JsonParser parser, Optional<WantedPaths> wanted) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        for (String next = parser.nextFieldName(); next != null; next = parser.nextFieldName()) {
            String name = next;
            parser.nextToken();
            Optional<WantedPaths> below = wanted.flatMap(paths -> paths.child(name));
            if (wanted.isPresent() && below.isEmpty()) {
                parser.skipChildren();
            } else if (members.containsKey(name)) {
                throw new IOException("a name occurs twice");
            } else {
                members.put(name, value(parser, below.filter(paths -> !paths.isWhole())));
            }
        }
        return members;
    }

    private static Object scalar(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return parser.getNumberValue();
        }
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            double number = parser.getDoubleValue();
            if (!Double.isFinite(number)) {
                throw new IOException("a number is out of range");
            }
            return number;
        }
        return token == JsonToken.VALUE_NULL ? null : (Object) parser.getBooleanValue();
    }
}
