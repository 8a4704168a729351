package io.infloop.core.internal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.json.Jsons;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads lines newest first. The cursor is the line's number, which no rotation changes. */
final class AuditReader {
    private static final Logger LOGGER = LoggerFactory.getLogger(AuditReader.class);

    private final AuditFiles files;
    private final AuditKey key;

    AuditReader(AuditFiles files, AuditKey key) {
        this.files = files;
        this.key = key;
    }

    AuditLog.Page read(AuditLog.Query query) throws IOException {
        if (query.limit() < 1 || query.limit() > 1000) {
            throw new IllegalArgumentException("limit must be 1 to 1000");
        }
        List<Map<String, Object>> entries = new ArrayList<>();
        List<Long> unverified = new ArrayList<>();
        Optional<Seal> seal = seal();
        List<FileChannel> channels = open();
        try {
            long last = Long.MAX_VALUE;
            for (FileChannel channel : channels) {
                BackwardLines lines = new BackwardLines(channel::read, channel.size());
                for (Optional<byte[]> line = lines.previous(); line.isPresent(); line = lines.previous()) {
                    Optional<JsonNode> entry = parse(line.get());
                    if (entry.isEmpty() || !matches(entry.get(), query, last)) {
                        continue;
                    }
                    if (entries.size() == query.limit()) {
                        return new AuditLog.Page(List.copyOf(entries), Optional.of(last), List.copyOf(unverified));
                    }
                    last = entry.get().path("seq").asLong();
                    entries.add(Jsons.object(entry.get()).asMap());
                    if (seal.isEmpty() || !seal.get().holds(line.get())) {
                        unverified.add(last);
                    }
                }
            }
            return new AuditLog.Page(List.copyOf(entries), Optional.empty(), List.copyOf(unverified));
        } finally {
            for (FileChannel channel : channels) {
                channel.close();
            }
        }
    }

    /** Empty without a key: then nothing can be vouched for. */
    private Optional<Seal> seal() {
        try {
            return Optional.of(new Seal(key.read()));
        } catch (IOException unusable) {
            LOGGER.debug("entries cannot be verified", unusable);
            return Optional.empty();
        }
    }

    /** Opens all before reading any: a rotation in between shows a file twice, which the ascending numbers filter out. */
    private List<FileChannel> open() throws IOException {
        List<FileChannel> channels = new ArrayList<>();
        for (Path file : files.newestFirst()) {
            try {
                channels.add(FileChannel.open(file, StandardOpenOption.READ));
            } catch (NoSuchFileException rotatedAway) {
                // beyond the last one that is kept
            }
        }
        return channels;
    }

    private static Optional<JsonNode> parse(byte[] line) {
        try {
            JsonNode node = Jsons.MAPPER.readTree(line);
            return node != null && node.isObject() && node.path("seq").isIntegralNumber()
                    ? Optional.of(node)
                    : Optional.empty();
        } catch (IOException notALine) {
            return Optional.empty();
        }
    }

    private static boolean matches(JsonNode entry, AuditLog.Query query, long last) {
        long seq = entry.path("seq").asLong();
        if (seq >= last || (query.before().isPresent() && seq >= query.before().getAsLong())) {
            return false;
        }
        for (Map.Entry<String, String> wanted : query.equal().entrySet()) {
            JsonNode member = entry.path(wanted.getKey());
            if (!member.isValueNode() || !member.asText().equals(wanted.getValue())) {
                return false;
            }
        }
        if (query.sinceMillis().isEmpty() && query.untilMillis().isEmpty()) {
            return true;
        }
        try {
            long millis = Instant.parse(entry.path("ts").asText()).toEpochMilli();
            return (query.sinceMillis().isEmpty()
                            || millis >= query.sinceMillis().getAsLong())
                    && (query.untilMillis().isEmpty()
                            || millis <= query.untilMillis().getAsLong());
        } catch (DateTimeParseException withoutTime) {
            return false;
        }
    }
}
