package io.infloop.engine.internal.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.audit.Redactor;
import io.infloop.engine.internal.state.RunEvents;
import io.infloop.engine.internal.testing.FakeHub;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final String RUN = "11111111-1111-4111-8111-111111111111";

    @TempDir
    Path root;

    private final JournalWriter writer = new JournalWriter();

    @AfterEach
    void tearDown() {
        writer.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void manyJournalsKeepTheirLinesInOrder() throws Exception {
        List<RunJournal> journals = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            journals.add(writer.open(root.resolve("j" + i)));
        }
        for (int line = 0; line < 200; line++) {
            for (RunJournal journal : journals) {
                assertThat(journal.append(bytes("line " + line), false)).isTrue();
            }
        }
        for (int i = 0; i < 20; i++) {
            journals.get(i).close().get(10, TimeUnit.SECONDS);
            List<String> lines = Files.readAllLines(root.resolve("j" + i));
            assertThat(lines).hasSize(200);
            assertThat(lines.get(199)).isEqualTo("line 199");
        }
    }

    @Test
    void afterTheEndNothingIsTaken() throws Exception {
        RunJournal journal = writer.open(root.resolve("j"));
        journal.append(bytes("a"), false);
        journal.close().get(10, TimeUnit.SECONDS);
        journal.append(bytes("b"), false);
        journal.close().get(10, TimeUnit.SECONDS);
        assertThat(Files.readString(root.resolve("j"))).isEqualTo("a\n");
    }

    @Test
    void aJournalThatCannotBeWrittenSaysSoOnceAndStaysQuiet() throws Exception {
        Files.writeString(root.resolve("file"), "");
        RunJournal journal = writer.open(root.resolve("file/below/j"));
        AtomicInteger failures = new AtomicInteger();
        journal.onFailure(reason -> failures.incrementAndGet());
        journal.append(bytes("a"), false);
        assertThatThrownBy(() -> journal.close().get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        assertThat(failures.get()).isEqualTo(1);
        RunJournal other = writer.open(root.resolve("fine"));
        other.append(bytes("a"), false);
        other.close().get(10, TimeUnit.SECONDS);
    }

    @Test
    void idsAreCheckedBeforeTheyBecomeNames() {
        JournalFiles files = new JournalFiles(root);
        assertThatThrownBy(() -> files.journal("..", RUN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files.journal("w", "../x")).isInstanceOf(IllegalArgumentException.class);
        assertThat(files.journal("w", RUN).startsWith(root)).isTrue();
    }

    @Test
    void linksLeadNeitherTheWriterNorTheReaderOut() throws Exception {
        Path runs = Files.createDirectory(root.resolve("runs"));
        Path outside = Files.createDirectory(root.resolve("outside"));
        Path precious = Files.writeString(outside.resolve(RUN + ".jsonl"), "{\"type\":\"run_started\"}\n");
        JournalFiles files = new JournalFiles(runs);
        Files.createSymbolicLink(runs.resolve("linked"), outside);
        Files.createSymbolicLink(Files.createDirectory(runs.resolve("w")).resolve(RUN + ".jsonl"), precious);

        for (String workflow : List.of("linked", "w")) {
            RunJournal journal = writer.open(files.journal(workflow, RUN));
            journal.append(bytes("evil"), false);
            assertThatThrownBy(() -> journal.close().get(10, TimeUnit.SECONDS))
                    .hasStackTraceContaining("symbolic link");
            assertThatThrownBy(() -> new JournalReader(files).read(workflow, RUN, 10))
                    .hasMessageContaining("symbolic link");
            assertThatThrownBy(() -> new JournalRepair(files).close(workflow, RUN, "W", 1, "cid", 2, List.of()))
                    .hasMessageContaining("symbolic link");
        }
        Files.move(runs, root.resolve("moved"));
        Files.createSymbolicLink(runs, root.resolve("moved"));
        RunJournal journal = writer.open(files.journal("new", RUN));
        journal.append(bytes("evil"), false);
        assertThatThrownBy(() -> journal.close().get(10, TimeUnit.SECONDS)).hasStackTraceContaining("symbolic link");

        assertThat(precious).hasContent("{\"type\":\"run_started\"}\n");
        assertThat(root.resolve("moved/new")).doesNotExist();
    }

    @Test
    void aLinkInTheWayOfAMarkerIsNotWrittenThrough() throws IOException {
        Path outside = Files.writeString(root.resolve("outside"), "precious");
        Path markers = Files.createDirectory(root.resolve("active-runs"));
        Files.createSymbolicLink(markers.resolve(RUN + ".json.tmp"), outside);
        Files.createSymbolicLink(markers.resolve(RUN + ".json"), outside);
        RunMarkers runs = new RunMarkers(root);

        assertThatThrownBy(() -> runs.write(new RunMarker(
                        RUN, "w", "W", 1, "cid", Optional.empty(), Optional.empty(), "server", 1, 1, List.of())))
                .isInstanceOf(IOException.class);

        assertThat(runs.list()).isEmpty();
        assertThat(outside).hasContent("precious");
    }

    @Test
    void theReaderKeepsTheLastEventsAndSaysWhatIsMissing() throws IOException {
        JournalFiles files = new JournalFiles(root);
        Path file = files.journal("w", RUN);
        Files.createDirectories(file.getParent());
        StringBuilder text = new StringBuilder("{\"type\":\"run_started\",\"seq\":1}\n");
        for (int i = 2; i <= 100; i++) {
            text.append("{\"type\":\"x\",\"seq\":").append(i).append("}\n");
        }
        Files.writeString(file, text);
        JournalReader.Journal journal =
                new JournalReader(files).read("w", RUN, 10).orElseThrow();
        assertThat(journal.events()).hasSize(10);
        assertThat(journal.events().get(9).number("seq")).contains(100L);
        assertThat(journal.started()).isPresent();
        assertThat(journal.finished()).isEmpty();
        assertThat(journal.total()).isEqualTo(100);
        assertThat(journal.truncated()).isTrue();
        assertThat(new JournalReader(files).read("w", RUN.replace('1', '2'), 10))
                .isEmpty();
    }

    @Test
    void aRecordHoldsTheNewestMebibytes() throws IOException {
        JournalFiles files = new JournalFiles(root);
        Path file = files.journal("w", RUN);
        Files.createDirectories(file.getParent());
        StringBuilder text = new StringBuilder("{\"type\":\"run_started\",\"seq\":1}\n");
        String chunk = "x".repeat(100_000);
        for (int i = 2; i <= 200; i++) {
            text.append("{\"type\":\"x\",\"seq\":")
                    .append(i)
                    .append(",\"text\":\"")
                    .append(chunk)
                    .append("\"}\n");
        }
        Files.writeString(file, text);
        JournalReader.Journal journal = new JournalReader(files)
                .read("w", RUN, JournalReader.MAX_EVENTS)
                .orElseThrow();
        assertThat(journal.events()).hasSizeBetween(70, 84);
        assertThat(journal.lastSeq()).isEqualTo(200);
        assertThat(journal.started()).isPresent();
        assertThat(journal.truncated()).isTrue();
    }

    @Test
    void numbersOfEventsAscendWhereLinesAreMissing() throws IOException {
        writer.close();
        Path file = root.resolve("j");
        RunJournal journal = writer.open(file);
        RunEvents events = new RunEvents(
                RUN, "cid_0123456789abcdefghij", journal, new FakeHub(), Redactor.NONE, Clock.systemUTC());
        String chunk = "x".repeat(1_000_000);
        for (int i = 0; i < 20; i++) {
            events.emitOutput("stdout_chunk", JsonObject.of("text", chunk));
        }
        journal.writeBatch();
        events.emit("notice", JsonObject.EMPTY);
        journal.writeBatch();
        List<Long> numbers = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            numbers.add(Json.parseObject(line).number("seq").orElseThrow().longValue());
        }
        assertThat(Files.readString(file)).contains("events are missing here");
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
        RunEvents.Recent recent = events.recent(3_500_000);
        assertThat(recent.truncated()).isTrue();
        assertThat(recent.events()).hasSize(4);
        assertThat(recent.events().get(3).string("type")).contains("notice");
    }
}
