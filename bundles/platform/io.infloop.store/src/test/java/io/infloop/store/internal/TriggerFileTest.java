package io.infloop.store.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.net.AddressBlock;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Concurrency;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings and secrets of triggers, and what changes them. */
class TriggerFileTest {
    private static final String ID = "abcdefghij0123456789ab";
    private static final String OTHER_ID = "ABCDEFGHIJ0123456789AB";

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeRedactor redactor = new FakeRedactor();
    private FileTriggerStore store;

    @BeforeEach
    void open() {
        store = new FileTriggerStore(directory, redactor, false, clock, 20, 100);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void restart() {
        close();
        open();
    }

    private Path file(String id) {
        return directory.resolve(id + ".json");
    }

    private JsonObject onDisk() throws IOException {
        return Json.parseObject(Files.readString(file(ID)));
    }

    private static Trigger plain() {
        return Trigger.builder(ID, "flow", "generic").name("One").build();
    }

    private static TriggerSecret secret(String id, String value) {
        return new TriggerSecret(id, id, value, 5, OptionalLong.empty(), OptionalLong.empty());
    }

    private Trigger stored() {
        return store.find(ID).orElseThrow();
    }

    private List<String> values() {
        return stored().secrets().stream().map(TriggerSecret::value).toList();
    }

    @Test
    void everySettingSurvivesARestart() {
        Trigger saved = store.save(plain().toBuilder()
                .secrets(List.of(
                        secret("new", "newer-value"),
                        new TriggerSecret(
                                "old",
                                "Old",
                                "older-value",
                                7,
                                OptionalLong.of(clock.millis() + 99_000),
                                OptionalLong.of(8))))
                .verifyOptional(true)
                .boundAt(OptionalLong.of(77))
                .config(Map.of("appKey", "abc", "topicArn", "arn:x"))
                .publicUrl(Optional.of("https://hooks.example/api/webhook/x"))
                .maxBodyBytes(2048)
                .rateLimitPerMinute(OptionalInt.of(0))
                .ipAllow(List.of(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("2001:db8::1")))
                .dedup(new Trigger.Dedup(false, Optional.of("{{body.id}}"), OptionalInt.of(12)))
                .concurrency(Optional.of(new Trigger.Concurrency("{{body.repo}}", Concurrency.Policy.LATEST)))
                .keepRejected(true)
                .build());

        restart();

        assertThat(stored()).isEqualTo(saved);
        assertThat(saved.toJson().toString()).doesNotContain("newer-value").doesNotContain("older-value");
    }

    @Test
    void aFileOfAnEarlierVersionIsReadAndStaysReadableForIt() throws IOException {
        Files.writeString(
                file(ID),
                """
                {"id":"%s","name":"Old","enabled":true,"workflowId":"flow","pluginId":"github","match":[],"inputs":{},
                 "secret":"theirs","lastFiredAt":null,"createdAt":3,"updatedAt":4}
                """
                        .formatted(ID));
        await().until(() -> store.find(ID).isPresent());
        assertThat(values()).containsExactly("theirs");
        assertThat(stored().secrets().get(0).createdAt()).isEqualTo(3);
        assertThat(stored().maxBodyBytes()).isEqualTo(1_048_576);
        assertThat(stored().dedup().enabled()).isTrue();

        store.update(ID, trigger -> trigger.toBuilder()
                .secrets(List.of(secret("new", "mine"), trigger.secrets().get(0).expiringBy(clock.millis() + 1_000)))
                .build());

        assertThat(onDisk().get("secret")).isEqualTo("mine");
        assertThat(values()).containsExactly("mine", "theirs");
        assertThat(onDisk().asMap()).doesNotContainKeys("dedup", "maxBodyBytes", "ipAllow", "config", "keepRejected");
    }

    @Test
    void aSecretChangedByHandTakesThePlaceOfTheNewest() throws IOException {
        store.save(plain().toBuilder()
                .secrets(List.of(secret("new", "newer-value"), secret("old", "older-value")))
                .build());

        Files.writeString(
                file(ID), onDisk().toBuilder().put("secret", "by-hand").build().toString());

        await().until(() -> values().equals(List.of("by-hand", "older-value")));
        assertThat(redactor.known()).containsExactlyInAnyOrder("by-hand", "older-value");
        store.update(ID, trigger -> trigger.toBuilder().name("Two").build());
        restart();
        assertThat(values()).containsExactly("by-hand", "older-value");
    }

    @Test
    void expiredSecretsProveNothingAndGoWithTheNextSaveUnlessNoneIsLeft() throws IOException {
        store.save(plain().toBuilder()
                .secrets(List.of(
                        secret("new", "newer-value").expiringBy(clock.millis() + 2_000),
                        secret("old", "older-value").expiringBy(clock.millis() + 1_000)))
                .build());
        assertThat(stored().secretsAt(clock.millis() + 999)).hasSize(2);
        assertThat(stored().secretsAt(clock.millis() + 1_000))
                .extracting(TriggerSecret::id)
                .containsExactly("new");

        clock.advance(Duration.ofMillis(1_500));
        store.update(ID, trigger -> trigger);
        assertThat(values()).containsExactly("newer-value");

        clock.advance(Duration.ofMillis(1_500));
        store.update(ID, trigger -> trigger);
        assertThat(values()).containsExactly("newer-value");
        assertThat(stored().secretsAt(clock.millis())).isEmpty();
        assertThat(stored().hasSecret()).isTrue();
        assertThat(onDisk().has("secret"))
                .as("an earlier version would go on accepting it")
                .isFalse();
    }

    @Test
    void aHandshakeBindsATriggerOnce() throws Exception {
        store.save(plain());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Optional<Trigger>>> attempts = IntStream.range(0, 8)
                    .<Callable<Optional<Trigger>>>mapToObj(count -> () -> store.bind(ID, "captured-" + count))
                    .toList();
            int bound = 0;
            for (Future<Optional<Trigger>> attempt : threads.invokeAll(attempts)) {
                bound += attempt.get().isPresent() ? 1 : 0;
            }
            assertThat(bound).isOne();
        } finally {
            threads.shutdownNow();
        }
        assertThat(onDisk().get("secret")).isEqualTo(values().get(0));
        assertThat(stored().boundAt()).hasValue(clock.millis());
        assertThat(store.bind(OTHER_ID, "captured")).isEmpty();
    }

