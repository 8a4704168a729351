package io.infloop.core.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of change is found, and named where it is. */
class AuditTamperTest {
    private static final int ROUNDS = Integer.getInteger("infloop.rounds", 3) * 10;

    @TempDir
    Path directory;

    private AuditBed bed;

    @BeforeEach
    void aLog() {
        bed = new AuditBed(directory);
    }

    @Test
    void anUntouchedLogIsIntact() {
        bed.write(10);

        assertThat(bed.verify().members())
                .containsEntry("intact", true)
                .containsEntry("lines", 10L)
                .containsEntry("firstSeq", 1L)
                .containsEntry("lastSeq", 10L)
                .containsEntry("headSeq", 10L)
                .doesNotContainKey("finding");
    }

    @Test
    void aChangedLineIsNamed() {
        bed.write(10);
        List<String> lines = bed.lines();
        lines.set(3, lines.get(3).replace("\"index\":3", "\"index\":7"));
        bed.put(lines);

        bed.assertFinding("changed", "audit.jsonl", 4, 4);
    }

    @Test
    void aChangedOrderOfMembersIsAChange() {
        bed.write(3);
        List<String> lines = bed.lines();
        lines.set(
                1,
                lines.get(1)
                        .replace("\"actor\":\"system\",\"outcome\":\"ok\"", "\"outcome\":\"ok\",\"actor\":\"system\""));
        bed.put(lines);

        bed.assertFinding("changed", "audit.jsonl", 2, 2);
    }

    @Test
    void aRemovedLineIsNamed() {
        bed.write(10);
        List<String> lines = bed.lines();
        lines.remove(5);
        bed.put(lines);

        bed.assertFinding("removed", "audit.jsonl", 6, 6);
    }

    @Test
    void removedFirstLinesAreNamed() {
        bed.write(10);
        List<String> lines = bed.lines();
        bed.put(lines.subList(2, 10));

        bed.assertFinding("removed", "audit.jsonl", 1, 2);
    }

    @Test
    void swappedLinesAreNamed() {
        bed.write(10);
        List<String> lines = bed.lines();
        Collections.swap(lines, 2, 3);
        bed.put(lines);

        bed.assertFinding("reordered", "audit.jsonl", 3, 3);
    }

    @Test
    void aRepeatedLineIsNamed() {
        bed.write(10);
        List<String> lines = bed.lines();
        lines.add(7, lines.get(2));
        bed.put(lines);

        bed.assertFinding("reordered", "audit.jsonl", 8, 3);
    }

    @Test
    void aForeignLineIsNamed() {
        bed.write(4);
        for (String foreign : List.of("scribble\n", "\n", "{\"seq\":3}\n", "\u0000\u0001\n", "[1]\n")) {
            List<String> lines = bed.lines();
            lines.add(2, foreign);
            bed.put(lines);
            assertThat(bed.finding().get("kind")).isEqualTo("foreign");
            assertThat(bed.finding().get("line")).isEqualTo(3L);
            lines.remove(2);
            bed.put(lines);
        }
        bed.assertIntact();
    }

    @Test
    void aLineOfAnotherKeyIsNamed() throws IOException {
        bed.write(4);
        AuditBed other = new AuditBed(Files.createDirectory(directory.resolve("other")));
        other.write(8);
        List<String> lines = bed.lines();
        lines.add(other.lines().get(6));
        bed.put(lines);

        bed.assertFinding("foreign", "audit.jsonl", 5, 7);
    }

    @Test
    void aCutTailIsNamedAlsoWhenAServerGoesOnBehindIt() {
        bed.write(10);
        bed.put(bed.lines().subList(0, 7));
        bed.assertFinding("cut", "audit.jsonl", 7, 8);

        bed.write(2);

        assertThat(bed.types()).startsWith("test", "test", "audit.cut", "test");
        bed.assertFinding("cut", "audit.jsonl", 8, 8);
    }

    @Test
    void aCutUnderARunningServerIsNoticed() {
        try (FileAuditLog log = bed.open(1 << 20, 3)) {
            AuditBed.append(log, 5);
            bed.put(bed.lines().subList(0, 3));
            AuditBed.append(log, 1);
        }

        assertThat(bed.types()).startsWith("test", "audit.cut", "test");
        bed.assertFinding("cut", "audit.jsonl", 4, 4);
    }

    @Test
    void anEmptiedLogIsNamed() throws IOException {
        bed.write(5);
        Files.delete(bed.live());
        bed.assertKind("cut");

        bed.write(1);
        bed.assertKind("cut", "removed");
    }

    @Test
    void aLogThatIsGoneWithItsHeadIsNamedAlsoAfterTheNextStart() throws IOException {
        bed.write(5);
        Files.delete(bed.live());
        Files.delete(bed.file("head.json"));
        bed.assertKind("cut");

        bed.write(3);

        bed.assertFinding("cut", "audit.jsonl", 1, 1);
    }

    @Test
    void aLogThatIsReplacedByLinesWithoutCodesIsNotTakenOver() throws IOException {
        bed.write(5);
        Files.writeString(
                bed.live(),
                "{\"ts\":\"2026-01-01T00:00:00.000Z\",\"seq\":1,\"type\":\"old\",\"actor\":\"system\",\"outcome\":\"ok\"}\n");
        Files.delete(bed.file("head.json"));

        bed.write(3);

        assertThat(bed.verify().intact()).isFalse();
        bed.write(1);
        assertThat(bed.verify().intact()).isFalse();
    }

