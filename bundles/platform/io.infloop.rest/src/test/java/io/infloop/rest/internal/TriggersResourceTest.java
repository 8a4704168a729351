package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.ingress.TestFire;
import io.infloop.spi.json.JsonObject;
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
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TriggersResourceTest {
    private static final String GITHUB =
            """
            {"name":"new issue","workflowId":"triage","pluginId":"github","eventType":"issues","secret":"s3cret-value",
             "match":[{"lhs":"{{body.action}}","op":"==","rhs":"opened"}],"inputs":{"title":"{{body.issue.title}}"}}""";

    private final Map<String, Trigger> stored = new LinkedHashMap<>();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final List<TestFire.Delivery> fired = new ArrayList<>();
    private final TriggersResource resource = new TriggersResource(
            Fakes.fake(TriggerStore.class, this::store),
            Fakes.contributions(List.of(source("github", true), source("generic", false))),
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
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private static io.infloop.host.Contributions.Entry<WebhookSource> source(String id, boolean signs) {
        WebhookSource.Builder builder = WebhookSource.Descriptor.builder(id, id)
                .event(new WebhookEvent("issues", "Issues", List.of(), Optional.empty()));
        if (signs) {
            builder.eventType(ValueRule.at(ValueLocation.header("x-github-event")))
                    .signature(new SignatureDeclaration("hmac", JsonObject.EMPTY));
        }
        WebhookSource.Descriptor descriptor = builder.build();
        WebhookSource source = () -> descriptor;
        return Fakes.entry(source, descriptor);
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
                .isEqualTo("400 {\"error\":\"invalid-trigger\",\"reason\":\"secret-required\"}");
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
        assertReason("{\"name\":\"n\",\"workflowId\":\"w\",\"pluginId\":\"p\"}", "plugin not found: p");
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
        assertThat(Fakes.call(resource, "PATCH", path, "", Map.of()).status()).isEqualTo(405);
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
                "{\"headers\":null}",
                "{\"headers\":[]}",
                "{\"headers\":{\"a b\":\"c\"}}",
                "{\"headers\":{\"a\":\"b\\r\\nc: d\"}}")) {
            assertThat(Fakes.post(resource, path, odd).status()).as(odd).isEqualTo(400);
        }
        assertThat(fired).hasSize(2);
        assertThat(Fakes.post(resource, path, "\"" + "x".repeat(1_048_576) + "\"")
                        .status())
                .isEqualTo(413);
        assertThat(Fakes.get(resource, path).status()).isEqualTo(405);
        assertThat(Fakes.post(resource, "/unknown-unknown-1/test", "{}").status())
                .isEqualTo(404);
    }
}
