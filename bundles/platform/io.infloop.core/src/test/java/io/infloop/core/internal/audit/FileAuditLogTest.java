package io.infloop.core.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.json.Jsons;
import io.infloop.spi.Registration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileAuditLogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.007Z"), ZoneOffset.UTC);

    @TempDir
    Path directory;

    private final KnownSecrets secrets = new KnownSecrets();

    @Test
    void aLineIsInTheFileWhenAppendReturns() throws IOException {
        try (FileAuditLog log = open(1 << 20, 3)) {
            log.append(AuditEvent.of("webhook.accepted", Actor.WEBHOOK)
                    .with("correlationId", "cid_x")
                    .with("status", 202)
                    .with("nothing", Optional.empty())
                    .with("env", List.of("A", "B")));

            assertThat(Files.readString(live()))
                    .matches(
                            "\\{\"ts\":\"2026-02-03T04:05:06.007Z\",\"seq\":1,\"prev\":\"\",\"type\":\"webhook.accepted\","
                                    + "\"actor\":\"webhook\",\"outcome\":\"ok\",\"correlationId\":\"cid_x\",\"status\":202,"
                                    + "\"env\":\\[\"A\",\"B\"],\"mac\":\"[A-Za-z0-9_-]{43}\"}\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(live())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void nothingSplitsALineAndNoFieldReplacesOurs() throws IOException {
        try (FileAuditLog log = open(1 << 20, 3)) {
            log.append(AuditEvent.of("a", Actor.OPEN)
                    .outcome(AuditEvent.Outcome.DENIED)
                    .with("reason", "x\n{\"seq\":99}\r\u0000\u0085\u2028y")
                    .with("seq", 99)
                    .with("long", "z".repeat(10_000)));

            assertThat(Files.readString(live()).chars().filter(c -> c < ' ')).containsExactly((int) '\n');
            assertThat(seqs(log)).containsExactly(1L);
            assertThat(Files.size(live())).isLessThan(6000);
        }
    }

    @Test
    void secretsDoNotGetIn() throws IOException {
        Registration registration = secrets.add("canary-secret");
        try (FileAuditLog log = open(1 << 20, 3)) {
            log.append(AuditEvent.of("a", Actor.OPEN)
                    .with("reason", "got canary-secret here")
                    .with("list", List.of("canary-secret")));
            registration.close();
            log.append(AuditEvent.of("a", Actor.OPEN).with("reason", "canary-secret"));
            List<String> lines = Files.readAllLines(live());

            assertThat(lines.get(0)).contains("got [redacted] here").doesNotContain("canary");
            assertThat(lines.get(1)).contains("canary");
        }
    }

    @Test
    void rotatesBySizeAndKeepsCountingAcrossRestarts() throws IOException {
        for (int start = 0; start < 4; start++) {
            try (FileAuditLog log = open(1500, 2)) {
                append(log, 5);
            }
        }
        try (FileAuditLog log = open(1500, 2)) {
            append(log, 1);

            assertThat(Files.size(live())).isLessThanOrEqualTo(1500);
            assertThat(directory.resolve("audit.1.jsonl")).exists();
            assertThat(directory.resolve("audit.2.jsonl")).exists();
            assertThat(directory.resolve("audit.3.jsonl")).doesNotExist();
            List<Long> seqs = seqs(log);
            assertThat(seqs.get(0)).isGreaterThanOrEqualTo(21);
            assertThat(seqs)
                    .isEqualTo(LongStream.iterate(seqs.get(0), seq -> seq - 1)
                            .limit(seqs.size())
                            .boxed()
                            .toList());
            assertThat(seqs.size()).isBetween(8, 14);
        }
    }

    @Test
    void pagesThroughAllFiles() throws IOException {
        try (FileAuditLog log = open(1500, 50)) {
            append(log, 40);
            List<Long> seen = new ArrayList<>();
            OptionalLong before = OptionalLong.empty();
            AuditLog.Page page;
            do {
                page = log.read(new AuditLog.Query(
                        7, before, Map.of("kind", "even"), OptionalLong.empty(), OptionalLong.empty()));
                page.entries().forEach(entry -> seen.add((Long) entry.get("seq")));
                before = page.nextBefore().map(OptionalLong::of).orElse(OptionalLong.empty());
                append(log, 1);
            } while (before.isPresent());

            assertThat(seen).hasSize(20).isSortedAccordingTo((left, right) -> Long.compare(right, left));
        }
    }

    @Test
    void filtersByTimeAndRefusesAbsurdLimits() throws IOException {
        try (FileAuditLog log = open(1 << 20, 3)) {
            append(log, 2);
            long now = CLOCK.millis();

            assertThat(read(log, OptionalLong.of(now), OptionalLong.of(now))).hasSize(2);
            assertThat(read(log, OptionalLong.of(now + 1), OptionalLong.empty()))
                    .isEmpty();
            assertThat(read(log, OptionalLong.empty(), OptionalLong.of(now - 1)))
                    .isEmpty();
            assertThatThrownBy(() -> log.read(new AuditLog.Query(
                            0, OptionalLong.empty(), Map.of(), OptionalLong.empty(), OptionalLong.empty())))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void twoServersAppendToOneSequence() throws Exception {
        try (FileAuditLog one = open(2000, 30);
                FileAuditLog two = open(2000, 30)) {
            Thread first = new Thread(() -> append(one, 100));
            Thread second = new Thread(() -> append(two, 100));
            first.start();
            second.start();
            first.join();
            second.join();

            assertThat(one.writeErrors() + two.writeErrors()).isZero();
            assertThat(seqs(one)).hasSize(200).doesNotHaveDuplicates();
            assertThat(seqs(two).get(0)).isEqualTo(200);
        }
    }

    @Test
    void manyCallersOnTwoServersWriteWholeLinesInOneSequence() throws Exception {
        int lines = 2000;
        try (FileAuditLog one = open(400_000, 30);
                FileAuditLog two = open(400_000, 30)) {
            List<Thread> callers = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                FileAuditLog log = caller % 2 == 0 ? one : two;
                int number = caller;
                callers.add(new Thread(() -> {
                    for (int index = 0; index < lines; index++) {
                        log.append(AuditEvent.of("test", Actor.SYSTEM)
                                .with("caller", number)
                                .with("index", index));
                    }
                }));
            }
            callers.forEach(Thread::start);
            for (Thread caller : callers) {
                caller.join();
            }

            assertThat(one.writeErrors() + two.writeErrors()).isZero();
        }
        List<Integer> next = new ArrayList<>(Collections.nCopies(8, 0));
        long seq = 0;
        for (JsonNode line : linesOldestFirst()) {
            assertThat(line.path("seq").asLong()).isEqualTo(++seq);
            int caller = line.path("caller").asInt();
            assertThat(line.path("index").asInt()).isEqualTo(next.get(caller));
            next.set(caller, line.path("index").asInt() + 1);
        }
        assertThat(next).containsOnly(lines);
        assertThat(Files.exists(directory.resolve("audit.1.jsonl"))).isTrue();
    }

    @Test
    void interruptsLoseNoLineAndBreakNone() throws Exception {
        int lines = 500;
        AtomicInteger running = new AtomicInteger(4);
        AtomicInteger unnoticed = new AtomicInteger();
        try (FileAuditLog log = open(20_000, 100)) {
            List<Thread> callers = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                callers.add(new Thread(() -> {
                    boolean noticed = false;
                    Thread.currentThread().interrupt();
                    for (int index = 0; index < lines; index++) {
                        append(log, 1);
                        noticed |= Thread.interrupted();
                    }
                    if (!noticed) {
                        unnoticed.incrementAndGet();
                    }
                    running.decrementAndGet();
                }));
            }
            callers.forEach(Thread::start);
            while (running.get() > 0) {
                callers.forEach(Thread::interrupt);
                Thread.onSpinWait();
            }
            for (Thread caller : callers) {
                caller.join();
            }

            assertThat(log.writeErrors()).isZero();
        }
        assertThat(unnoticed).hasValue(0);
        assertThat(linesOldestFirst().stream()
                        .map(line -> line.path("seq").asLong())
                        .toList())
                .isEqualTo(LongStream.rangeClosed(1, 4 * lines).boxed().toList());
    }

    @Test
    void whoWaitsForALineThatCannotBeWrittenIsToldToo() throws Exception {
        Path blocked = directory.resolve("blocked");
        Files.writeString(blocked, "not a directory");
        try (FileAuditLog log = new FileAuditLog(blocked, blocked.resolve("key"), 1000, 2, secrets, CLOCK, false)) {
            List<Thread> callers = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                callers.add(new Thread(() -> append(log, 50)));
            }
            callers.forEach(Thread::start);
            for (Thread caller : callers) {
                caller.join();
            }

            assertThat(log.writeErrors()).isEqualTo(200);
        }
    }

    @Test
    void halfACharacterDoesNotSuppressALine() throws IOException {
        try (FileAuditLog log = open(1 << 20, 3)) {
            log.append(AuditEvent.of("a", Actor.OPEN)
                    .with("reason", "x\ud800y")
                    .with("cut", "z".repeat(4095) + "\ud83d\ude00"));

            assertThat(log.writeErrors()).isZero();
            assertThat(seqs(log)).containsExactly(1L);
            assertThat(Files.readString(live())).contains("\"x?y\"");
        }
    }

    @Test
    void aTornLineIsRepairedAndToldOf() throws IOException {
        try (FileAuditLog log = open(1 << 20, 3)) {
            append(log, 2);
        }
        Files.writeString(live(), "{\"ts\":\"2026", StandardOpenOption.APPEND);
        try (FileAuditLog log = open(1 << 20, 3)) {
            assertThat(seqs(log)).containsExactly(2L, 1L);
            append(log, 1);

            assertThat(seqs(log)).containsExactly(4L, 3L, 2L, 1L);
            assertThat(Files.readAllLines(live()).get(2)).contains("audit.recovered");
            for (String line : Files.readAllLines(live())) {
                assertThat(Jsons.MAPPER.readTree(line).isObject()).isTrue();
            }
        }
    }

    @Test
    void foreignLinesAreSkipped() throws IOException {
        try (FileAuditLog log = open(1 << 20, 3)) {
            append(log, 1);
            Files.writeString(live(), "scribble\n[]\n\n", StandardOpenOption.APPEND);
            append(log, 1);

            assertThat(seqs(log)).containsExactly(2L, 1L);
        }
    }

    @Test
    void aFileThatVanishesIsMadeAnew() throws IOException {
        try (FileAuditLog log = open(1 << 20, 3)) {
            append(log, 1);
            Files.delete(live());
            append(log, 1);

            assertThat(Files.readAllLines(live())).hasSize(2).first().asString().contains("audit.cut");
        }
    }

    @Test
    void whatCannotBeWrittenIsCountedAndNeverThrown() throws IOException {
        Path blocked = directory.resolve("blocked");
        Files.writeString(blocked, "not a directory");
        try (FileAuditLog log = new FileAuditLog(blocked, blocked.resolve("key"), 1000, 2, secrets, CLOCK, false)) {
            append(log, 3);

            assertThat(log.writeErrors()).isEqualTo(3);
        }
    }

    @Test
    void theThreadOfAStoppedRunStillWritesItsLine() {
        try (FileAuditLog log = open(1 << 20, 3)) {
            Thread.currentThread().interrupt();
            append(log, 2);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(log.writeErrors()).isZero();
            assertThat(seqs(log)).containsExactly(2L, 1L);
        }
    }

    @Test
    void readOnlyWritesNothing() throws IOException {
        try (FileAuditLog log = new FileAuditLog(
                directory.resolve("none"), directory.resolve("none/key"), 1000, 2, secrets, CLOCK, true)) {
            append(log, 1);

            assertThat(directory.resolve("none")).doesNotExist();
            assertThat(seqs(log)).isEmpty();
        }
    }

    private List<JsonNode> linesOldestFirst() throws IOException {
        List<Path> files = new ArrayList<>(new AuditFiles(directory, 1000).newestFirst());
        Collections.reverse(files);
        List<JsonNode> lines = new ArrayList<>();
        for (Path file : files) {
            assertThat(Files.readString(file)).endsWith("\n");
            for (String line : Files.readAllLines(file)) {
                lines.add(Jsons.MAPPER.readTree(line));
            }
        }
        return lines;
    }

    private FileAuditLog open(long maxBytes, int maxFiles) {
        return new FileAuditLog(directory, directory.resolve("key"), maxBytes, maxFiles, secrets, CLOCK, false);
    }

    private Path live() {
        return directory.resolve("audit.jsonl");
    }

    private static void append(AuditLog log, int count) {
        for (int index = 0; index < count; index++) {
            log.append(AuditEvent.of("test", Actor.SYSTEM).with("kind", index % 2 == 0 ? "even" : "odd"));
        }
    }

    private static List<Long> seqs(AuditLog log) {
        return read(log, OptionalLong.empty(), OptionalLong.empty());
    }

    private static List<Long> read(AuditLog log, OptionalLong since, OptionalLong until) {
        return log.read(new AuditLog.Query(1000, OptionalLong.empty(), Map.of(), since, until)).entries().stream()
                .map(entry -> (Long) entry.get("seq"))
                .toList();
    }
}
