package io.infloop.core.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.internal.Refusal;
import io.infloop.core.json.Jsons;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditChainTest {
    private static final String OLD =
            "{\"ts\":\"2026-01-01T00:00:00.000Z\",\"seq\":%d,\"type\":\"old\",\"actor\":\"system\",\"outcome\":\"ok\"}\n";

    @TempDir
    Path directory;

    private AuditBed bed;

    @BeforeEach
    void aLog() {
        bed = new AuditBed(directory);
    }

    @Test
    void theCodeIsWhatTheManualSays() throws Exception {
        bed.write(2);
        List<String> lines = bed.lines();
        JsonNode first = Jsons.MAPPER.readTree(lines.get(0));
        JsonNode second = Jsons.MAPPER.readTree(lines.get(1));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Files.readAllBytes(bed.file("key")), "HmacSHA256"));
        String sealed = lines.get(1).substring(0, lines.get(1).indexOf(",\"mac\":\""));

        assertThat(second.path("mac").asText())
                .isEqualTo(java.util.Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(mac.doFinal(sealed.getBytes(StandardCharsets.UTF_8))));
        assertThat(second.path("prev").asText()).isEqualTo(first.path("mac").asText());
        assertThat(first.path("prev").asText()).isEmpty();
    }

    @Test
    void theChainGoesOnAcrossRotationsRestartsAndDeletedFiles() {
        for (int start = 0; start < 6; start++) {
            bed.write(15, 4096, 2);
            bed.assertIntact();
        }
        assertThat(bed.files()).hasSize(3);
        assertThat(bed.types()).contains("audit.file_deleted");
        bed.write(30, 4096, 1);
        assertThat(bed.files()).hasSize(2);
        bed.assertIntact();
    }

    @Test
    void noFileGrowsBeyondItsLimit() throws IOException {
        bed.write(200, 4096, 2);

        for (Path file : bed.files()) {
            assertThat(Files.size(file)).isLessThanOrEqualTo(4096);
        }
    }

    @Test
    void aLogFromBeforeTheChainIsTakenOver() throws IOException {
        Files.writeString(bed.file("audit.1.jsonl"), OLD.formatted(1) + OLD.formatted(2));
        Files.writeString(bed.live(), OLD.formatted(3) + OLD.formatted(4));
        bed.assertKind("unsealed");

        bed.write(2);
        bed.write(1);

        assertThat(bed.types())
                .containsExactly("test", "test", "test", "audit.chain_started", "old", "old", "old", "old");
        bed.assertIntact();
        assertThat(bed.verify().members()).containsEntry("legacyLines", 4L).containsEntry("firstSeq", 5L);
        bed.write(60, 4096, 2);
        bed.assertIntact();
    }

    @Test
    void theHeadIsNeverAheadOfTheLog() throws IOException {
        try (FileAuditLog log = bed.open(1 << 20, 3)) {
            AuditBed.append(log, 3);
            assertThat(Files.readString(bed.file("head.json"))).startsWith("{\"head\":1,\"seq\":0,");
            log.force();
            assertThat(Files.readString(bed.file("head.json"))).startsWith("{\"head\":1,\"seq\":3,");
            AuditBed.append(log, 2);
            // As after a loss of power: what was synced is there.
            bed.put(bed.lines().subList(0, 3));
            bed.assertIntact();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("audit.jsonl", "head.json", "key", "lock");
        }
    }

    @Test
    void twoServersShareOneChain() throws Exception {
        try (FileAuditLog one = bed.open(20_000, 30);
                FileAuditLog two = bed.open(20_000, 30)) {
            Thread first = new Thread(() -> AuditBed.append(one, 300));
            Thread second = new Thread(() -> AuditBed.append(two, 300));
            first.start();
            second.start();
            for (int index = 0; index < 5; index++) {
                one.force();
                assertThat(two.chain().verify(Optional.empty()).intact()).isTrue();
                two.force();
            }
            first.join();
            second.join();
            assertThat(one.writeErrors() + two.writeErrors()).isZero();
        }
        bed.assertIntact();
        assertThat(bed.verify().members()).containsEntry("lines", 600L).containsEntry("headSeq", 600L);
    }

    @Test
    void aKilledProcessLeavesAnIntactChainAndTheOtherGoesOn() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        AppendUntilKilled.class.getName(),
                        directory.toString())
                .redirectError(new File(directory.toFile(), "child.log"))
                .start();
        long acknowledged = 0;
        try (FileAuditLog log = bed.open(60_000, 100);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("ack ")) {
                    acknowledged = Long.parseLong(line.substring(4));
                    if (acknowledged < 400) {
                        AuditBed.append(log, 5);
                        bed.assertIntact();
                    } else {
                        child.toHandle().destroyForcibly();
                    }
                }
            }
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            AuditBed.append(log, 5);
            assertThat(log.writeErrors()).isZero();
        }
        bed.assertIntact();
        long last = 0;
        for (Path file : bed.files()) {
            for (String line : bed.lines(file)) {
                JsonNode members = Jsons.MAPPER.readTree(line);
                last = members.path("type").asText().equals("child")
                        ? members.path("index").asLong()
                        : last;
            }
        }
        assertThat(acknowledged).isGreaterThanOrEqualTo(400);
        assertThat(last).isGreaterThanOrEqualTo(acknowledged);
    }

    /** Another server. */
    static final class AppendUntilKilled {
        private AppendUntilKilled() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) {
            try (FileAuditLog log = new AuditBed(Path.of(arguments[0])).open(60_000, 100)) {
                for (long index = 1; index < 1_000_000; index++) {
                    log.append(AuditEvent.of("child", Actor.SYSTEM).with("index", index));
                    if (index % 50 == 0) {
                        log.force();
                        System.out.println("ack " + index);
                    }
                }
            }
        }
    }

    @Test
    void aFullDiskFailsNobodyAndTheNextLineTellsOfTheGap() {
        AtomicBoolean full = new AtomicBoolean();
        try (FileAuditLog log = bed.open(1 << 20, 3, path -> new FillingFile(path, full))) {
            AuditBed.append(log, 3);
            full.set(true);
            AuditBed.append(log, 7);
            assertThat(log.writeErrors()).isEqualTo(7);
            assertThat(log.state().untold()).isEqualTo(7);
            assertThat(log.state().isHealthy()).isFalse();
            assertThat(log.state().failure().orElseThrow()).contains("No space left");
            full.set(false);
            AuditBed.append(log, 2);
            assertThat(log.state().isHealthy()).isTrue();
            assertThat(log.state().untold()).isZero();
            AuditBed.append(log, 1);
        }
        assertThat(bed.types()).containsExactly("test", "test", "test", "audit.gap", "test", "test", "test");
        assertThat(bed.lines().get(3)).contains("\"lost\":7");
        bed.assertIntact();
    }

    @Test
    void aDiskThatCannotSyncIsSaidAndTheHeadStaysBehind() throws IOException {
        AtomicBoolean full = new AtomicBoolean();
        try (FileAuditLog log = bed.open(1 << 20, 3, path -> new FillingFile(path, full))) {
            AuditBed.append(log, 3);
            full.set(true);
            log.force();
            assertThat(log.state().syncErrors()).isEqualTo(1);
            assertThat(log.state().isHealthy()).isFalse();
            assertThat(Files.readString(bed.file("head.json"))).contains("\"seq\":0");
            full.set(false);
            log.force();
            assertThat(log.state().isHealthy()).isTrue();
            assertThat(Files.readString(bed.file("head.json"))).contains("\"seq\":3");
        }
    }

    @Test
    void theKeyIsMadeOnceAndForTheOwnerOnly() throws IOException {
        bed.write(1);
        byte[] key = Files.readAllBytes(bed.file("key"));
        FileTime made = Files.getLastModifiedTime(bed.file("key"));
        bed.write(1);

        assertThat(key).hasSize(32);
        assertThat(Files.readAllBytes(bed.file("key"))).isEqualTo(key);
        assertThat(Files.getLastModifiedTime(bed.file("key"))).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(bed.file("key"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(bed.file("head.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aKeyThatCannotBeTrustedStopsTheStart() throws IOException {
        Path key = bed.file("key");
        bed.write(1);
        byte[] good = Files.readAllBytes(key);

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertRefused("is open to others");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

        Files.write(key, Arrays.copyOf(good, 31));
        assertRefused("has 31 bytes");

        Files.delete(key);
        assertRefused("is missing");

        Files.write(bed.file("elsewhere"), good);
        Files.setPosixFilePermissions(bed.file("elsewhere"), PosixFilePermissions.fromString("rw-------"));
        Files.createSymbolicLink(key, bed.file("elsewhere"));
        assertRefused("symbolic link");

        Files.delete(key);
        Files.move(bed.file("elsewhere"), key);
        bed.write(1);
        bed.assertIntact();
    }

    private void assertRefused(String words) {
        assertThatThrownBy(() -> bed.open(1 << 20, 3))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(words);
        bed.assertKind("key");
        assertThat(bed.verify().members().get("finding").toString()).contains("key");
    }

    @Test
    void aKeyThatTheOperatorNamedIsNotMade() {
        try (FileAuditLog log =
                new FileAuditLog(directory, bed.file("mine"), 4096, 3, new KnownSecrets(), Clock.systemUTC(), false)) {
            assertThatThrownBy(log::prepare).isInstanceOf(Refusal.class).hasMessageContaining("does not exist");
            assertThat(bed.file("mine")).doesNotExist();
        }
    }

    @Test
    void anotherKeyBeginsAnotherChainAndIsNotSilent() throws IOException {
        bed.write(3);
        byte[] other = new byte[32];
        Arrays.fill(other, (byte) 7);
        Files.write(bed.file("key"), other);
        bed.write(1);

        assertThat(bed.types()).startsWith("test", "audit.chain_started");
        assertThat(bed.finding().get("line")).isEqualTo(1L);
    }

    @Test
    void nothingInAValueEndsALineOrHidesOne() throws IOException {
        String hostile =
                "a\r\n{\"seq\":9}\u0000\u001b[2K\u007f\u0085\u00ad\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\"\\z";
        try (FileAuditLog log = bed.open(1 << 20, 3)) {
            log.append(AuditEvent.of("test", Actor.OPEN)
                    .with("reason", hostile)
                    .with("list", List.of(hostile, Map.of(hostile, hostile)))
                    .with("mac", "x")
                    .with("prev", "x"));
        }
        String file = Files.readString(bed.live());
        List<Integer> strange = file.codePoints()
                .filter(character -> character < ' ' || character > '~')
                .boxed()
                .toList();

        assertThat(strange).containsExactly((int) '\n');
        JsonNode line = Jsons.MAPPER.readTree(file);
        assertThat(line.path("reason").asText()).isEqualTo(hostile);
        assertThat(line.path("list").path(1).path(hostile).asText()).isEqualTo(hostile);
        assertThat(line.path("prev").asText()).isEmpty();
        bed.assertIntact();
    }

    @Test
    void listsAndObjectsAreWrittenAndBounded() {
        Map<String, Object> posture = new TreeMap<>(Map.of("setting", "HOST", "safe", true));
        List<Object> endless = new ArrayList<>();
        endless.add(Path.of("/a/b"));
        for (int index = 0; index < 2000; index++) {
            endless.add("x".repeat(4000));
        }
        try (FileAuditLog log = bed.open(1 << 20, 3)) {
            log.append(AuditEvent.of("server.started", Actor.SYSTEM).with("posture", List.of(posture)));
            log.append(AuditEvent.of("test", Actor.SYSTEM).with("endless", endless));
            assertThat(log.writeErrors()).isZero();
        }

        assertThat(bed.lines().get(0)).contains("\"posture\":[{\"safe\":true,\"setting\":\"HOST\"}]");
        assertThat(bed.lines().get(1)).contains("[\"/a/b\",\"xxx").hasSizeLessThan(80_000);
        bed.assertIntact();
    }

    @Test
    void theCommandsAnswerWithAnExitCode() throws IOException {
        bed.write(3);
        JsonNode checkpoint =
                Jsons.MAPPER.readTree(AuditCommand.checkpoint(bed.chain()).apply(List.of()));
        assertThat(checkpoint.path("exit").asInt()).isZero();
        String head = checkpoint.path("head").asText();
        AuditCommand verify = AuditCommand.verify(bed.chain());
        assertThat(verify.apply(List.of("--since", head))).startsWith("{\"exit\":0,\"intact\":true");
        assertThat(verify.apply(List.of("--since", "x"))).startsWith("{\"exit\":2,");
        assertThat(verify.apply(List.of("now"))).startsWith("{\"exit\":2,");
        bed.put(bed.lines().subList(0, 2));
        assertThat(verify.apply(List.of())).startsWith("{\"exit\":1,\"intact\":false,\"finding\":{\"kind\":\"cut\"");
        assertThat(AuditCommand.checkpoint(bed.chain()).apply(List.of())).startsWith("{\"exit\":1,");
    }

    @Test
    void checkingChangesNothing() throws IOException {
        AuditBed none = new AuditBed(directory.resolve("none"));
        assertThat(none.verify().intact())
                .as("who looks in the wrong directory is not told that all is well")
                .isFalse();
        assertThat(none.chain().checkpoint().intact()).isFalse();
        assertThat(directory.resolve("none")).doesNotExist();

        bed.write(3);
        Files.writeString(bed.live(), "{\"torn", java.nio.file.StandardOpenOption.APPEND);
        byte[] before = Files.readAllBytes(bed.live());
        bed.verify();
        assertThat(Files.readAllBytes(bed.live())).isEqualTo(before);
    }

    /** A file on a disk that is full at times; then half of what is written gets in. */
    private static final class FillingFile implements LogFile {
        private final UninterruptibleFile file;
        private final AtomicBoolean full;

        FillingFile(Path path, AtomicBoolean full) throws IOException {
            this.file = UninterruptibleFile.forWriting(path);
            this.full = full;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(byte[] bytes, int length, long position) throws IOException {
            if (full.get()) {
                file.write(bytes, length / 2, position);
                throw new IOException("No space left on device");
            }
            file.write(bytes, length, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            if (full.get()) {
                throw new IOException("No space left on device");
            }
            file.sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