    @Test
    void noHandshakeBindsATriggerThatHasOrHadASecret() {
        store.save(plain().toBuilder().secret(secret("mine", "my-value")).build());
        assertThat(store.bind(ID, "theirs")).isEmpty();

        store.save(plain().toBuilder().boundAt(OptionalLong.of(1)).build());
        assertThat(store.bind(ID, "theirs")).isEmpty();
        assertThat(stored().hasSecret()).isFalse();
    }

    @Test
    void anotherIdKeepsEverythingElse() {
        store.save(plain().toBuilder().secret(secret("mine", "my-value")).build());
        long createdAt = stored().createdAt();
        store.touch(ID, 500);
        store.secretUsed(ID, "mine", 400);
        clock.advance(Duration.ofMillis(3));

        Trigger renamed = store.rename(ID, OTHER_ID).orElseThrow();

        assertThat(store.find(ID)).isEmpty();
        assertThat(file(ID)).doesNotExist();
        assertThat(renamed.createdAt()).isEqualTo(createdAt);
        assertThat(renamed.lastFiredAt()).hasValue(500);
        assertThat(renamed.secrets().get(0).lastUsedAt()).hasValue(400);
        assertThat(renamed.updatedAt()).isEqualTo(clock.millis());
        restart();
        assertThat(store.list()).containsExactly(renamed);
        assertThat(store.rename(ID, "abcdefghij0123456789ac")).isEmpty();
        store.save(plain());
        assertThatThrownBy(() -> store.rename(ID, OTHER_ID)).isInstanceOf(IllegalArgumentException.class);
        assertThat(store.list()).hasSize(2);
    }

    @Test
    void anotherIdKeepsMembersThatAreNotKnown() throws IOException {
        store.save(plain());
        Files.writeString(
                file(ID), onDisk().toBuilder().put("comment", "mine").build().toString());

        store.rename(ID, OTHER_ID);

        JsonObject renamed = Json.parseObject(Files.readString(file(OTHER_ID)));
        assertThat(renamed.get("comment")).isEqualTo("mine");
        assertThat(renamed.get("id")).isEqualTo(OTHER_ID);
    }

    @Test
    void anUpdateThatFailsSavesNothing() throws IOException {
        store.save(plain());
        String before = Files.readString(file(ID));

        assertThatThrownBy(() -> store.update(ID, trigger -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.update(
                        ID, trigger -> trigger.toBuilder().id(OTHER_ID).build()))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(file(ID)).hasContent(before);
        assertThat(file(OTHER_ID)).doesNotExist();
        assertThat(store.update(OTHER_ID, trigger -> trigger)).isEmpty();
    }

    @Test
    void whenASecretWasUsedIsKnownAtOnceAndWrittenOnceAMinute() throws IOException {
        store.save(plain().toBuilder()
                .secrets(List.of(secret("new", "newer-value"), secret("old", "older-value")))
                .build());
        store.secretUsed(ID, "old", 900);
        store.secretUsed(ID, "no-such-secret", 901);
        store.secretUsed(OTHER_ID, "old", 902);

        assertThat(stored().secrets().get(1).lastUsedAt()).hasValue(900);
        assertThat(stored().secrets().get(0).lastUsedAt()).isEmpty();
        await().until(() -> onDisk().toString().contains("\"lastUsedAt\":900"));
        store.secretUsed(ID, "old", 950);
        store.secretUsed(ID, "old", 940);
        await().during(Duration.ofMillis(100)).until(() -> onDisk().toString().contains("\"lastUsedAt\":900"));

        restart();

        assertThat(stored().secrets().get(1).lastUsedAt()).hasValue(950);
        assertThat(values()).containsExactly("newer-value", "older-value");
    }

    @Test
    void whatIsSavedKeepsWhenItsSecretsWereUsed() {
        store.save(plain().toBuilder().secret(secret("one", "my-value")).build());
        Trigger before = stored();
        store.secretUsed(ID, "one", 900);

        store.save(before.toBuilder().name("Two").build());

        restart();
        assertThat(stored().secrets().get(0).lastUsedAt()).hasValue(900);
    }
}
