package io.infloop.core.internal.audit;

import com.fasterxml.jackson.core.JsonGenerator;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.Redactor;
import io.infloop.core.json.Jsons;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes the part of a line that its caller knows; without secrets, without line breaks and bounded. Thread-safe. */
final class LineFormat {
    private static final int MAX_TEXT = 4096;
    private static final int MAX_ELEMENTS = 256;
    /** What a field of an event cannot replace. */
    private static final Set<String> OWN_MEMBERS = Set.of("ts", "seq", "type", "actor", "outcome");

    private static final Map<AuditEvent.Outcome, String> OUTCOMES = outcomes();

    private final Redactor redactor;

    LineFormat(Redactor redactor) {
        this.redactor = redactor;
    }

    /** The line from the comma before {@code type} to the newline; its time and its number come before that. */
    byte[] rest(AuditEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator line = Jsons.MAPPER.createGenerator(bytes)) {
            line.writeStartObject();
            line.writeStringField("type", event.type());
            line.writeStringField("actor", event.actor().text());
            line.writeStringField("outcome", OUTCOMES.get(event.outcome()));
            for (Map.Entry<String, Object> field : event.fields().entrySet()) {
                if (!OWN_MEMBERS.contains(field.getKey())) {
                    line.writeFieldName(field.getKey());
                    write(line, field.getValue());
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

    private void write(JsonGenerator line, Object value) throws IOException {
        if (value instanceof Iterable<?> elements) {
            line.writeStartArray();
            int count = 0;
            for (Object element : elements) {
                if (count == MAX_ELEMENTS) {
                    line.writeString("…");
                    break;
                }
                write(line, element);
                count++;
            }
            line.writeEndArray();
        } else if (value instanceof Number || value instanceof Boolean) {
            line.writePOJO(value);
        } else {
            String text = redactor.redact(String.valueOf(value));
            line.writeString(encodable(text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text));
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
