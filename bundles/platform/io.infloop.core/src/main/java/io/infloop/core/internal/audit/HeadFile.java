package io.infloop.core.internal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.json.Jsons;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * {@code head.json}: a sealed note of a line that is known to be in the log, so that a log that ends before it was cut. Replaced only by
 * whoever holds the lock of the log, and only after that line is on disk.
 */
final class HeadFile {
    private static final int MAX_BYTES = 4096;
    private static final Duration LITTER_AGE = Duration.ofMinutes(1);

    /** What was found. */
    sealed interface Found {
        record Head(Link link) implements Found {}

        record Absent() implements Found {}

        /** Something else wrote it, or it was sealed with another key. */
        record Foreign() implements Found {}
    }

    private final Path directory;

    HeadFile(Path directory) {
        this.directory = directory;
    }

    Path file() {
        return directory.resolve("head.json");
    }

    /** The bytes as they are; empty if there is no such file. */
    Optional<byte[]> bytes() throws IOException {
        try {
            if (!Files.exists(file(), LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            if (!Files.isRegularFile(file(), LinkOption.NOFOLLOW_LINKS) || Files.size(file()) > MAX_BYTES) {
                return Optional.of(new byte[0]);
            }
            return Optional.of(UninterruptibleFile.readAll(file()));
        } catch (NoSuchFileException | FileNotFoundException removed) {
            return Optional.empty();
        }
    }

    Found read(Seal seal) throws IOException {
        return parse(bytes(), seal);
    }

    static Found parse(Optional<byte[]> content, Seal seal) {
        if (content.isEmpty()) {
            return new Found.Absent();
        }
        byte[] bytes = content.get();
        if (!seal.holds(bytes)) {
            return new Found.Foreign();
        }
        try {
            JsonNode members = Jsons.MAPPER.readTree(bytes);
            return members.path("head").asInt() == 1
                    ? new Found.Head(new Link(
                            members.path("seq").asLong(), members.path("line").asText()))
                    : new Found.Foreign();
        } catch (IOException notJson) {
            return new Found.Foreign();
        }
    }

    /** Writes and syncs a head beside the present one, which takes a while and needs no lock. */
    Path stage(Link link, Seal seal) throws IOException {
        Path staged = directory.resolve(
                "head." + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".tmp");
        byte[] content = seal.seal("{\"head\":1,\"seq\":" + link.seq() + ",\"line\":\"" + link.mac() + "\"");
        UninterruptibleFile.create(staged, content);
        return staged;
    }

    void publish(Path staged) throws IOException {
        try {
            Files.move(staged, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            discard(staged);
            throw failed;
        }
    }

    void discard(Path staged) {
        try {
            Files.deleteIfExists(staged);
        } catch (IOException stays) {
            // removed at the next start
        }
    }

    /** What servers left that were killed in between. */
    void removeLitter() throws IOException {
        FileTime limit = FileTime.from(Instant.now().minus(LITTER_AGE));
        try (DirectoryStream<Path> staged = Files.newDirectoryStream(directory, "head.*.tmp")) {
            for (Path file : staged) {
                if (isOlder(file, limit)) {
                    discard(file);
                }
            }
        }
    }

    private static boolean isOlder(Path file, FileTime limit) {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).compareTo(limit) < 0;
        } catch (IOException goneMeanwhile) {
            return false;
        }
    }
}
