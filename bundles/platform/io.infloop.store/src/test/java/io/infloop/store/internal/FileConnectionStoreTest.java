package io.infloop.store.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Connection;
import io.infloop.store.WorkflowStore.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileConnectionStoreTest {
    private static final long POLL_MILLIS = 20;
    private static final long NEVER = 1_000_000;
    private static final int MAX_FILES = 5;
    private static final String TOKEN = "sk-canary-0123456789";

    @TempDir
    Path root;

    private Path directory;
    private final ManualClock clock = new ManualClock();
    private final FakeRedactor redactor = new FakeRedactor();
    private FileConnectionStore store;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createDirectory(root.resolve("connections"));
        store = openStore(false, POLL_MILLIS);
    }

    private FileConnectionStore openStore(boolean readOnly, long pollMillis) {
        return new FileConnectionStore(directory, redactor, readOnly, clock, pollMillis, MAX_FILES);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Connection connection(String id, String label) {
        return new Connection(id, label, "http://gpu.lan", TOKEN, List.of(new Connection.Port(8642, "hermes-4")), true);
    }

    private Path file(String id) {
        return directory.resolve(id + ".json");
    }

    private Path oldFile(String id) {
        return directory.resolve(id + ".hermes.local.json");
    }

    private static JsonObject onDisk(Path file) throws IOException {
        return Json.parseObject(Files.readString(file));
    }

    private static String reference(String label, String token) {
        return "{\"label\":\"%s\",\"host\":\"http://127.0.0.1\",\"token\":\"%s\",\"ports\":[{\"port\":8642,\"profile\":\"p\"}]}"
                .formatted(label, token);
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(InfloopException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.getMessage()).doesNotContain(TOKEN);
        });
    }

    @Test
    void savesForTheOwnerOnly() throws IOException {
        Connection saved = store.save(connection("gpu", "GPU"));

        assertThat(saved).isEqualTo(connection("gpu", "GPU"));
        assertThat(store.find("gpu")).contains(saved);
        assertThat(store.list()).containsExactly(saved);
        assertThat(onDisk(file("gpu")).asMap()).containsOnlyKeys("label", "host", "token", "ports", "privateAddresses");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("gpu"))))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file("gpu"));
        }
    }

    @Test
    void keepsMembersItDoesNotKnow() throws IOException {
        store.save(connection("gpu", "One"));
        Files.writeString(
                file("gpu"),
                onDisk(file("gpu")).toBuilder().put("comment", "mine").build().toString());

        store.save(connection("gpu", "Two"));

        assertThat(onDisk(file("gpu")).get("comment")).isEqualTo("mine");
        assertThat(onDisk(file("gpu")).get("label")).isEqualTo("Two");
    }

    @Test
    void storesTheHostWithoutPort() {
        Connection saved = store.save(new Connection("gpu", "GPU", "HTTPS://Gpu.Lan:8642/", TOKEN, List.of(), false));

        assertThat(saved.host()).isEqualTo("https://gpu.lan");
        assertThat(store.save(new Connection("v6", "V6", "http://[::1]:80", TOKEN, List.of(), false))
                        .host())
                .isEqualTo("http://[::1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpu.lan",
                "ftp://gpu.lan",
                "http://gpu.lan/v1",
                "http://gpu.lan?x",
                "http://me:password@gpu.lan",
                "http://",
                "http:gpu.lan",
                "http://gpu lan",
                "file:///etc/passwd",
            })
    void refusesHostsThatAreMore(String host) {
        assertRefused(
                ErrorCode.INVALID_BODY, () -> store.save(new Connection("gpu", "GPU", host, TOKEN, List.of(), false)));

        assertThat(file("gpu")).doesNotExist();
    }

    @Test
    void refusesWhatWouldNotBeReadAgain() {
        Connection good = connection("gpu", "GPU");
        for (Connection bad : List.of(
                new Connection("gpu", " ", good.host(), TOKEN, List.of(), false),
                new Connection("gpu", "GPU", good.host(), "", List.of(), false),
                new Connection("gpu", "GPU", good.host(), TOKEN + "\r\nx-evil: 1", List.of(), false),
                new Connection("gpu", "GPU", good.host(), TOKEN, List.of(new Connection.Port(0, "p")), false),
                new Connection("gpu", "GPU", good.host(), TOKEN, List.of(new Connection.Port(65_536, "p")), false),
                new Connection("gpu", "GPU", good.host(), TOKEN, List.of(new Connection.Port(80, "")), false),
                new Connection(
                        "gpu",
                        "GPU",
                        good.host(),
                        TOKEN,
                        List.of(new Connection.Port(80, "a"), new Connection.Port(80, "b")),
                        false))) {
            assertRefused(ErrorCode.INVALID_BODY, () -> store.save(bad));
        }
        assertThat(file("gpu")).doesNotExist();
    }

    @Test
    void readsTheOldNameAndNeverLetsItComeBackAfterASave() throws Exception {
        Files.writeString(oldFile("old"), reference("Old", "sk-old-0123456789"));
        await().until(() -> store.find("old").isPresent());
        Connection old = store.find("old").orElseThrow();
        assertThat(old.privateAddresses()).isFalse();
        assertThat(old.ports()).containsExactly(new Connection.Port(8642, "p"));
        assertThat(store.problems()).isEmpty();

        store.save(connection("old", "New"));

        assertThat(oldFile("old")).doesNotExist();
        assertThat(onDisk(file("old")).get("label")).isEqualTo("New");
        assertThat(redactor.known()).containsExactly(TOKEN);
        assertThat(store.delete("old")).isTrue();
        assertThat(store.find("old")).isEmpty();
        assertThat(store.list()).isEmpty();
        assertThat(redactor.known()).isEmpty();
    }

    @Test
    void deletesBothNames() throws IOException {
        Files.writeString(oldFile("old"), reference("Old", "sk-old-0123456789"));
        Files.writeString(file("old"), reference("New", TOKEN));
        await().untilAsserted(() ->
                assertThat(store.list()).extracting(Connection::label).containsExactly("New"));

        assertThat(store.delete("old")).isTrue();

        assertThat(directory).isEmptyDirectory();
        assertThat(store.find("old")).isEmpty();
        assertThat(store.delete("old")).isFalse();
    }

    @Test
    void aFileOfTodayWinsAlsoWhenItIsBroken() throws IOException {
        close();
        Files.writeString(oldFile("old"), reference("Old", "sk-old-0123456789"));
        Files.writeString(file("old"), "{");
        store = openStore(false, POLL_MILLIS);

        assertThat(store.find("old")).isEmpty();
        assertThat(store.list()).isEmpty();

        Files.writeString(file("old"), reference("New", TOKEN));
        await().until(() -> store.find("old").isPresent());
        assertThat(store.list()).extracting(Connection::label).containsExactly("New");
    }

    @Test
    void aNewFileThatIsBrokenKeepsWhatTheOldOneSaid() throws IOException {
        Files.writeString(oldFile("old"), reference("Old", "sk-old-0123456789"));
        await().until(() -> store.find("old").isPresent());

        Files.writeString(file("old"), "{\"label\":");
        await().until(() -> !store.problems().isEmpty());
        assertThat(store.find("old").orElseThrow().label()).isEqualTo("Old");
        Files.delete(oldFile("old"));
        await().until(() -> redactor.known().size() == 1);

        assertThat(store.find("old").orElseThrow().label()).isEqualTo("Old");
        assertThat(redactor.known()).containsExactly("sk-old-0123456789");
    }

    @Test
    void picksUpWhatChangesByHandAndKeepsTheLastGoodContent() throws Exception {
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        store.onChange(() -> changes.add("changed"));
        Files.writeString(file("hand"), reference("By hand", TOKEN));
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(store.find("hand").orElseThrow().label()).isEqualTo("By hand");

        Files.writeString(file("hand"), "{\"label\":\"x\",\"token\":\"" + TOKEN + "\",");
        await().until(() -> !store.problems().isEmpty());
        assertThat(store.find("hand").orElseThrow().label()).isEqualTo("By hand");
        assertThat(store.problems().toString()).doesNotContain(TOKEN).contains("last good content");

        Files.delete(file("hand"));
        await().until(() -> store.find("hand").isEmpty());
        assertThat(store.problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'token':7",
                "'token':''",
                "'host':'http://gpu.lan/../x'",
                "'label':null",
                "'ports':{}",
                "'privateAddresses':'true'",
                "'id':'another'",
            })
    void neverUsesABrokenEdit(String edit) throws IOException {
        store.save(connection("gpu", "Good"));
        JsonObject broken = onDisk(file("gpu")).toBuilder()
                .putAll(Json.parseObject(("{" + edit + "}").replace('\'', '"')))
                .build();

        Files.writeString(file("gpu"), broken.toString());

        await().until(() -> !store.problems().isEmpty());
        assertThat(store.find("gpu")).contains(connection("gpu", "Good"));
        assertThat(store.problems().toString()).doesNotContain(TOKEN);
    }

    @Test
    void usesAConnectionWithoutItsBadPortsAndSaysSo() throws IOException {
        Files.writeString(
                file("gpu"),
                """
                {"label":"GPU","host":"http://gpu.lan","token":"sk-canary-0123456789",
                 "ports":[{"port":1,"profile":"a"},{"port":1,"profile":"b"},{"port":70000,"profile":"c"},
                  {"port":2.5,"profile":"d"},{"port":3},"x",{"port":4,"profile":"e"}]}
                """);
        await().until(() -> store.find("gpu").isPresent());

        assertThat(store.find("gpu").orElseThrow().ports())
                .containsExactly(new Connection.Port(1, "a"), new Connection.Port(4, "e"));
        assertThat(store.problems()).extracting(FileProblem::file).containsExactly("gpu.json");
    }

    @Test
    void theTokensInUseAreKnownToTheRedactor() throws IOException {
        store.save(connection("one", "One"));
        store.save(connection("two", "Two"));
        assertThat(redactor.known()).containsExactly(TOKEN, TOKEN);

        Files.writeString(file("one"), reference("One", "sk-other-0123456789"));
        await().until(() -> store.list().get(0).token().startsWith("sk-other"));
        assertThat(redactor.known()).containsExactlyInAnyOrder(TOKEN, "sk-other-0123456789");

        store.delete("two");
        assertThat(redactor.known()).containsExactly("sk-other-0123456789");
        store.close();
        assertThat(redactor.known()).isEmpty();
    }

    @Test
    void showsNoTokenWhereItIsNotAskedFor() {
        Connection connection = connection("gpu", "GPU");

        assertThat(connection.toString()).doesNotContain(TOKEN);
        assertThat(connection.toJson().toString()).doesNotContain(TOKEN).contains("\"hasToken\":true");
    }

    @Test
    void refusesIdsThatAreNone() {
        for (String id :
                List.of("", "..", "../x", "a/b", "Upper", "-dash", "a.b", "x".repeat(31), "a\0b", "a\n", "é")) {
            assertRefused(ErrorCode.INVALID_ID, () -> store.find(id));
            assertRefused(ErrorCode.INVALID_ID, () -> store.delete(id));
            assertRefused(ErrorCode.INVALID_ID, () -> store.save(connection(id, "x")));
        }
    }

    @Test
    void findsWhatAnotherServerSavedAMomentAgo() throws IOException {
        FileConnectionStore other = openStore(false, NEVER);
        try {
            store.save(connection("gpu", "GPU"));
            Files.writeString(oldFile("old"), reference("Old", TOKEN));

            assertThat(other.find("gpu")).isPresent();
            assertThat(other.find("old")).isPresent();
        } finally {
            other.close();
        }
    }

    @Test
    void refusesASaveThatWouldNotBeReadAfterARestart() {
        for (int count = 0; count < MAX_FILES; count++) {
            store.save(connection("gpu-" + count, "GPU"));
        }

        assertRefused(ErrorCode.STORE_UNAVAILABLE, () -> store.save(connection("more", "More")));
        assertThat(file("more")).doesNotExist();
    }

    @Test
    void followsNoLinkOutOfItsDirectory() throws IOException {
        Path outside = Files.writeString(root.resolve("outside.json"), reference("Outside", "sk-outside-0123"));
        Files.createSymbolicLink(file("link"), outside);
        Files.createSymbolicLink(oldFile("link-old"), outside);
        await().until(() -> store.problems().size() == 2);

        assertThat(store.find("link")).isEmpty();
        assertThat(store.find("link-old")).isEmpty();
        assertThat(store.problems().toString()).contains("symbolic link");
        assertThat(redactor.known()).isEmpty();

        store.save(connection("link", "Mine"));
        assertThat(Files.isSymbolicLink(file("link"))).isFalse();
        assertThat(store.delete("link-old")).isTrue();
        assertThat(outside).hasContent(reference("Outside", "sk-outside-0123"));
    }

    @Test
    void writesAndReadsNothingThroughADirectoryThatBecameALink() throws IOException {
        store.save(connection("gpu", "GPU"));
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("gpu.json"), reference("Elsewhere", TOKEN));
        Files.writeString(elsewhere.resolve("other.json"), reference("Other", TOKEN));
        Files.move(directory, root.resolve("moved"));
        Files.createSymbolicLink(directory, elsewhere);

        await().until(() -> !store.problems().isEmpty());
        assertThat(store.list()).extracting(Connection::label).containsExactly("GPU");
        assertThat(store.find("other")).isEmpty();
        assertRefused(ErrorCode.STORE_UNAVAILABLE, () -> store.save(connection("gpu", "Changed")));
        assertRefused(ErrorCode.STORE_UNAVAILABLE, () -> store.delete("other"));

        assertThat(elsewhere.resolve("gpu.json")).hasContent(reference("Elsewhere", TOKEN));
        assertThat(elsewhere.resolve("other.json")).exists();
        assertThat(store.find("gpu").orElseThrow().label()).isEqualTo("GPU");
    }

    @Test
    void aCommandWritesNothing() throws IOException {
        Files.delete(directory);
        FileConnectionStore reading = openStore(true, POLL_MILLIS);

        assertRefused(ErrorCode.STORE_UNAVAILABLE, () -> reading.save(connection("gpu", "GPU")));
        assertRefused(ErrorCode.STORE_UNAVAILABLE, () -> reading.delete("gpu"));

        assertThat(reading.list()).isEmpty();
        assertThat(directory).doesNotExist();
        reading.close();
    }
}
