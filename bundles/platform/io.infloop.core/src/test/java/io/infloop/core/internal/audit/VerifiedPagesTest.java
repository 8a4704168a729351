package io.infloop.core.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page of the log says which of its lines are not as they were written. */
class VerifiedPagesTest {
    @TempDir
    Path directory;

    @Test
    void linesThatWereChangedOrAddedAreNamed() throws IOException {
        try (FileAuditLog log = open()) {
            log.append(AuditEvent.of("test", Actor.SYSTEM).with("note", "as it was"));
            log.append(AuditEvent.of("test", Actor.SYSTEM).with("note", "to be changed"));
            log.append(AuditEvent.of("other", Actor.SYSTEM).with("note", "as it was"));
            assertThat(page(log, Map.of(), 1000).unverified()).isEmpty();

            Path live = directory.resolve("audit.jsonl");
            Files.writeString(live, Files.readString(live).replace("to be changed", "to be hidden!"));
            Files.writeString(live, "{\"seq\":4,\"type\":\"forged\",\"prev\":\"x\"}\n", StandardOpenOption.APPEND);

            AuditLog.Page page = page(log, Map.of(), 1000);
            assertThat(page.entries()).hasSize(4);
            assertThat(page.unverified()).containsExactly(4L, 2L);
            assertThat(page(log, Map.of("type", "other"), 1000).unverified())
                    .as("of those that were asked for")
                    .isEmpty();
            assertThat(page(log, Map.of("type", "forged"), 1).unverified()).containsExactly(4L);
        }
    }

    @Test
    void withoutItsKeyNothingIsVouchedFor() throws IOException {
        try (FileAuditLog log = open()) {
            log.append(AuditEvent.of("test", Actor.SYSTEM));
            Files.delete(directory.resolve("key"));

            assertThat(page(log, Map.of(), 10).unverified()).containsExactly(1L);
        }
    }

    private FileAuditLog open() {
        return new FileAuditLog(
                directory, directory.resolve("key"), 1 << 20, 3, new KnownSecrets(), Clock.systemUTC(), false);
    }

    private static AuditLog.Page page(AuditLog log, Map<String, String> equal, int limit) {
        return log.read(
                new AuditLog.Query(limit, OptionalLong.empty(), equal, OptionalLong.empty(), OptionalLong.empty()));
    }
}
