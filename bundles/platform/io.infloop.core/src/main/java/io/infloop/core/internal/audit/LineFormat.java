package io.infloop.core.internal.audit;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.Redactor;
import io.infloop.core.json.Jsons;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes the part of a line that its caller knows; without secrets, without line breaks and bounded. Thread-safe. */
final class LineFormat {
    private static final int MAX_TEXT = 4096;
    private static final int MAX_LINE_TEXT = 64 * 1024;
    private static final int MAX_ELEMENTS = 256;
    private static final int MAX_DEPTH = 4;
    /** What a field of an event cannot replace. */
    private static final Set<String> OWN_MEMBERS = Set.of("ts", "seq", "prev", "mac", "type", "actor", "outcome");

    private static final CharacterEscapes VISIBLE = new Visible();

    private static final Map<AuditEvent.Outcome, String> OUTCOMES = outcomes();

    private final Redactor redactor;

    LineFormat(Redactor redactor) {
        this.redactor = redactor;
    }

    /** The line from the comma before {@code type} to the newline; its time and its number come before that, its code goes behind. */
    byte[] rest(AuditEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator line = Jsons.MAPPER.createGenerator(bytes)) {
            Room room = new Room();
            line.setCharacterEscapes(VISIBLE);
            line.writeStartObject();
            line.writeStringField("type", event.type());
            line.writeStringField("actor", event.actor().text());
            line.writeStringField("outcome", OUTCOMES.get(event.outcome()));
            for (Map.Entry<String, Object> field : event.fields().entrySet()) {
                if (!OWN_MEMBERS.contains(field.getKey())) {
                    line.writeFieldName(field.getKey());
                    write(line, field.getValue(), 0, room);
                }
            }
            line.writeEndObject();
        } catch (IOException notWritable) {
            throw new UncheckedIOException("not writable as JSON", notWritable);
        }
        bytes.write('\n');
        byte[] rest = bytes.toByteArray();
        rest[0] = ',';
        return rest;
    }

    private void write(JsonGenerator line, Object value, int depth, Room room) throws IOException {
        if (value instanceof Collection<?> elements && depth < MAX_DEPTH) {
            line.writeStartArray();
            int count = 0;
            for (Object element : elements) {
                if (count == MAX_ELEMENTS) {
                    line.writeString("…");
                    break;
                }
                write(line, element, depth + 1, room);
                count++;
            }
            line.writeEndArray();
        } else if (value instanceof Map<?, ?> members && depth < MAX_DEPTH) {
            line.writeStartObject();
            int count = 0;
            for (Map.Entry<?, ?> member : members.entrySet()) {
                if (count == MAX_ELEMENTS) {
                    break;
                }
                line.writeFieldName(text(member.getKey(), room));
                write(line, member.getValue(), depth + 1, room);
                count++;
            }
            line.writeEndObject();
        } else if (value instanceof Number || value instanceof Boolean) {
            line.writePOJO(value);
        } else {
            line.writeString(text(value, room));
        }
    }

    private String text(Object value, Room room) {
        String text = redactor.redact(String.valueOf(value));
        int limit = room.take(Math.min(text.length(), MAX_TEXT));
        return encodable(text.length() > limit ? text.substring(0, limit) + "…" : text);
    }

    /** What is left of the characters that all texts of a line may have. */
    private static final class Room {
        private int left = MAX_LINE_TEXT;

        /** @return how many of the wanted characters there is room for */
        int take(int wanted) {
            int taken = Math.min(wanted, left);
            left -= taken;
            return taken;
        }
    }

    /**
     * What would end a line, or change how the rest of it looks, for some program that shows it: control characters, separators of lines
     * and paragraphs, marks of direction and other invisible ones are written as numbers.
     */
    private static final class Visible extends CharacterEscapes {
        private static final long serialVersionUID = 1L;
        private static final int[] ASCII = ascii();

        @Override
        public int[] getEscapeCodesForAscii() {
            return ASCII.clone();
        }

        @Override
        public SerializableString getEscapeSequence(int character) {
            return switch (Character.getType(character)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                    new SerializedString(String.format(Locale.ROOT, "\\u%04x", character));
                default -> null;
            };
        }

        private static int[] ascii() {
            int[] escapes = standardAsciiEscapesForJSON();
            escapes[0x7f] = ESCAPE_STANDARD;
            return escapes;
        }
    }

    /** Half a character, which a sender may have put there, would keep the whole line from being written. */
    private static String encodable(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (Character.isSurrogate(text.charAt(index))) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            }
        }
        return text;
    }

    private static Map<AuditEvent.Outcome, String> outcomes() {
        Map<AuditEvent.Outcome, String> texts = new EnumMap<>(AuditEvent.Outcome.class);
        for (AuditEvent.Outcome outcome : AuditEvent.Outcome.values()) {
            texts.put(outcome, outcome.name().toLowerCase(Locale.ROOT));
        }
        return texts;
    }
}
