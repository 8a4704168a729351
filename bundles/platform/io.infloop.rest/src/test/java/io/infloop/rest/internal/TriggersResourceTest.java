package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ConfigField;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import io.infloop.store.WorkflowStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggersResourceTest extends TriggersFixture {
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
    void theListSaysWhichFilesCannotBeUsed() {
        assertThat(Fakes.body(Fakes.get(resource, "")).has("problems")).isFalse();
        problems = List.of(new WorkflowStore.FileProblem("k3JvQ0….json", "is not JSON"));
        assertThat(Fakes.text(Fakes.get(resource, "")))
                .contains("\"problems\":[{\"file\":\"k3JvQ0….json\",\"reason\":\"is not JSON\"}]");
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
                 "dedup":{"enabled":false,"key":"{{body.id}}-{{headers.x-id}}-{{envelope.id}}","retentionHours":5},
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
