package io.infloop.core.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditChain;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** An audit log in a directory, and what somebody with an editor does to it. */
final class AuditBed {
    private final Path directory;

    AuditBed(Path directory) {
        this.directory = directory;
    }

    FileAuditLog open(long maxBytes, int maxFiles) {
        return open(maxBytes, maxFiles, UninterruptibleFile::forWriting);
    }

    FileAuditLog open(long maxBytes, int maxFiles, LogFile.Opener opener) {
        FileAuditLog log = new FileAuditLog(
                directory,
                directory.resolve("key"),
                maxBytes,
                maxFiles,
                new KnownSecrets(),
                Clock.systemUTC(),
                false,
                opener);
        log.prepare();
        return log;
    }

    /** A server starts, writes and stops. */
    void write(int lines) {
        write(lines, 1 << 20, 10);
    }

    void write(int lines, long maxBytes, int maxFiles) {
        try (FileAuditLog log = open(maxBytes, maxFiles)) {
            append(log, lines);
        }
    }

    static void append(AuditLog log, int lines) {
        for (int index = 0; index < lines; index++) {
            log.append(AuditEvent.of("test", Actor.SYSTEM).with("index", index));
        }
    }

    /** As the command does it. */
    AuditChain chain() {
        return new FileAuditLog(
                        directory, directory.resolve("key"), 1000, 3, new KnownSecrets(), Clock.systemUTC(), true)
                .chain();
    }

    AuditChain.Result verify() {
        return chain().verify(Optional.empty());
    }

    AuditChain.Result verify(String since) {
        return chain().verify(Optional.of(since));
    }

    String checkpoint() {
        AuditChain.Result result = chain().checkpoint();
        assertThat(result.intact()).as(result.toString()).isTrue();
        return String.valueOf(result.members().get("head"));
    }

    void assertIntact() {
        AuditChain.Result result = verify();
        assertThat(result.intact()).as(result.toString()).isTrue();
    }

    void assertFinding(String kind, String file, long line, long seq) {
        assertThat(finding())
                .containsEntry("kind", kind)
                .containsEntry("file", file)
                .containsEntry("line", line)
                .containsEntry("seq", seq);
    }

    void assertKind(String... kinds) {
        assertThat(String.valueOf(finding().get("kind"))).isIn((Object[]) kinds);
    }

    @SuppressWarnings("unchecked") // a finding is a JSON object
    Map<String, Object> finding() {
        AuditChain.Result result = verify();
        assertThat(result.intact()).as(result.toString()).isFalse();
        return (Map<String, Object>) result.members().get("finding");
    }

    Path live() {
        return directory.resolve("audit.jsonl");
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    List<String> lines(Path file) {
        try {
            return new ArrayList<>(Arrays.asList(
                    Files.readString(file, StandardCharsets.ISO_8859_1).split("(?<=\n)")));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    List<String> lines() {
        return lines(live());
    }

    void put(Path file, List<String> lines) {
        try {
            Files.writeString(file, String.join("", lines), StandardCharsets.ISO_8859_1);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    void put(List<String> lines) {
        put(live(), lines);
    }

    /** Oldest first. */
    List<Path> files() {
        try {
            List<Path> files = new ArrayList<>(new AuditFiles(directory, 1).newestFirst());
            Collections.reverse(files);
            return files;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    List<String> types() {
        try (FileAuditLog log = new FileAuditLog(
                directory, directory.resolve("key"), 1000, 3, new KnownSecrets(), Clock.systemUTC(), true)) {
            return log
                    .read(new AuditLog.Query(
                            1000, OptionalLong.empty(), Map.of(), OptionalLong.empty(), OptionalLong.empty()))
                    .entries()
                    .stream()
                    .map(entry -> String.valueOf(entry.get("type")))
                    .toList();
        }
    }
}
