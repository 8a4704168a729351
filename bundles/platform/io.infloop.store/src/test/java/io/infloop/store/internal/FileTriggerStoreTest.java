package io.infloop.store.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import io.infloop.store.WorkflowStore.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileTriggerStoreTest {
    private static final long POLL_MILLIS = 20;
    private static final long NEVER = 1_000_000;
    private static final int MAX_FILES = 5;
    private static final String ID = "abcdefghij0123456789ab";

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeRedactor redactor = new FakeRedactor();
    private FileTriggerStore store;

    @BeforeEach
    void open() {
        store = openStore(false);
    }

    private FileTriggerStore openStore(boolean readOnly) {
        return openStore(readOnly, POLL_MILLIS);
    }

    private FileTriggerStore openStore(boolean readOnly, long pollMillis) {
        return new FileTriggerStore(directory, redactor, readOnly, clock, pollMillis, MAX_FILES);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Trigger trigger(String name) {
        return trigger(ID, name);
    }

    private static Trigger trigger(String id, String name) {
        return Trigger.builder(id, "flow", "github")
                .name(name)
                .eventType(Optional.of("pull_request"))
                .match(List.of(new Trigger.Predicate("{{body.action}}", "==", "opened")))
                .inputs(Map.of("title", "{{body.title}}"))
                .secret(new TriggerSecret("one", "first", "top-secret", 1, OptionalLong.empty(), OptionalLong.empty()))
                .lastFiredAt(OptionalLong.of(1))
                .createdAt(2)
                .updatedAt(3)
                .build();
    }

    private Path file() {
        return directory.resolve(ID + ".json");
    }

    private JsonObject onDisk() throws IOException {
        return Json.parseObject(Files.readString(file()));
    }

    private void write(JsonObject document) throws IOException {
        Files.writeString(file(), document.toString());
    }

    @Test
    void aFileThatWasBrokenBeforeTheStartIsNotTakenForNone() throws IOException {
        Files.writeString(file(), "{\"id\": ");
        String other = "zzJvQ0a9TtWm2xZpLr8bYg";
        try (FileTriggerStoreTest.Closing later = new Closing(openStore(false))) {
            assertThat(later.store().find(ID)).isEmpty();
            assertThat(later.store().isBroken(ID)).isTrue();
            assertThat(later.store().isBroken(other)).isFalse();
            assertThat(later.store().problems()).singleElement().satisfies(problem -> assertThat(problem.file())
                    .doesNotContain(ID));
        }
    }

    private record Closing(FileTriggerStore store) implements AutoCloseable {
        @Override
        public void close() {
            store.close();
        }
    }

    @Test
    void savesWithTheServersTimes() throws IOException {
        Trigger saved = store.save(trigger("One"));
        long created = clock.millis();

        assertThat(saved.createdAt()).isEqualTo(created);
        assertThat(saved.updatedAt()).isEqualTo(created);
        assertThat(saved.lastFiredAt()).isEmpty();
        assertThat(saved.secrets()).extracting(TriggerSecret::value).containsExactly("top-secret");
        assertThat(onDisk().get("secret")).isEqualTo("top-secret");
        assertThat(onDisk().has("lastFiredAt")).isTrue();
        assertThat(onDisk().get("lastFiredAt")).isNull();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");

        clock.advance(Duration.ofSeconds(9));
        store.touch(ID, created + 5);
        Trigger again = store.save(trigger("Two"));

        assertThat(again.createdAt()).isEqualTo(created);
        assertThat(again.updatedAt()).isEqualTo(created + 9_000);
        assertThat(again.lastFiredAt()).hasValue(created + 5);
        assertThat(onDisk().get("lastFiredAt")).isEqualTo(created + 5);
        assertThat(store.find(ID)).contains(again);
        assertThat(store.list()).containsExactly(again);
    }

    @Test
    void keepsMembersItDoesNotKnow() throws IOException {
        store.save(trigger("One"));
        write(onDisk().toBuilder()
                .put("comment", "mine")
                .put("name", "By hand")
                .put("verifyOptional", true)
                .build());

        store.save(trigger("Two"));

        assertThat(onDisk().get("comment")).isEqualTo("mine");
        assertThat(onDisk().get("name")).isEqualTo("Two");
        assertThat(onDisk().has("verifyOptional")).isFalse();
    }

    @Test
    void picksUpWhatChangesByHand() throws Exception {
        store.save(trigger("One"));
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        store.onChange(() -> changes.add("changed"));

        write(onDisk().toBuilder().put("enabled", false).build());
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(store.find(ID).orElseThrow().enabled()).isFalse();
        Files.delete(file());
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(store.find(ID)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'secret':7",
                "'enabled':'false'",
                "'match':{}",
                "'match':[{'lhs':'a','op':'like','rhs':'b'}]",
                "'match':[{'lhs':'a','op':'=='}]",
                "'match':['a']",
                "'inputs':[]",
                "'inputs':{'a':1}",
                "'workflowId':''",
                "'pluginId':null",
                "'eventType':1",
                "'secrets':{}",
                "'secrets':['x']",
                "'secrets':[{'id':'a','value':''}]",
                "'secrets':[{'id':'a'}]",
                "'secrets':[{'id':'A/..','value':'x'}]",
                "'secrets':[{'id':'a','value':'x'},{'id':'a','value':'y'}]",
                "'secrets':[{'id':'a','value':'x','expiresAt':'never'}]",
                "'ipAllow':'10.0.0.0/8'",
                "'ipAllow':[]",
                "'ipAllow':['10.0.0.0/8','home.example']",
                "'maxBodyBytes':1e12",
                "'maxBodyBytes':'1024'",
                "'rateLimitPerMinute':-1",
                "'rateLimitPerMinute':1.5",
                "'dedup':true",
                "'dedup':{'enabled':1}",
                "'dedup':{'retentionHours':0}",
                "'concurrency':{'key':'{{body.id}}','policy':'drop'}",
                "'concurrency':{'policy':'skip'}",
                "'config':{'topicArn':['a']}",
                "'boundAt':'now'",
                "'id':'somebody-elses-id-12'",
            })
    void neverBecomesMorePermissiveThroughABrokenEdit(String edit) throws IOException {
        store.save(trigger("Good"));
        JsonObject broken = onDisk().toBuilder()
                .putAll(Json.parseObject(("{" + edit + "}").replace('\'', '"')))
                .build();

        write(broken);

        await().until(() -> !store.problems().isEmpty());
        Trigger used = store.find(ID).orElseThrow();
        assertThat(used.name()).isEqualTo("Good");
        assertThat(used.secrets()).extracting(TriggerSecret::value).containsExactly("top-secret");
        assertThat(used.match()).hasSize(1);
    }

    @Test
    void showsNoIdInProblemsAndErrors() throws IOException {
        Files.writeString(file(), "{\"id\":\"" + ID + "\",");

        await().until(() -> !store.problems().isEmpty());

        FileProblem problem = store.problems().get(0);
        assertThat(problem.toString()).doesNotContain(ID).contains("abcdef…");
        assertThat(trigger("x").toString()).doesNotContain(ID).doesNotContain("top-secret");
        assertThat(store.find(ID)).isEmpty();
    }

    @Test
    void writesWhenItFiredAtMostOnceAMinute() throws IOException {
        store.save(trigger("One"));
        store.touch(ID, 100);
        assertThat(store.find(ID).orElseThrow().lastFiredAt()).hasValue(100);
        await().until(() -> Long.valueOf(100).equals(onDisk().get("lastFiredAt")));

        store.touch(ID, 300);
        store.touch(ID, 200);
        assertThat(store.find(ID).orElseThrow().lastFiredAt()).hasValue(300);
        await().during(Duration.ofMillis(5 * POLL_MILLIS))
                .until(() -> Long.valueOf(100).equals(onDisk().get("lastFiredAt")));
        clock.advance(Duration.ofSeconds(61));

        await().until(() -> Long.valueOf(300).equals(onDisk().get("lastFiredAt")));
        assertThat(onDisk().get("updatedAt"))
                .isEqualTo(store.find(ID).orElseThrow().updatedAt());
    }

    @Test
    void writesWhenItFiredAtTheEndButNeverOverAHandEdit() throws IOException {
        store.save(trigger("One"));
        store.touch(ID, 100);
        await().until(() -> Long.valueOf(100).equals(onDisk().get("lastFiredAt")));
        store.touch(ID, 200);
        write(onDisk().toBuilder().put("name", "By hand").build());

        store.close();

        assertThat(onDisk().get("name")).isEqualTo("By hand");
        assertThat(onDisk().get("lastFiredAt")).isEqualTo(200L);
        store = openStore(false);
        assertThat(store.find(ID).orElseThrow().lastFiredAt()).hasValue(200);
    }

    @Test
    void doesNotWriteOverABrokenFileWhenItFired() throws IOException {
        store.save(trigger("One"));
        Files.writeString(file(), "being edited");
        await().until(() -> !store.problems().isEmpty());

        store.touch(ID, 200);
        store.close();

        assertThat(file()).hasContent("being edited");
        store = openStore(false);
    }

    @Test
    void deletesForGood() {
        store.save(trigger("One"));
        store.touch(ID, 100);

        assertThat(store.delete(ID)).isTrue();
        assertThat(store.delete(ID)).isFalse();

        store.touch(ID, 200);
        store.close();
        assertThat(file()).doesNotExist();
        store = openStore(false);
    }

    @Test
    void refusesIdsThatAreNone() {
        for (String id : List.of("", "short", "../../../etc/passwd-x", "abcdefghij0123456789a.", "x".repeat(33))) {
            assertThatThrownBy(() -> store.find(id))
                    .isInstanceOfSatisfying(InfloopException.class, refusal -> assertThat(refusal.code())
                            .isEqualTo(ErrorCode.INVALID_ID));
            assertThatThrownBy(() -> store.delete(id)).isInstanceOf(InfloopException.class);
        }
    }

    @Test
    void findsWhatAnotherServerSavedAMomentAgo() {
        FileTriggerStore other = openStore(false, NEVER);
        try {
            store.save(trigger("One"));

            assertThat(other.find(ID)).map(Trigger::name).contains("One");
        } finally {
            other.close();
        }
    }

    @Test
    void tellsOfWhatWasFoundBeforeTheDirectoryWasLookedThrough() throws Exception {
        close();
        FileTriggerStore other = openStore(false, NEVER);
        try {
            other.save(trigger("One"));
        } finally {
            other.close();
        }
        Path elsewhere = Files.move(file(), directory.resolve("kept"));
        store = openStore(false, 300);
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        store.onChange(() -> changes.add("changed"));
        Files.move(elsewhere, file());

        assertThat(store.find(ID)).isPresent();

        assertThat(changes.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void looksForFilesAtMostSoOftenASecond() {
        FileTriggerStore other = openStore(false, NEVER);
        try {
            for (int count = 0; count < 60; count++) {
                assertThat(other.find("no-such-trigger-at-all-" + count)).isEmpty();
            }
            store.save(trigger("One"));

            assertThat(other.find(ID)).isEmpty();
            clock.advance(Duration.ofSeconds(1));
            assertThat(other.find(ID)).isPresent();
        } finally {
            other.close();
        }
    }

    @Test
    void refusesASaveThatWouldNotBeReadAfterARestart() throws IOException {
        for (int count = 0; count < MAX_FILES; count++) {
            store.save(trigger("trigger-number-0000" + count, "One"));
        }

        assertThatThrownBy(() -> store.save(trigger("One")))
                .isInstanceOfSatisfying(InfloopException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining("holds 5 files");

        assertThat(file()).doesNotExist();
        assertThat(store.save(trigger("trigger-number-00000", "Two")).name()).isEqualTo("Two");
        assertThat(store.delete("trigger-number-00001")).isTrue();
        assertThat(store.save(trigger("Now")).name()).isEqualTo("Now");
    }

    @Test
    void keepsTheFilesItKnowsWhenThereAreTooMany() throws IOException {
        for (int count = 0; count < MAX_FILES; count++) {
            store.save(trigger("trigger-number-0000" + count, "One"));
        }
        for (int count = 0; count < 20; count++) {
            Files.writeString(directory.resolve("another-trigger-00" + count + ".json"), "{}");
        }

        await().until(() -> !store.problems().isEmpty());

        assertThat(store.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("more than 5 files"));
        assertThat(store.list()).hasSize(MAX_FILES);
    }

    @Test
    void theSecretsInUseAreKnownToTheRedactor() throws IOException {
        store.save(trigger("One"));
        assertThat(redactor.known()).containsExactly("top-secret");

        write(onDisk().toBuilder().put("secret", 7).build());
        await().until(() -> !store.problems().isEmpty());
        assertThat(redactor.known()).as("the last good one is in use").containsExactly("top-secret");

        write(onDisk().toBuilder().put("secret", "another-secret").build());
        await().until(() -> redactor.known().equals(List.of("another-secret")));

        store.delete(ID);
        assertThat(redactor.known()).isEmpty();
    }

    @Test
    void followsNoLinkOutOfItsDirectory() throws IOException {
        store.save(trigger("One"));
        Path outside = Files.writeString(
                Files.createDirectory(directory.resolve("elsewhere")).resolve("trigger"),
                onDisk().toBuilder().put("name", "Outside").build().toString());
        String before = Files.readString(outside);
        // At once: a moment without a file is a deletion.
        Files.move(
                Files.createSymbolicLink(directory.resolve("link"), outside),
                file(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        await().until(() -> !store.problems().isEmpty());

        store.touch(ID, 100);
        assertThat(store.find(ID).orElseThrow().name()).isEqualTo("One");
        close();
        assertThat(outside).hasContent(before);
        store = openStore(false);
        assertThat(store.find(ID)).isEmpty();
        store.save(trigger("Mine"));

        assertThat(Files.isSymbolicLink(file())).isFalse();
        assertThat(outside).hasContent(before);
    }

    @Test
    void aCommandWritesNothing() throws IOException {
        FileTriggerStore reading = openStore(true);

        assertThatThrownBy(() -> reading.save(trigger("One"))).isInstanceOf(InfloopException.class);

        reading.close();
        assertThat(file()).doesNotExist();
    }
}
