package io.infloop.core.internal.egress;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Heads of HTTP/1 messages: start line and fields. */
final class Heads {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "proxy-authentication-info",
            "te",
            "upgrade");
    /** They decide where a message ends and whom it is for: a Connection field cannot take them away. */
    private static final Set<String> NEVER_DROPPED = Set.of("content-length", "transfer-encoding", "host");

    private Heads() {}

    /**
     * One field.
     *
     * @param name as it was written
     */
    record Field(String name, String value) {
        boolean is(String lowerCaseName) {
            return name.toLowerCase(Locale.ROOT).equals(lowerCaseName);
        }
    }

    /**
     * A head.
     *
     * @param start its first line
     */
    record Head(String start, List<Field> fields) {
        List<String> values(String lowerCaseName) {
            return fields.stream()
                    .filter(field -> field.is(lowerCaseName))
                    .map(Field::value)
                    .toList();
        }

        /** The fields that are meant for the next server too. */
        List<Field> endToEnd() {
            Set<String> named = values("connection").stream()
                    .flatMap(value -> Stream.of(value.split(",", -1)))
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .filter(name -> !NEVER_DROPPED.contains(name))
                    .collect(Collectors.toSet());
            return fields.stream()
                    .filter(field -> {
                        String name = field.name().toLowerCase(Locale.ROOT);
                        return !HOP_BY_HOP.contains(name) && !named.contains(name);
                    })
                    .toList();
        }
    }

    /** Position after the empty line that ends a head, or -1. */
    static int end(byte[] bytes, int from, int length) {
        for (int index = Math.max(3, from); index < length; index++) {
            if (bytes[index] == '\n'
                    && bytes[index - 1] == '\r'
                    && bytes[index - 2] == '\n'
                    && bytes[index - 3] == '\r') {
                return index + 1;
            }
        }
        return -1;
    }

    /** @param length of the head with its empty line */
    static Head parse(byte[] bytes, int length) throws MalformedRequestException {
        String text = new String(bytes, 0, length - 4, StandardCharsets.ISO_8859_1);
        String[] lines = text.split("\r\n", -1);
        List<Field> fields = new ArrayList<>(lines.length);
        for (String line : lines) {
            if (line.chars().anyMatch(character -> character < ' ' && character != '\t' || character == 127)) {
                throw new MalformedRequestException("the head of the request holds control characters");
            }
        }
        for (int index = 1; index < lines.length; index++) {
            int colon = lines[index].indexOf(':');
            if (colon < 1 || !TOKEN.matcher(lines[index].substring(0, colon)).matches()) {
                throw new MalformedRequestException("a header of the request has no valid name");
            }
            fields.add(new Field(
                    lines[index].substring(0, colon),
                    lines[index].substring(colon + 1).strip()));
        }
        return new Head(lines[0], fields);
    }

    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    static byte[] bytes(String start, List<Field> fields) {
        StringBuilder text = new StringBuilder(512).append(start).append("\r\n");
        fields.forEach(field ->
                text.append(field.name()).append(": ").append(field.value()).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
