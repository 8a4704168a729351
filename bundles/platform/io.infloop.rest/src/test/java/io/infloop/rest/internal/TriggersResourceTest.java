package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.ConfigField;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import io.infloop.store.TriggerStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggersResourceTest {
    private static final String GITHUB =
            """
            {"name":"new issue","workflowId":"triage","pluginId":"github","eventType":"issues","secret":"s3cret-value",
             "match":[{"lhs":"{{body.action}}","op":"==","rhs":"opened"}],"inputs":{"title":"{{body.issue.title}}"}}""";

    private final Map<String, Trigger> stored = new LinkedHashMap<>();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final List<TestFire.Delivery> fired = new ArrayList<>();
    private final List<io.infloop.host.Contributions.Entry<?>> contributed = new ArrayList<>(List.of(
            source("github", true),
            source("generic", false),
            source("twilio", Optional.of(JsonObject.of("payload", "{url}{body}")), builder -> {}),
            source(
                    "sns",
                    Optional.of(JsonObject.of("remoteKeys", true)),
                    builder -> builder.config(List.of(
                            new ConfigField("topicArn", Optional.of("the topic"), true),
                            new ConfigField("region", Optional.empty(), false)))),
            source("asana", Optional.of(JsonObject.EMPTY), builder -> builder.challenges(List.of(handshake()))),
            source(
                    "elsewhere",
                    Optional.of(JsonObject.EMPTY),
                    builder -> builder.signature(new SignatureDeclaration("absent", JsonObject.EMPTY))),
            Fakes.entry(new FakeScheme(), "hmac")));
    private final TriggersResource resource = new TriggersResource(
            Fakes.fake(TriggerStore.class, this::store),
            Fakes.contributions(contributed),
            Fakes.fake(
                    Workflows.class,
                    (method, arguments) -> arguments[0].equals("triage")
                            ? Optional.of(
                                    List.of(new InputDeclaration("title", "string", Optional.of(""), Optional.empty())))
                            : Optional.empty()),
            Fakes.audit(audit),
            (id, delivery) -> {
                fired.add(delivery);
                return CompletableFuture.completedFuture(new TestFire.Result(
                        202, "{\"queued\":true}".getBytes(StandardCharsets.UTF_8), Optional.of("not signed")));
            },
            Clock.fixed(Instant.ofEpochMilli(42), ZoneOffset.UTC));

    private Object store(String method, Object[] arguments) {
        return switch (method) {
            case "find" -> Optional.ofNullable(stored.get(arguments[0]));
            case "list" -> List.copyOf(stored.values());
            case "delete" -> stored.remove(arguments[0]) != null;
            case "save" -> {
                Trigger trigger = (Trigger) arguments[0];
                stored.put(trigger.id(), trigger);
                yield trigger;
            }
            case "update" -> {
                Optional<Trigger> found = Optional.ofNullable(stored.get(arguments[0]));
                yield found.map(trigger -> {
                    @SuppressWarnings("unchecked")
                    UnaryOperator<Trigger> change = (UnaryOperator<Trigger>) arguments[1];
                    Trigger changed = change.apply(trigger);
                    stored.put(changed.id(), changed);
                    return changed;
                });
            }
            case "rename" -> {
                Trigger renamed = stored.remove(arguments[0]).toBuilder()
                        .id((String) arguments[1])
                        .build();
                stored.put(renamed.id(), renamed);
                yield Optional.of(renamed);
            }
            default -> throw new UnsupportedOperationException(method);
        };
    }

    static io.infloop.host.Contributions.Entry<WebhookSource> source(String id, boolean signs) {
        return source(id, signs ? Optional.of(JsonObject.EMPTY) : Optional.empty(), builder -> {});
    }

    private static io.infloop.host.Contributions.Entry<WebhookSource> source(
            String id, Optional<JsonObject> signature, Consumer<WebhookSource.Builder> more) {
        WebhookSource.Builder builder = WebhookSource.Descriptor.builder(id, id)
                .event(new WebhookEvent("issues", "Issues", List.of(), Optional.empty()));
        signature.ifPresent(settings -> builder.eventType(ValueRule.at(ValueLocation.header("x-github-event")))
                .signature(new SignatureDeclaration("hmac", settings)));
        more.accept(builder);
        WebhookSource.Descriptor descriptor = builder.build();
        WebhookSource source = () -> descriptor;
        return Fakes.entry(source, descriptor);
    }

    private static ChallengeRule handshake() {
        return new ChallengeRule(
                RequestCondition.builder()
                        .headerPresent(Set.of("x-hook-secret"))
                        .build(),
                false,
                true,
                Optional.of(ValueLocation.header("x-hook-secret")),
                ChallengeRule.Respond.json(200, Map.of(), JsonObject.EMPTY));
    }

    private Trigger create() {
        ApiReply reply = Fakes.post(resource, "", GITHUB);
        assertThat(reply.status()).isEqualTo(201);
        return stored.get(
                Fakes.body(reply).object("trigger").orElseThrow().string("id").orElseThrow());
    }

    @Test
    void secretsGoInAndNeverComeOut() {
        Trigger trigger = create();
        assertThat(trigger.secrets()).extracting(TriggerSecret::value).containsExactly("s3cret-value");
        for (ApiReply reply : List.of(
                Fakes.get(resource, ""),
                Fakes.get(resource, "/" + trigger.id()),
                Fakes.put(resource, "/" + trigger.id(), GITHUB))) {
            assertThat(Fakes.text(reply)).contains("\"hasSecret\":true").doesNotContain("s3cret");
        }
        assertThat(audit.toString()).doesNotContain("s3cret").doesNotContain(trigger.id());
    }

    @Test
    void idsAndTimesAreTheServers() {
        ApiReply reply = Fakes.post(
                resource,
                "",
                GITHUB.replace("{\"name\"", "{\"id\":\"mine\",\"createdAt\":1,\"lastFiredAt\":9,\"name\""));
        JsonObject trigger = Fakes.body(reply).object("trigger").orElseThrow();
        assertThat(trigger.string("id")).hasValueSatisfying(id -> assertThat(id).hasSize(22));
        assertThat(trigger.get("createdAt")).isEqualTo(42L);
        assertThat(trigger.has("lastFiredAt")).isTrue();
        assertThat(trigger.get("lastFiredAt")).isNull();
        assertThat(trigger.get("enabled")).isEqualTo(true);
    }

    @Test
    void anOmittedSecretIsKeptAndNullClearsIt() {
        String path = "/" + create().id();
        String withoutSecret = GITHUB.replace("\"secret\":\"s3cret-value\",", "");
        assertThat(Fakes.put(resource, path, withoutSecret).status()).isEqualTo(200);
        assertThat(stored.values()).allMatch(trigger -> trigger.hasSecret());

        String cleared = GITHUB.replace("\"s3cret-value\"", "null");
        assertThat(Fakes.text(Fakes.put(resource, path, cleared)))
                .startsWith("400 {\"error\":\"invalid-trigger\",\"reason\":\"secret-required\",\"field\":\"secret\",")
                .contains("verifyOptional");
        assertThat(Fakes.put(resource, path, cleared.replace("{\"name\"", "{\"verifyOptional\":true,\"name\""))
                        .status())
                .isEqualTo(200);
        assertThat(stored.values()).allMatch(trigger -> !trigger.hasSecret() && trigger.verifyOptional());
        assertThat(Fakes.text(Fakes.put(resource, path, GITHUB.replace("s3cret-value", ""))))
                .contains("secret must not be empty");
        assertThat(Fakes.text(Fakes.put(resource, path, GITHUB.replace("\"s3cret-value\"", "5"))))
                .contains("secret must be a string or null");
    }

    @Test
    void validationFollowsTheSpecifiedOrder() {
        assertReason("{}", "name must be a non-empty string");
        assertReason("{\"name\":\"n\"}", "workflowId must be a non-empty string");
        assertReason("{\"name\":\"n\",\"workflowId\":\"w\"}", "pluginId must be a non-empty string");
        assertReason(
                "{\"name\":\"n\",\"workflowId\":\"w\",\"pluginId\":\"../p\"}",
                "pluginId is none: it has small letters, digits, '_' and '-', and begins with a letter");
        assertReason("{\"name\":\"n\",\"workflowId\":\"w\",\"pluginId\":\"absent\"}", "workflow not found: w");
        String github = "{\"name\":\"n\",\"workflowId\":\"w\",\"pluginId\":\"github\",\"secret\":\"s\"";
        assertReason(github + "}", "plugin github requires eventType");
        assertReason(github + ",\"eventType\":\"x\"}", "event x is not declared by plugin github");
        String generic = "{\"name\":\"n\",\"workflowId\":\"w\",\"pluginId\":\"generic\"";
        assertReason(
                generic + ",\"match\":[{\"lhs\":\"a\",\"op\":\"~\",\"rhs\":\"b\"}]}",
                "every element of match must be {lhs, op, rhs} with texts, and op ==, !=, contains or matches");
        assertReason(
                generic + ",\"match\":[7]}",
                "every element of match must be {lhs, op, rhs} with texts, and op ==, !=, contains or matches");
        assertReason(generic + "}", "workflow not found: w");
        assertReason(generic.replace("\"w\"", "\"../w\"") + "}", "workflow not found: ../w");
        String complete = generic.replace("\"w\"", "\"triage\"");
        assertReason(complete + ",\"inputs\":{\"other\":\"x\"}}", "inputs.other is not a declared workflow input");
        assertReason(complete + ",\"inputs\":{\"title\":3}}", "inputs.title must be a templated string");
        assertReason(complete + ",\"publicUrl\":\"ftp://x/y\"}", "publicUrl must be a full http or https URL");
        assertThat(Fakes.text(Fakes.post(
                        resource, "", complete + ",\"match\":[{\"lhs\":\"a\",\"op\":\"matches\",\"rhs\":\"(\"}]}")))
                .contains("invalid regex");
        // A lost predicate would fire always.
        assertReason(complete + ",\"match\":\"x\"}", "match must be an array");
        assertReason(complete + ",\"match\":null}", "match must be an array");
        assertReason(complete + ",\"match\":{}}", "match must be an array");
        assertReason(complete + ",\"enabled\":\"false\"}", "enabled must be true or false");
        assertReason(complete + ",\"inputs\":[]}", "inputs must be an object");
        assertThat(stored).isEmpty();
        assertThat(Fakes.post(resource, "", complete + ",\"verifyOptional\":\"yes\"}")
                        .status())
                .isEqualTo(201);
        assertThat(stored.values()).singleElement().satisfies(trigger -> {
            assertThat(trigger.enabled()).isTrue();
            assertThat(trigger.match()).isEmpty();
            assertThat(trigger.verifyOptional()).isFalse();
        });
    }

    private void assertReason(String body, String reason) {
        ApiReply reply = Fakes.post(resource, "", body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(Fakes.body(reply).asMap())
                .containsEntry("error", "invalid-trigger")
                .containsEntry("reason", "invalid trigger: " + reason);
    }

    @Test
    void unknownTriggersAndOddBodies() {
        assertThat(Fakes.text(Fakes.get(resource, "/unknown-unknown-1"))).isEqualTo("404 {\"error\":\"not-found\"}");
        assertThat(Fakes.text(Fakes.put(resource, "/unknown-unknown-1", GITHUB)))
                .isEqualTo("404 {\"error\":\"not-found\"}");
        assertThat(Fakes.get(resource, "/..").status()).isEqualTo(404);
        assertThat(Fakes.text(Fakes.post(resource, "", "[]"))).isEqualTo("400 {\"error\":\"invalid body\"}");
        assertThat(Fakes.post(resource, "", "{").status()).isEqualTo(400);
        String path = "/" + create().id();
        assertThat(Fakes.text(Fakes.put(resource, path, GITHUB.replace("{\"name\"", "{\"id\":\"another\",\"name\""))))
                .isEqualTo(
                        "400 {\"error\":\"invalid-trigger\",\"reason\":\"id cannot be changed; create a new trigger instead\"}");
        assertThat(Fakes.delete(resource, path).status()).isEqualTo(204);
        assertThat(Fakes.delete(resource, path).status()).isEqualTo(404);
        assertThat(audit).extracting(AuditEvent::type).containsExactly("trigger.created", "trigger.deleted");
        assertThat(Fakes.call(resource, "POST", path, "", Map.of()).status()).isEqualTo(405);
    }

    private static final String ABSENT =
            "{\"name\":\"n\",\"workflowId\":\"triage\",\"pluginId\":\"absent\",\"eventType\":\"x\"}";

    private ApiReply patch(String path, String body) {
        return Fakes.call(resource, "PATCH", path, body, Map.of());
    }

    private Trigger only() {
        return stored.values().iterator().next();
    }

    @Test
    void aSourceThatIsAwayIsNoReasonToRefuseButIsTold() {
        assertThat(Fakes.text(Fakes.post(resource, "", GITHUB))).contains("\"pluginState\":\"active\"");
        ApiReply reply = Fakes.post(resource, "", ABSENT);
        assertThat(reply.status()).isEqualTo(201);
        assertThat(Fakes.text(reply)).contains("\"pluginState\":\"absent\"").contains("\"eventType\":\"x\"");
    }

    @Test
    void everySettingIsSetAndReadBack() {
        contributed.removeIf(entry -> entry.id().equals("github"));
        contributed.add(source(
                "github",
                Optional.of(JsonObject.EMPTY),
                builder -> builder.config(List.of(new ConfigField("appKey", Optional.empty(), false)))));
        String path = "/" + create().id();
        String settings =
                """
                {"config":{"appKey":"abc"},"publicUrl":"https://hooks.example/a?b=c","maxBodyBytes":33554432,
                 "rateLimitPerMinute":0,"ipAllow":["10.0.0.0/8","2001:db8::1"],"keepRejected":true,
                 "dedup":{"enabled":false,"key":"{{body.id}}-{{headers.x-id}}","retentionHours":5},
                 "concurrency":{"key":"{{body.repository.id}}","policy":"latest"}}""";

        ApiReply reply = patch(path, settings);

        assertThat(reply.status()).isEqualTo(200);
        JsonObject answer = Fakes.body(reply).object("trigger").orElseThrow();
        Json.parseObject(settings).asMap().forEach((name, value) -> {
            if (!name.equals("ipAllow")) {
                assertThat(answer.get(name)).as(name).isEqualTo(value);
            }
        });
        assertThat(only().ipAllow()).hasSize(2);
        assertThat(only().name()).isEqualTo("new issue");
        assertThat(only().match()).hasSize(1);
        assertThat(only().hasSecret()).isTrue();
        // What was read is what may be written again.
        assertThat(Fakes.put(resource, path, answer.toString()).status()).isEqualTo(200);
        assertThat(Fakes.body(Fakes.get(resource, path)).object("trigger").orElseThrow().toBuilder()
                        .remove("updatedAt")
                        .build())
                .isEqualTo(answer.toBuilder().remove("updatedAt").build());

        assertThat(patch(path, "{\"publicUrl\":null,\"dedup\":null,\"concurrency\":null,\"ipAllow\":[],\"config\":{}}")
                        .status())
                .isEqualTo(200);
        assertThat(only().dedup()).isEqualTo(Trigger.Dedup.DEFAULT);
        assertThat(only().concurrency()).isEmpty();
        assertThat(only().maxBodyBytes()).isEqualTo(33_554_432);
        // A whole replacement leaves nothing but the secrets.
        assertThat(Fakes.put(resource, path, GITHUB).status()).isEqualTo(200);
        assertThat(only().maxBodyBytes()).isEqualTo(Trigger.DEFAULT_MAX_BODY_BYTES);
        assertThat(only().rateLimitPerMinute()).isEmpty();
        assertThat(only().keepRejected()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "ipAllow|{\"ipAllow\":\"10.0.0.0/8\"}",
                "ipAllow|{\"ipAllow\":null}",
                "ipAllow[1]|{\"ipAllow\":[\"10.0.0.0/8\",\"10.0.0.1/8\"]}",
                "ipAllow[0]|{\"ipAllow\":[\"home.example\"]}",
                "ipAllow[0]|{\"ipAllow\":[7]}",
                "maxBodyBytes|{\"maxBodyBytes\":1023}",
                "maxBodyBytes|{\"maxBodyBytes\":33554433}",
                "maxBodyBytes|{\"maxBodyBytes\":\"2048\"}",
                "rateLimitPerMinute|{\"rateLimitPerMinute\":-1}",
                "rateLimitPerMinute|{\"rateLimitPerMinute\":1.5}",
                "dedup|{\"dedup\":true}",
                "dedup|{\"dedup\":{\"enable\":false}}",
                "dedup.enabled|{\"dedup\":{\"enabled\":\"false\"}}",
                "dedup.key|{\"dedup\":{\"key\":\"\"}}",
                "dedup.key|{\"dedup\":{\"key\":\"always\"}}",
                "dedup.key|{\"dedup\":{\"key\":\"{{inputs.id}}\"}}",
                "dedup.key|{\"dedup\":{\"key\":\"{{body.id}} {{body id}}\"}}",
                "dedup.retentionHours|{\"dedup\":{\"retentionHours\":0}}",
                "concurrency|{\"concurrency\":\"queue\"}",
                "concurrency.policy|{\"concurrency\":{\"key\":\"a\",\"policy\":\"drop\"}}",
                "concurrency.key|{\"concurrency\":{\"policy\":\"skip\"}}",
                "config|{\"config\":[]}",
                "config|{\"config\":{\"a b\":\"x\"}}",
                "config.appKey|{\"config\":{\"appKey\":5}}",
                "config.appKey|{\"config\":{\"appKey\":\"none of its fields\"}}",
                "keepRejected|{\"keepRejected\":\"yes\"}",
                "publicUrl|{\"publicUrl\":5}",
                "publicUrl|{\"publicUrl\":\"https://user:pw@x.example/\"}",
                "match[1]|{\"match\":[{\"lhs\":\"a\",\"op\":\"==\",\"rhs\":\"b\"},{\"lhs\":\"a\"}]}",
                "match[0].rhs|{\"match\":[{\"lhs\":\"a\",\"op\":\"matches\",\"rhs\":\"(\"}]}",
                "inputs.nope|{\"inputs\":{\"nope\":\"x\"}}",
                "name|{\"name\":\" \"}",
                "eventType|{\"eventType\":\"nope\"}",
                "secret|{\"secret\":null}",
            })
    void whatIsWrongIsNamedAndNothingIsSaved(String field, String body) {
        String path = "/" + create().id();
        Trigger before = only();

        ApiReply reply = patch(path, body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(Fakes.body(reply).asMap())
                .containsEntry("error", "invalid-trigger")
                .containsEntry("field", field);
        assertThat(only()).isSameAs(before);
    }

    @Test
    void aSecretIsChangedWithAnOverlap() {
        String path = "/" + create().id() + "/secrets";
        ApiReply reply =
                Fakes.post(resource, path, "{\"generate\":true,\"label\":\"2026\",\"expireOthersAfterHours\":24}");

        assertThat(reply.status()).isEqualTo(201);
        JsonObject secret = Fakes.body(reply).object("secret").orElseThrow();
        String value = secret.string("value").orElseThrow();
        assertThat(value).matches("[0-9a-f]{64}");
        assertThat(only().secrets()).extracting(TriggerSecret::value).containsExactly(value, "s3cret-value");
        assertThat(only().secrets().get(0).expiresAt()).isEmpty();
        assertThat(only().secrets().get(1).expiresAt()).hasValue(42 + 24 * 3_600_000L);
        assertThat(Fakes.body(reply).object("trigger").orElseThrow().toString()).doesNotContain(value);
        assertThat(Fakes.text(Fakes.get(resource, "/" + only().id())))
                .contains("\"label\":\"2026\"")
                .doesNotContain(value);
        assertThat(audit.toString()).doesNotContain(value);

        ApiReply given = Fakes.post(resource, path, "{\"value\":\"brought-along\",\"expireOthersAfterHours\":0}");
        assertThat(Fakes.text(given)).doesNotContain("brought-along");
        assertThat(only().secrets()).extracting(TriggerSecret::value).containsExactly("brought-along");
    }

    @Test
    void oddSecretsAreRefused() {
        String path = "/" + create().id() + "/secrets";
        for (String odd : List.of(
                "{}",
                "{\"value\":\"\"}",
                "{\"value\":7}",
                "{\"value\":\"a\",\"generate\":true}",
                "{\"generate\":\"yes\"}",
                "{\"generate\":false}",
                "{\"value\":\"s3cret-value\"}",
                "{\"value\":\"a\",\"expireOthersAfterHours\":-1}",
                "{\"value\":\"a\",\"expireOtherAfterHours\":1}",
                "{\"value\":\"a\",\"label\":\"\"}",
                "{\"value\":\"" + "x".repeat(4_097) + "\"}")) {
            assertThat(Fakes.post(resource, path, odd).status()).as(odd).isEqualTo(400);
        }
        for (int count = 1; count < TriggerSecret.MAX; count++) {
            assertThat(Fakes.post(resource, path, "{\"value\":\"v" + count + "\"}")
                            .status())
                    .isEqualTo(201);
        }
        assertThat(Fakes.text(Fakes.post(resource, path, "{\"generate\":true}")))
                .contains("delete one first");
        assertThat(only().secrets()).hasSize(TriggerSecret.MAX);
    }

    @Test
    void theLastSecretStaysWhereOneIsNeeded() {
        String path = "/" + create().id();
        Fakes.post(resource, path + "/secrets", "{\"value\":\"second\"}");
        String first = only().secrets().get(1).id();
        String second = only().secrets().get(0).id();

        assertThat(Fakes.delete(resource, path + "/secrets/" + first).status()).isEqualTo(204);
        assertThat(Fakes.delete(resource, path + "/secrets/" + first).status()).isEqualTo(404);
        assertThat(Fakes.text(Fakes.delete(resource, path + "/secrets/" + second)))
                .contains("secret-required");
        assertThat(only().secrets()).hasSize(1);
        patch(path, "{\"verifyOptional\":true}");
        assertThat(Fakes.delete(resource, path + "/secrets/" + second).status()).isEqualTo(204);
        assertThat(only().hasSecret()).isFalse();
        assertThat(Fakes.get(resource, path + "/secrets/" + second).status()).isEqualTo(405);
        assertThat(Fakes.delete(resource, "/unknown-unknown-1/secrets/" + second)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void anIdIsExchangedForAnother() {
        String old = create().id();

        ApiReply reply = Fakes.post(resource, "/" + old + "/rotate-id", "");

        String id =
                Fakes.body(reply).object("trigger").orElseThrow().string("id").orElseThrow();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(id).isNotEqualTo(old).hasSize(22);
        assertThat(Fakes.get(resource, "/" + old).status()).isEqualTo(404);
        assertThat(Fakes.post(resource, "/" + old + "/rotate-id", "").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/" + id).status()).isEqualTo(200);
        assertThat(Fakes.get(resource, "/" + id + "/rotate-id").status()).isEqualTo(405);
        assertThat(audit.toString()).doesNotContain(id).doesNotContain(old).contains("trigger.id-rotated");
    }

    @Test
    void triggersAreSwitchedOnOnlyIfTheyMayBeSaved() {
        Trigger trigger = create();
        String path = "/" + trigger.id();
        assertThat(Fakes.post(resource, path + "/disable", "").status()).isEqualTo(200);
        assertThat(only().enabled()).isFalse();
        assertThat(Fakes.post(resource, path + "/enable", "").status()).isEqualTo(200);
        assertThat(only().enabled()).isTrue();

        // As a file written by hand may be.
        stored.put(
                trigger.id(),
                trigger.toBuilder().secrets(List.of()).enabled(false).build());
        assertThat(Fakes.text(Fakes.post(resource, path + "/enable", ""))).contains("secret-required");
        assertThat(only().enabled()).isFalse();
        stored.put(
                trigger.id(),
                trigger.toBuilder()
                        .secret(trigger.secrets().get(0).expiringBy(42))
                        .verifyOptional(true)
                        .build());
        assertThat(Fakes.text(Fakes.post(resource, path + "/enable", ""))).contains("have expired");
        assertThat(Fakes.post(resource, path + "/disable", "").status()).isEqualTo(200);
        assertThat(Fakes.post(resource, path + "/destroy", "").status()).isEqualTo(404);
    }

    @Test
    void aChangeOfAnotherVersionIsRefusedIfTheCallerSaysWhichItSaw() {
        String path = "/" + create().id();
        String seen = Fakes.get(resource, path).headers().get("etag");
        stored.put(
                only().id(), only().toBuilder().lastFiredAt(OptionalLong.of(7)).build());
        assertThat(Fakes.call(resource, "PATCH", path, "{\"name\":\"two\"}", Map.of("if-match", seen))
                        .status())
                .as("a fire is no change")
                .isEqualTo(200);

        for (String method : List.of("PATCH", "PUT")) {
            assertThat(Fakes.call(resource, method, path, GITHUB, Map.of("if-match", seen))
                            .status())
                    .isEqualTo(409);
        }
        assertThat(Fakes.call(resource, "DELETE", path, "", Map.of("if-match", seen))
                        .status())
                .isEqualTo(409);
        assertThat(Fakes.call(resource, "POST", path + "/rotate-id", "", Map.of("if-match", seen))
                        .status())
                .isEqualTo(409);
        assertThat(only().name()).isEqualTo("two");
        assertThat(Fakes.call(resource, "PUT", path, GITHUB, Map.of("if-match", "*"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aSourceThatSignsItsUrlNeedsOne() {
        String body = GITHUB.replace("\"github\"", "\"twilio\"");
        ApiReply reply = Fakes.post(resource, "", body);
        assertThat(Fakes.body(reply).asMap()).containsEntry("field", "publicUrl");
        assertThat(Fakes.text(reply)).contains("set publicUrl to exactly that URL");
        assertThat(Fakes.post(
                                resource,
                                "",
                                body.replace("{\"name\"", "{\"publicUrl\":\"https://x.example/y\",\"name\""))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void theFieldsOfASourceAreAskedForAndNoOthers() {
        String body = GITHUB.replace("\"github\"", "\"sns\"").replace("\"secret\":\"s3cret-value\",", "");
        assertThat(Fakes.text(Fakes.post(resource, "", body)))
                .contains("\"field\":\"config.topicArn\"")
                .contains("the topic");
        String complete = body.replace("{\"name\"", "{\"config\":{\"topicArn\":\"arn:x\"},\"name\"");
        assertThat(Fakes.post(resource, "", complete).status())
                .as("keys of the sender need no secret")
                .isEqualTo(201);
        assertThat(Fakes.text(Fakes.post(
                        resource, "", complete.replace("\"topicArn\":\"arn:x\"", "\"topicArn\":\"a\",\"zone\":\"b\""))))
                .contains("\"field\":\"config.zone\"")
                .contains("region, topicArn");
    }

    @Test
    void aHandshakeBringsTheSecretLater() {
        String body = GITHUB.replace("\"github\"", "\"asana\"").replace("\"secret\":\"s3cret-value\",", "");
        assertThat(Fakes.post(resource, "", body).status()).isEqualTo(201);
        assertThat(only().isUnbound()).isTrue();
        stored.put(
                only().id(),
                only().toBuilder()
                        .boundAt(OptionalLong.of(3))
                        .secret(TriggerSecret.create("handshake", "captured", 3))
                        .build());

        assertThat(Fakes.put(resource, "/" + only().id(), body).status()).isEqualTo(200);
        assertThat(only().isUnbound())
                .as("a replacement lets nobody bind it again")
                .isFalse();
        assertThat(patch("/" + only().id(), "{\"secret\":null}").status()).isEqualTo(200);
        assertThat(only().isUnbound()).isTrue();
    }

    @Test
    void aSchemeThatIsAwayCannotBeAskedAndNothingIsAssumed() {
        String body = GITHUB.replace("\"github\"", "\"elsewhere\"");
        assertThat(Fakes.text(Fakes.post(resource, "", body))).contains("\"pluginState\":\"absent\"");
        ApiReply reply = Fakes.post(resource, "", body.replace("\"secret\":\"s3cret-value\",", ""));
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.headers()).containsKey("retry-after");
    }

    @Test
    void triggersAreFilteredByWorkflow() {
        create();
        assertThat(Fakes.text(Fakes.get(resource, "?workflowId=other"))).isEqualTo("200 {\"triggers\":[]}");
        assertThat(Fakes.body(Fakes.get(resource, "?workflowId=triage"))
                        .array("triggers")
                        .orElseThrow())
                .hasSize(1);
    }

    @Test
    void testsAreFiredWithWhatTheCallerGives() {
        String path = "/" + create().id() + "/test";
        ApiReply reply =
                Fakes.post(resource, path, "{\"payload\":{\"a\":1},\"headers\":{\"X-Event\":\"e\"},\"dryRun\":true}");
        assertThat(Fakes.text(reply))
                .isEqualTo("200 {\"status\":202,\"body\":{\"queued\":true},\"unsigned\":\"not signed\"}");
        assertThat(fired).singleElement().satisfies(delivery -> {
            assertThat(new String(delivery.body(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
            assertThat(delivery.headers()).isEqualTo(Map.of("X-Event", "e"));
            assertThat(delivery.dryRun()).isTrue();
        });
        assertThat(Fakes.post(resource, path, "").status()).isEqualTo(200);
        assertThat(new String(fired.get(1).body(), StandardCharsets.UTF_8)).isEqualTo("{}");
        for (String odd : List.of(
                "[]",
                "{\"dryRun\":\"true\"}",
                "{\"dryRun\":1}",
                "{\"dryRun\":null}",
                "{\"payload\":\"{}\"}",
                "{\"payload\":null}",
                "{\"method\":\"post\"}",
                "{\"method\":null}",
                "{\"query\":\"a b\"}",
                "{\"query\":\"?a\"}",
                "{\"body\":7}",
                "{\"body\":\"a\",\"payload\":{}}",
                "{\"bodyBase64\":\"%\"}",
                "{\"headers\":null}",
                "{\"headers\":[]}",
                "{\"headers\":{\"a b\":\"c\"}}",
                "{\"headers\":{\"a\":\"b\\r\\nc: d\"}}")) {
            assertThat(Fakes.post(resource, path, odd).status()).as(odd).isEqualTo(400);
        }
        assertThat(fired).hasSize(2);
        assertThat(Fakes.post(resource, path, "{\"bodyBase64\":\"AP8=\",\"method\":\"PUT\",\"query\":\"a=b&c=%20\"}")
                        .status())
                .isEqualTo(200);
        assertThat(fired.get(2).body()).containsExactly(0, 0xff);
        assertThat(fired.get(2).raw()).isTrue();
        assertThat(fired.get(2).method()).isEqualTo("PUT");
        assertThat(fired.get(2).query()).isEqualTo("a=b&c=%20");
        assertThat(Fakes.post(resource, path, "{\"body\":\"" + "x".repeat(1_048_577) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(Fakes.get(resource, path).status()).isEqualTo(405);
        assertThat(Fakes.post(resource, "/unknown-unknown-1/test", "{}").status())
                .isEqualTo(404);
    }
}