    @Test
    void aHeadThatIsGoneOrForgedIsNamedAlsoAfterTheNextStart() throws IOException {
        bed.write(5);
        byte[] head = Files.readAllBytes(bed.file("head.json"));
        Files.writeString(
                bed.file("head.json"), new String(head, java.nio.charset.StandardCharsets.UTF_8).replace("5", "4"));
        bed.assertKind("head");
        Files.delete(bed.file("head.json"));
        bed.assertKind("head");

        bed.put(bed.lines().subList(0, 3));
        bed.write(1);

        bed.assertFinding("cut", "audit.jsonl", 4, 4);
    }

    @Test
    void chainedLinesCannotPassForOldOnes() throws IOException {
        bed.write(5);
        List<String> lines = bed.lines();
        lines.replaceAll(line -> line.replaceAll(",\"mac\":\"[^\"]*\"", "").replaceAll("\"prev\":\"[^\"]*\",", ""));
        bed.put(lines);
        assertThat(bed.verify().intact()).isFalse();
        Files.delete(bed.file("head.json"));
        bed.assertKind("head");
        Files.delete(bed.file("key"));
        bed.assertKind("unsealed");
    }

    @Test
    void manipulationOfARotatedFileIsNamedThere() throws IOException {
        bed.write(40, 4096, 10);
        Path oldest = bed.files().get(0);
        List<String> lines = bed.lines(oldest);
        lines.set(1, lines.get(1).replace("test", "tess"));
        bed.put(oldest, lines);
        bed.assertFinding("changed", oldest.getFileName().toString(), 2, 2);

        Files.delete(oldest);
        assertThat(bed.finding().get("kind")).isEqualTo("removed");
    }

    @Test
    void aWholeFileInTheMiddleThatIsGoneIsNamed() throws IOException {
        bed.write(60, 4096, 10);
        Path middle = bed.files().get(1);
        long first = 1 + bed.lines(bed.files().get(0)).size();
        Path next = bed.files().get(2);
        Files.delete(middle);

        bed.assertFinding("removed", next.getFileName().toString(), 1, first);
    }

    @Test
    void swappedFilesAreNamed() throws IOException {
        bed.write(60, 4096, 10);
        Path one = bed.files().get(1);
        Path two = bed.files().get(2);
        List<String> lines = bed.lines(one);
        bed.put(one, bed.lines(two));
        bed.put(two, lines);

        assertThat(bed.finding().get("kind")).isEqualTo("reordered");
        assertThat(bed.finding().get("file")).isEqualTo(one.getFileName().toString());
    }

    @Test
    void aTornLineIsNoFindingButTold() throws IOException {
        bed.write(3);
        Files.writeString(bed.live(), "{\"ts\":\"20", StandardOpenOption.APPEND);
        bed.assertIntact();
        assertThat(bed.verify().members()).containsKey("torn");

        bed.write(1);

        assertThat(bed.types()).containsExactly("test", "audit.recovered", "test", "test", "test");
        bed.assertIntact();
    }

    @Test
    void aCheckpointShowsWhatTheHeadCannot() throws IOException {
        bed.write(5);
        byte[] oldHead = Files.readAllBytes(bed.file("head.json"));
        bed.write(5);
        String checkpoint = bed.checkpoint();
        assertThat(checkpoint).startsWith("10.");
        assertThat(bed.verify(checkpoint).intact()).isTrue();
        bed.write(3);
        assertThat(bed.verify(checkpoint).intact()).isTrue();

        bed.put(bed.lines().subList(0, 5));
        Files.write(bed.file("head.json"), oldHead);

        bed.assertIntact();
        assertThat(bed.verify(checkpoint).intact()).isFalse();
        assertThat(bed.verify(checkpoint).members().get("finding").toString()).contains("checkpoint");
    }

    @Test
    void sinceACheckpointOnlyWhatFollowsDecides() {
        bed.write(5);
        List<String> lines = bed.lines();
        lines.set(1, lines.get(1).replace("\"index\":1", "\"index\":2"));
        bed.put(lines);
        String checkpoint = bed.checkpoint();
        bed.write(3);

        assertThat(bed.verify(checkpoint).intact()).isTrue();
        assertThat((Map<?, ?>) bed.verify(checkpoint).members().get("earlier")).isNotEmpty();
        List<String> later = bed.lines();
        later.set(6, later.get(6).replace("test", "tesd"));
        bed.put(later);
        assertThat(bed.verify(checkpoint).members().get("finding").toString()).contains("changed");
    }

    @Test
    void anyFlippedByteIsFound() throws IOException {
        bed.write(30, 4096, 10);
        Random random = new Random(20_261_122);
        for (int round = 0; round < ROUNDS; round++) {
            List<Path> files = new ArrayList<>(bed.files());
            Path file = files.get(random.nextInt(files.size()));
            byte[] original = Files.readAllBytes(file);
            byte[] changed = original.clone();
            int at = random.nextInt(changed.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            boolean lastNewline = file.equals(bed.live()) && at == changed.length - 1;

            assertThat(bed.verify().intact())
                    .as("round " + round + ": byte " + at + " of " + file.getFileName()
                            + (lastNewline ? ", its last" : ""))
                    .isFalse();
            Files.write(file, original);
        }
        bed.assertIntact();
    }
}
