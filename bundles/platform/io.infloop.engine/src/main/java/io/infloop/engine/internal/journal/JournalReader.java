package io.infloop.engine.internal.journal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Reads journals back. Lines that are torn or damaged are left out. */
public final class JournalReader {
    /** Events of a record; the oldest are dropped first. */
    public static final int MAX_EVENTS = 50_000;
    /** Bytes of JSON of the events of a record: as objects they take several times as much memory. */
    public static final int MAX_BYTES = 8 * 1024 * 1024;
    /** No event is longer, in characters; such a line is damage. */
    private static final int MAX_LINE = 64 * 1024 * 1024;

    private record Kept(JsonObject event, int size) {}

    private final JournalFiles files;

    public JournalReader(JournalFiles files) {
        this.files = files;
    }

    /**
     * A journal.
     *
     * @param events the last ones in order
     * @param started the event that opened it
     * @param finished the event that closed it; empty for a run that is going on or was interrupted
     * @param lastSeq the number of the last event
     * @param total how many events there are
     * @param truncated whether events are missing
     */
    public record Journal(
            List<JsonObject> events,
            Optional<JsonObject> started,
            Optional<JsonObject> finished,
            long lastSeq,
            long total,
            boolean truncated) {}

    /** Empty if there is none. */
    public Optional<Journal> read(String workflowId, String runId, int maxEvents) throws IOException {
        Path file = files.journal(workflowId, runId);
        Deque<Kept> events = new ArrayDeque<>();
        long size = 0;
        Optional<JsonObject> started = Optional.empty();
        Optional<JsonObject> finished = Optional.empty();
        long lastSeq = 0;
        long total = 0;
        boolean truncated = false;
        JournalFiles.requireNoLink(file);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE)))) {
            String line;
            while ((line = line(reader)) != null) {
                Optional<JsonObject> parsed = parse(line);
                if (parsed.isEmpty()) {
                    truncated |= !line.isBlank();
                    continue;
                }
                JsonObject event = parsed.get();
                total++;
                lastSeq = event.number("seq").map(Number::longValue).orElse(lastSeq + 1);
                switch (event.string("type").orElse("")) {
                    case "run_started" -> started = Optional.of(event);
                    case "run_finished" -> finished = Optional.of(event);
                    case "truncated" -> truncated = true;
                    default -> {
                        // An event like any other.
                    }
                }
                events.add(new Kept(event, line.length()));
                size += line.length();
                while (events.size() > maxEvents || size > MAX_BYTES) {
                    size -= events.remove().size();
                    truncated = true;
                }
            }
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        return Optional.of(
                new Journal(events.stream().map(Kept::event).toList(), started, finished, lastSeq, total, truncated));
    }

    /** The next line, cut off when it is too long to be an event; null at the end. */
    private static String line(Reader reader) throws IOException {
        StringBuilder line = new StringBuilder(256);
        int c = reader.read();
        if (c < 0) {
            return null;
        }
        while (c >= 0 && c != '\n') {
            if (line.length() < MAX_LINE) {
                line.append((char) c);
            }
            c = reader.read();
        }
        return line.toString();
    }

    private static Optional<JsonObject> parse(String line) {
        try {
            return Optional.of(Json.parseObject(line));
        } catch (JsonParseException torn) {
            return Optional.empty();
        }
    }
}
