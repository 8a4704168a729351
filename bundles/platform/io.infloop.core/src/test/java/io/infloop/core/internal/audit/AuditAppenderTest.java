package io.infloop.core.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditAppenderTest {
    @TempDir
    Path directory;

    /** A disk that cannot be read while the server starts must not make it begin at number one again. */
    @Test
    void aLogThatCouldNotBeLookedAtIsLookedAtBeforeTheFirstLine() {
        try (FileAuditLog before = open(UninterruptibleFile::forWriting)) {
            before.append(AuditEvent.of("test", Actor.SYSTEM));
            before.append(AuditEvent.of("test", Actor.SYSTEM));
        }
        AtomicBoolean broken = new AtomicBoolean(true);
        try (FileAuditLog log = open(path -> new Unreadable(UninterruptibleFile.forWriting(path), broken))) {
            log.prepare();
            assertThat(log.state().failure()).isPresent();
            broken.set(false);
            log.append(AuditEvent.of("test", Actor.SYSTEM));

            assertThat(log.state().failure()).isEmpty();
            log.force();
            assertThat(log.chain().verify(Optional.empty()).members())
                    .containsEntry("intact", true)
                    .containsEntry("lastSeq", 3L);
        }
    }

    private FileAuditLog open(LogFile.Opener opener) {
        return new FileAuditLog(
                directory, directory.resolve("key"), 1 << 20, 3, new KnownSecrets(), Clock.systemUTC(), false, opener);
    }

    private record Unreadable(LogFile file, AtomicBoolean broken) implements LogFile {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            if (broken.get()) {
                throw new IOException("Input/output error");
            }
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(byte[] bytes, int length, long position) throws IOException {
            file.write(bytes, length, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            file.sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
