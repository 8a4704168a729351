package io.infloop.core.internal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.json.Jsons;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Looks for the newest line of the chain from the end of the log backwards, over whatever else was put there. It goes on from file to
 * file until it has found one or has seen enough. Not thread-safe.
 */
final class ChainTail {
    /** More strange lines than this are not searched through. */
    private static final int MAX_LINES = 1000;
    /** Where the last line most likely begins. */
    private static final int TAIL = 1024;
    /** Beyond any number that we write: somebody else did. */
    private static final long MAX_SEQ = 1L << 52;

    /** What stands at the end of the log. */
    sealed interface Found {
        /** The newest line that is sealed with our key. */
        record Chained(Link link) implements Found {}

        /** The newest line is of the time before there was a chain. */
        record Legacy(Link link) implements Found {}

        /** There are lines with codes, none of them ours; the newest has this number. */
        record Foreign(long seq) implements Found {}

        record Nothing() implements Found {}
    }

    private final Seal seal;
    private Found found = new Found.Nothing();
    private int seen;

    ChainTail(Seal seal) {
        this.seal = seal;
    }

    /** The end of a log whose live file is open. */
    static Found of(AuditFiles files, BackwardLines.Source live, long size, Seal seal) throws IOException {
        ChainTail tail = new ChainTail(seal);
        if (!tail.scan(live, size)) {
            for (Path older : files.newestFirst()) {
                if (!older.equals(files.live()) && tail.scan(older)) {
                    break;
                }
            }
        }
        return tail.found;
    }

    /** What a line behind the last one of a file refers to; {@link Link#START} if nothing in it is ours. */
    static Link lastOf(Path file, Seal seal) throws IOException {
        ChainTail tail = new ChainTail(seal);
        tail.scan(file);
        return tail.found instanceof Found.Chained chained
                ? chained.link()
                : tail.found instanceof Found.Legacy legacy ? legacy.link() : Link.START;
    }

    private boolean scan(Path file) throws IOException {
        try (UninterruptibleFile opened = UninterruptibleFile.forReading(file)) {
            return scan(opened, opened.size());
        }
    }

    Found found() {
        return found;
    }

    /** @return whether older files need not be scanned */
    boolean scan(BackwardLines.Source file, long size) throws IOException {
        BackwardLines lines = new BackwardLines(file, size, TAIL);
        for (Optional<byte[]> line = lines.previous(); line.isPresent(); line = lines.previous()) {
            Optional<JsonNode> members = members(line.get());
            if (members.isEmpty()) {
                continue;
            }
            long seq = members.get().path("seq").asLong();
            if (seal.holds(line.get())) {
                found = new Found.Chained(new Link(seq, Seal.carried(line.get()).orElseThrow()));
                return true;
            }
            if (found instanceof Found.Nothing) {
                found = members.get().has("mac")
                        ? new Found.Foreign(seq)
                        : new Found.Legacy(new Link(seq, seal.codeOfLegacy(line.get())));
            }
            seen++;
            if (seen == MAX_LINES) {
                return true;
            }
        }
        return false;
    }

    /** The members of a line that looks like one of the log. */
    static Optional<JsonNode> members(byte[] line) {
        try {
            JsonNode members = Jsons.MAPPER.readTree(line);
            return members != null
                            && members.isObject()
                            && members.path("seq").canConvertToLong()
                            && members.path("seq").isIntegralNumber()
                            && members.path("seq").asLong() >= 0
                            && members.path("seq").asLong() < MAX_SEQ
                    ? Optional.of(members)
                    : Optional.empty();
        } catch (IOException notALine) {
            return Optional.empty();
        }
    }
}
