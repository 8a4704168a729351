package io.infloop.ingress.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.infloop.core.json.Jsons;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;
    private static final int GUESSED_BY = 4;

    private SelectiveJson() {}

    /**
     * @return {@code null} for JSON {@code null}
     * @throws IOException if {@code bytes} are not exactly one JSON value within the bounds
     */
    static Object read(byte[] bytes, WantedPaths wanted) throws IOException {
        // Jackson's own search for duplicates costs as much as all of the parsing; ours looks only where it matters.
        try (JsonParser parser = parser(bytes).disable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)) {
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

    /**
     * Given bytes, Jackson guesses their charset and takes for names in UTF-8 what is none. Signatures and ids are read from the text,
     * and must not say something else: so it gets bytes only where they are the same in every charset, which is nearly always.
     */
    private static JsonParser parser(byte[] bytes) throws IOException {
        if (isPlain(bytes)) {
            return Jsons.MAPPER.createParser(bytes);
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        return Jsons.MAPPER.createParser(text.startsWith("\ufeff") ? text.substring(1) : text);
    }

    /** Whether all of it is ASCII, and its beginning no sign of another charset. */
    private static boolean isPlain(byte[] bytes) {
        for (int i = 0; i < Math.min(bytes.length, GUESSED_BY); i++) {
            if (bytes[i] == 0) {
                return false;
            }
        }
        int i = 0;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            if (((long) EIGHT.get(bytes, i) & NOT_ASCII) != 0) {
                return false;
            }
        }
        for (; i < bytes.length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
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
