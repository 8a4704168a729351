package io.infloop.engine.internal.journal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Reads journals back. Lines that are torn or damaged are left out. */
public final class JournalReader {
    /** Events of a record; the oldest are dropped first. */
    public static final int MAX_EVENTS = 50_000;

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
        Deque<JsonObject> events = new ArrayDeque<>();
        Optional<JsonObject> started = Optional.empty();
        Optional<JsonObject> finished = Optional.empty();
        long lastSeq = 0;
        long total = 0;
        boolean truncated = false;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE)))) {
            String line;
            while ((line = reader.readLine()) != null) {
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
                events.add(event);
                if (events.size() > maxEvents) {
                    events.remove();
                    truncated = true;
                }
            }
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        return Optional.of(new Journal(new ArrayList<>(events), started, finished, lastSeq, total, truncated));
    }

    private static Optional<JsonObject> parse(String line) {
        try {
            return Optional.of(Json.parseObject(line));
        } catch (JsonParseException torn) {
            return Optional.empty();
        }
    }
}
