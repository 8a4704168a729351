package io.infloop.store.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.Trigger;
import io.infloop.store.WorkflowStore.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWorkflowStoreTest {
    private static final long POLL_MILLIS = 20;
    private static final long NEVER = 1_000_000;

    @TempDir
    Path data;

    private final ManualClock clock = new ManualClock();
    private FileTriggerStore triggers;
    private FileWorkflowStore store;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(data.resolve("library"));
        triggers = new FileTriggerStore(data.resolve("triggers"), new FakeRedactor(), false, clock, POLL_MILLIS, 100);
        store = openStore(false);
    }

    private FileWorkflowStore openStore(boolean readOnly) {
        return new FileWorkflowStore(
                data.resolve("workflows"), data.resolve("library"), triggers, readOnly, clock, POLL_MILLIS);
    }

    @AfterEach
    void close() {
        store.close();
        triggers.close();
    }

    private static JsonObject document(String id, String name) {
        return Json.parseObject("{'id':'%s','name':'%s','nodes':[{'id':'start-1','type':'start'}],'edges':[]}"
                .formatted(id, name)
                .replace('\'', '"'));
    }

    private static String stored(String id, String name, long version, long updatedAt) {
        return document(id, name).toBuilder()
                .put("version", version)
                .put("updatedAt", updatedAt)
                .build()
                .toString();
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(data.resolve(file), content);
    }

    @Test
    void findsWhatAnotherServerSavedAMomentAgo() throws IOException {
        FileWorkflowStore unpolled = new FileWorkflowStore(
                data.resolve("workflows"), data.resolve("library"), triggers, false, clock, NEVER);
        try {
            write("workflows/flow-new.json", stored("flow-new", "New", 3, 5));

            assertThat(unpolled.find("flow-new").orElseThrow().version()).isEqualTo(3);
        } finally {
            unpolled.close();
        }
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(InfloopException.class, refusal -> assertThat(refusal.code())
                .isEqualTo(code));
    }

    @Test
    void countsVersionsAndKeepsTheTimeOfCreation() throws IOException {
        StoredWorkflow first = store.save(document("flow", "First"), Optional.empty());
        long created = clock.millis();
        clock.advance(Duration.ofSeconds(5));
        StoredWorkflow second = store.save(
                document("flow", "Second").toBuilder()
                        .put("version", 77)
                        .put("createdAt", 1)
                        .put("triggers", List.of())
                        .build(),
                Optional.of(1L));

        assertThat(first.version()).isEqualTo(1);
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.updatedAt()).isEqualTo(clock.millis());
        assertThat(second.document().get("createdAt")).isEqualTo(created);
        assertThat(second.document().has("triggers")).isFalse();
        assertThat(second.name()).isEqualTo("Second");
        assertThat(second.generation()).isNotEqualTo(first.generation());
        assertThat(store.find("flow")).contains(second);
        Path file = data.resolve("workflows/flow.json");
        assertThat(Json.parseObject(Files.readString(file))).isEqualTo(second.document());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void refusesToOverwriteWhatSomebodyElseSaved() {
        store.save(document("flow", "First"), Optional.empty());

        assertRefused(ErrorCode.CONFLICT, () -> store.save(document("flow", "Mine"), Optional.of(0L)));
        assertRefused(ErrorCode.CONFLICT, () -> store.save(document("other", "Mine"), Optional.of(3L)));

        assertThat(store.save(document("other", "Mine"), Optional.of(0L)).version())
                .isEqualTo(1);
    }

    @Test
    void seesAtOnceInASaveWhatAnotherServerSaved() {
        FileWorkflowStore other = openStore(false);
        other.save(document("flow", "Other"), Optional.empty());

        assertRefused(ErrorCode.CONFLICT, () -> store.save(document("flow", "Mine"), Optional.of(0L)));

        assertThat(store.save(document("flow", "Mine"), Optional.of(1L)).version())
                .isEqualTo(2);
        await().until(() -> other.find("flow").orElseThrow().name().equals("Mine"));
        other.close();
    }

    @Test
    void prefersTheUsersCopyToTheLibrarysAndNeverTouchesTheLibrary() throws IOException {
        String preset = stored("preset", "Preset", 4, 10);
        write("library/preset.json", preset);
        await().until(() -> store.find("preset").isPresent());
        assertThat(store.find("preset").orElseThrow().source()).isEqualTo(StoredWorkflow.Source.LIBRARY);
        assertThat(store.delete("preset")).isFalse();

        StoredWorkflow copy = store.save(document("preset", "Copy"), Optional.of(4L));

        assertThat(copy.version()).isEqualTo(5);
        assertThat(store.find("preset").orElseThrow().name()).isEqualTo("Copy");
        assertThat(store.list()).extracting(StoredWorkflow::source).containsExactly(StoredWorkflow.Source.USER);
        assertThat(data.resolve("library/preset.json")).hasContent(preset);
        assertThat(store.delete("preset")).isTrue();
        assertThat(store.find("preset").orElseThrow().name()).isEqualTo("Preset");
    }

    @Test
    void listsTheNewestFirst() throws IOException {
        write("workflows/a.json", stored("a", "A", 1, 10));
        write("workflows/b.json", stored("b", "B", 1, 30));
        write("library/c.json", stored("c", "C", 1, 20));

        await().untilAsserted(() ->
                assertThat(store.list()).extracting(StoredWorkflow::id).containsExactly("b", "c", "a"));
    }

    @Test
    void picksUpWhatIsWrittenChangedAndDeletedByHand() throws Exception {
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        store.onChange(changes::add);

        write("workflows/flow.json", stored("flow", "One", 1, 10));
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo("flow");
        long generation = store.find("flow").orElseThrow().generation();
        write("workflows/flow.json", stored("flow", "Two", 1, 10));
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo("flow");
        assertThat(store.find("flow").orElseThrow())
                .satisfies(flow -> assertThat(flow.name()).isEqualTo("Two"))
                .satisfies(flow -> assertThat(flow.generation()).isNotEqualTo(generation));
        Files.delete(data.resolve("workflows/flow.json"));
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo("flow");
        assertThat(store.find("flow")).isEmpty();
    }

    @Test
    void keepsTheLastGoodContentOfAFileThatWasBrokenByHand() throws IOException {
        store.save(document("flow", "Good"), Optional.empty());

        write("workflows/flow.json", "{\"id\":\"flow\",\"name\":");
        await().until(() -> !store.problems().isEmpty());
        assertThat(store.find("flow").orElseThrow().name()).isEqualTo("Good");
        assertThat(store.problems().get(0).file()).isEqualTo("flow.json");
        assertThat(store.problems().get(0).reason()).contains("is not JSON").contains("last good content");

        write("workflows/flow.json", stored("flow", "Mended", 3, 10));
        await().until(() -> store.problems().isEmpty());
        assertThat(store.save(document("flow", "Next"), Optional.of(3L)).version())
                .isEqualTo(4);
    }

    @Test
    void leavesOutWhatNeverWasReadableAndSaysWhy() throws IOException {
        store.save(document("good", "Good"), Optional.empty());
        write("workflows/broken.json", "]");
        write("workflows/array.json", "[]");
        write("workflows/other.json", stored("name", "Name", 1, 1));
        write("workflows/two words.json", stored("two words", "Name", 1, 1));
        write("workflows/unlisted.json", document("unlisted", "By hand").toString());
        write("workflows/notes.txt", "ignored");
        Files.createDirectory(data.resolve("workflows/folder.json"));

        await().untilAsserted(() -> assertThat(store.problems())
                .extracting(FileProblem::file)
                .containsExactly(
                        "array.json", "broken.json", "folder.json", "other.json", "two words.json", "unlisted.json"));
        assertThat(store.list()).extracting(StoredWorkflow::id).containsExactly("good");
        assertThat(store.find("broken")).isEmpty();
        assertThat(store.find("unlisted").orElseThrow().version()).isZero();
    }

    @Test
    void bringsEarlierDocumentsIntoTodaysForm() throws IOException {
        write(
                "workflows/old.json",
                """
                {"id":"old","name":"Old","version":3,"createdAt":1,"updatedAt":2,"edges":[],
                 "nodes":[{"id":"start-1","type":"start"},
                  {"id":"loop-1","type":"loop","children":[
                    {"id":"a","type":"claude","config":{"prompt":"p"}},
                    {"id":"b","type":"claude","config":{"providerId":"codex"}}]}],
                 "triggers":[{"id":"abcdefghij0123456789ab","match":[{"lhs":"{{body.a}}","op":"==","rhs":"1"}],
                    "inputs":{"title":"{{body.title}}"}},
                   {"id":"abcdefghij0123456789ac","match":[{"lhs":"{{body.a}}","op":"like","rhs":"1"}]},
                   {"id":"../evil"}, {"no":"id"}, 7]}
                """);
        String before = Files.readString(data.resolve("workflows/old.json"));

        await().until(() -> store.find("old").isPresent() && triggers.list().size() == 2);

        JsonObject document = store.find("old").orElseThrow().document();
        assertThat(document.has("triggers")).isFalse();
        assertThat(document.toString())
                .contains("{\"id\":\"a\",\"type\":\"agent\",\"config\":{\"providerId\":\"claude\",\"prompt\":\"p\"}}")
                .contains("{\"id\":\"b\",\"type\":\"agent\",\"config\":{\"providerId\":\"codex\"}}");
        assertThat(data.resolve("workflows/old.json")).hasContent(before);
        Trigger trigger = triggers.find("abcdefghij0123456789ab").orElseThrow();
        assertThat(trigger.pluginId()).isEqualTo("generic");
        assertThat(trigger.workflowId()).isEqualTo("old");
        assertThat(trigger.name()).isEqualTo("abcdefghij0123456789ab");
        assertThat(trigger.enabled()).isTrue();
        assertThat(trigger.match()).containsExactly(new Trigger.Predicate("{{body.a}}", "==", "1"));
        assertThat(trigger.inputs()).isEqualTo(Map.of("title", "{{body.title}}"));
        assertThat(triggers.find("abcdefghij0123456789ac").orElseThrow().enabled())
                .isFalse();
        assertThat(data.resolve("evil.json")).doesNotExist();
    }

    @Test
    void doesNotWriteATriggerAgainThatExists() throws IOException {
        String document =
                """
                {"id":"old","name":"Old","version":3,"updatedAt":2,"edges":[],"nodes":[],
                 "triggers":[{"id":"abcdefghij0123456789ab","name":"imported"}]}
                """;
        write("workflows/old.json", document);
        await().until(() -> triggers.list().size() == 1);
        write(
                "triggers/abcdefghij0123456789ab.json",
                Json.parseObject(Files.readString(data.resolve("triggers/abcdefghij0123456789ab.json"))).toBuilder()
                        .put("name", "renamed")
                        .build()
                        .toString());
        await().until(() -> triggers.list().get(0).name().equals("renamed"));

        FileWorkflowStore restarted = openStore(false);

        assertThat(triggers.list()).extracting(Trigger::name).containsExactly("renamed");
        restarted.close();
    }

    @Test
    void refusesIdsThatAreNone() {
        for (String id : List.of("", "..", "../flow", "a/b", "a\\b", "a..b", ".hidden", "x".repeat(129), "a\0b")) {
            assertRefused(ErrorCode.INVALID_ID, () -> store.find(id));
            assertRefused(ErrorCode.INVALID_ID, () -> store.delete(id));
            assertRefused(
                    ErrorCode.INVALID_ID,
                    () -> store.save(JsonObject.builder().put("id", id).build(), Optional.empty()));
        }
        assertRefused(ErrorCode.INVALID_ID, () -> store.save(JsonObject.EMPTY, Optional.empty()));
    }

    @Test
    void reapsOnlyOldTemporaryFiles() throws IOException {
        Path old = Files.writeString(data.resolve("workflows/flow.json.0123456789ab.tmp"), "");
        Path fresh = Files.writeString(data.resolve("workflows/flow.json.0123456789ac.tmp"), "");
        Files.setLastModifiedTime(old, FileTime.fromMillis(clock.millis() - 3_600_000));

        openStore(false).close();

        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
    }

    @Test
    void followsNoLinkOutOfItsDirectory() throws IOException {
        write("outside.json", stored("flow", "Outside", 1, 1));
        Files.createSymbolicLink(data.resolve("workflows/flow.json"), data.resolve("outside.json"));
        await().until(() -> !store.problems().isEmpty());

        assertThat(store.find("flow")).isEmpty();
        assertThat(store.problems().get(0).reason()).contains("symbolic link");
        store.save(document("flow", "Mine"), Optional.empty());

        assertThat(data.resolve("outside.json")).hasContent(stored("flow", "Outside", 1, 1));
        assertThat(store.find("flow").orElseThrow().name()).isEqualTo("Mine");
    }

    @Test
    void aCommandWritesNothing() throws IOException {
        Files.delete(data.resolve("workflows"));
        FileWorkflowStore reading = openStore(true);

        assertRefused(ErrorCode.STORE_UNAVAILABLE, () -> reading.save(document("flow", "Flow"), Optional.empty()));

        assertThat(reading.list()).isEmpty();
        assertThat(data.resolve("workflows")).doesNotExist();
        reading.close();
    }

    @Test
    void saysSoWhenTheDirectoryIsNone() throws IOException {
        Files.delete(data.resolve("workflows"));
        Files.writeString(data.resolve("workflows"), "a file");
        FileWorkflowStore broken = openStore(false);

        assertRefused(ErrorCode.STORE_UNAVAILABLE, broken::list);
        assertRefused(ErrorCode.STORE_UNAVAILABLE, () -> broken.find("flow"));
        assertThat(broken.problems()).extracting(FileProblem::file).containsExactly("workflows");
        Files.delete(data.resolve("workflows"));
        await().untilAsserted(() -> assertThat(broken.list()).isEmpty());
        assertThat(broken.save(document("flow", "Flow"), Optional.empty()).version())
                .isEqualTo(1);
        broken.close();
    }
}
