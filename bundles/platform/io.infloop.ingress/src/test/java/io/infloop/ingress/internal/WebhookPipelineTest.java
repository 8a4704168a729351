package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.HttpReply;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.DedupKey;
import io.infloop.store.RecordStore;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookPipelineTest {
    private final Fixture fixture = new Fixture();

    @AfterEach
    void everyLeaseIsReturned() {
        assertThat(fixture.contributions.openLeases).isZero();
    }

    @Test
    void aDeliveryThatHasToWaitForMoneyIsAcceptedAndSaysSo() {
        fixture.hold = Optional.of("the budget of the process is used up");
        Reply reply = fixture.process(fixture.golden());

        assertThat(reply.status()).isEqualTo(202);
        assertThat(Fixture.body(reply).asMap()).containsEntry("queued", true).containsEntry("held", true);
        assertThat(fixture.items).hasSize(1);
    }

    @Test
    void theGoldenDeliveryIsStoredAndAnnounced() {
        Reply reply = fixture.process(fixture.golden());

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.headers()).containsEntry("x-correlation-id", "cid_0123456789abcdef");
        RecordStore.QueueItem item = fixture.items.get(0);
        assertThat(Fixture.body(reply).asMap())
                .containsExactly(
                        Map.entry("queued", true),
                        Map.entry("queueId", item.queueId()),
                        Map.entry("position", 1L),
                        Map.entry("correlationId", "cid_0123456789abcdef"));
        assertThat(item.workflowId()).isEqualTo("triage");
        assertThat(item.workflowName()).isEqualTo("Triage");
        assertThat(item.source()).isEqualTo("webhook");
        assertThat(item.inputs())
                .containsExactly(
                        Map.entry("number", 1347L), Map.entry("title", "Amazing new feature — \"quoted\" & <tagged>"));
        RecordStore.Delivery delivery = fixture.deliveries.get(0);
        assertThat(delivery.body()).isEqualTo(Fixture.goldenBody());
        assertThat(delivery.dedup()).contains(DedupKey.of("72d3162e-cc78-11e3-81ab-4c9367dc0958"));
        assertThat(delivery.eventType()).contains("pull_request");
        assertThat(delivery.headers())
                .containsKey("x-github-hook-id")
                .containsEntry("x-hub-signature-256", Redaction.MARK);
        assertThat(delivery.details().timings()).containsKeys("receive", "signature", "read", "match", "inputs");
        assertThat(delivery.details().senderId()).contains("72d3162e-cc78-11e3-81ab-4c9367dc0958");
        assertThat(fixture.usedSecrets)
                .containsExactly(fixture.triggers
                        .get(Fixture.TRIGGER_ID)
                        .secrets()
                        .get(0)
                        .id());

        assertThat(fixture.auditTypes()).containsExactly("webhook.accepted", "run.queued");
        assertThat(fixture.audit.get(0).fields())
                .containsEntry("triggerId", "k3JvQ0…")
                .containsEntry("correlationId", "cid_0123456789abcdef")
                .containsEntry("queueId", item.queueId());
        assertThat(fixture.events).singleElement().satisfies(event -> {
            assertThat(event.get("type")).isEqualTo("trigger_enqueued");
            assertThat(event.get("triggerId")).isEqualTo("k3JvQ0…");
            assertThat(event.get("position")).isEqualTo(1L);
        });
        assertThat(fixture.kicks).isEqualTo(1);
        assertThat(fixture.touched).containsExactly(Fixture.TRIGGER_ID);
    }

    @Test
    void everyBadSignatureLooksTheSame() {
        Map<String, String> missing = Fixture.goldenHeaders();
        missing.remove("X-Hub-Signature-256");
        Map<String, String> wrong = Fixture.goldenHeaders();
        wrong.put("X-Hub-Signature-256", "sha256=" + "0".repeat(64));

        Reply first = fixture.process(fixture.inbound(missing, Fixture.goldenBody()));
        Reply second = fixture.process(fixture.inbound(wrong, Fixture.goldenBody()));

        assertThat(first.status()).isEqualTo(401);
        assertThat(first.body())
                .isEqualTo(second.body())
                .isEqualTo("{\"error\":\"bad-signature\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(first.headers()).isEqualTo(second.headers());
        assertThat(fixture.deliveries).isEmpty();
        assertThat(fixture.rejectedReasons).containsExactly("bad-signature", "bad-signature");
        assertThat(fixture.auditTypes()).containsExactly("webhook.rejected", "webhook.rejected");
        assertThat(fixture.audit.get(0).outcome()).isEqualTo(AuditEvent.Outcome.DENIED);
        assertThat(fixture.audit)
                .extracting(event -> event.fields().get("detail"))
                .containsExactly("missing-signature: no signature header", "mismatch: the signature does not fit");
        assertThat(fixture.audit).noneMatch(event -> event.toString().contains(Fixture.TRIGGER_ID));
    }

    @Test
    void aTriggerMayTakeEveryEvent() {
        fixture.put(
                Fixture.githubTrigger().toBuilder().eventType(Optional.of("*")).build());
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(202);
        fixture.put(Fixture.githubTrigger().toBuilder()
                .eventType(Optional.of("push"))
                .build());
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(204);
    }

    @Test
    void theSignatureIsCheckedBeforeTheEventAndThePredicates() {
        Map<String, String> headers = Fixture.goldenHeaders();
        headers.put("X-GitHub-Event", "push");
        headers.remove("X-Hub-Signature-256");
        assertThat(fixture.process(fixture.inbound(headers, Fixture.goldenBody()))
                        .status())
                .isEqualTo(401);

        headers.put("X-Hub-Signature-256", Fixture.goldenHeaders().get("X-Hub-Signature-256"));
        Reply filtered = fixture.process(fixture.inbound(headers, Fixture.goldenBody()));
        assertThat(filtered.status()).isEqualTo(204);
        assertThat(filtered.body()).isEmpty();
        assertThat(fixture.audit).hasSize(1);
    }

    @Test
    void predicatesThatDoNotHoldFilter() {
        fixture.put(with(List.of(
                new Trigger.Predicate("{{body.action}}", "==", "opened"),
                new Trigger.Predicate("{{body.pull_request.head.ref}}", "matches", "^main$"))));
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(204);

        fixture.put(with(List.of(new Trigger.Predicate("{{body.action}}", "matches", "(unclosed"))));
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(204);

        fixture.put(with(List.of(new Trigger.Predicate("{{headers.x-github-event}}", "contains", "pull"))));
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(202);
    }

    private static Trigger with(List<Trigger.Predicate> match) {
        return Fixture.trigger(
                "github",
                Optional.of("pull_request"),
                Optional.of(Fixture.SECRET),
                false,
                match,
                Map.of("number", "{{body.number}}"));
    }

    @Test
    void whatIsAwayForTheMomentIs503AndNeverAnUnsignedPass() {
        fixture.contributions.remove(SignatureScheme.class, "hmac");
        assertUnavailable(fixture.process(fixture.golden()));

        fixture.contributions.remove(WebhookSource.class, "github");
        assertUnavailable(fixture.process(fixture.golden()));
        assertThat(fixture.deliveries).isEmpty();
        assertThat(fixture.auditTypes()).containsExactly("webhook.rejected", "webhook.rejected");
    }

    @Test
    void aSchemeThatThrowsOrFindsNothingPassesNobody() {
        fixture.scheme.failure = new IllegalStateException("broken");
        assertUnavailable(fixture.process(fixture.golden()));
        assertThat(fixture.deliveries).isEmpty();
    }

    private static void assertUnavailable(Reply reply) {
        assertThat(reply.status()).isEqualTo(503);
        assertThat(Fixture.body(reply)).isEqualTo(JsonObject.of("error", "plugin-unavailable"));
        assertThat(reply.headers()).containsEntry("retry-after", "5");
    }

    @Test
    void aHandshakeIsAnsweredAndStartsNothing() {
        fixture.scheme.fixed = Optional.of(new Verification.Answered(new HttpReply(
                200, Map.of("X-Hook", "echo", "Set-Cookie", "a=b", "X-Bad", "a\r\nb: c"), "text/plain", "challenge")));
        Reply reply = fixture.process(fixture.golden());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.contentType()).isEqualTo("text/plain");
        assertThat(new String(reply.body(), StandardCharsets.UTF_8)).isEqualTo("challenge");
        assertThat(reply.headers())
                .containsOnly(Map.entry("X-Hook", "echo"), Map.entry("x-content-type-options", "nosniff"));
        assertThat(fixture.deliveries).isEmpty();
    }

    @Test
    void withoutASecretOnlyTheExplicitOptOutPasses() {
        fixture.put(unsigned(Optional.empty(), false));
        Reply misconfigured = fixture.process(fixture.golden());
        assertThat(misconfigured.status()).isEqualTo(500);
        assertThat(Fixture.body(misconfigured)).isEqualTo(JsonObject.of("error", "trigger-misconfigured"));

        TriggerSecret expired = TriggerSecret.create("old", Fixture.SECRET, 1).expiringBy(Fixture.NOW.toEpochMilli());
        fixture.put(unsigned(Optional.empty(), true).toBuilder().secret(expired).build());
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(500);

        fixture.put(unsigned(Optional.empty(), true));
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(202);
        assertThat(fixture.scheme.calls).isZero();
    }

    @Test
    void aSecretWinsOverTheOptOut() {
        fixture.put(unsigned(Optional.of("another secret"), true));
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(401);
    }

    @Test
    void aDeliveryMayBeSignedWithAnySecretThatIsValid() {
        TriggerSecret newer = TriggerSecret.create("new", "newer", 1);
        TriggerSecret older = TriggerSecret.create("old", Fixture.SECRET, 1);
        Trigger trigger = Fixture.githubTrigger();
        long now = Fixture.NOW.toEpochMilli();

        fixture.put(trigger.toBuilder()
                .secrets(List.of(newer, older.expiringBy(now + 1)))
                .build());
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(202);

        fixture.put(trigger.toBuilder()
                .secrets(List.of(newer, older.expiringBy(now)))
                .build());
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(401);
    }

    private static Trigger unsigned(Optional<String> secret, boolean verifyOptional) {
        return Fixture.trigger(
                "github",
                Optional.of("pull_request"),
                secret,
                verifyOptional,
                List.of(),
                Map.of("number", "{{body.number}}"));
    }

    @Test
    void aWorkflowThatDoesNotExistLooksLikeAnUnknownTrigger() {
        fixture.workflows.clear();
        Reply reply = fixture.process(fixture.golden());
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body()).isEqualTo(Reply.NOT_FOUND.body());
    }

    @Test
    void inputsThatDoNotFitAre422() {
        fixture.put(Fixture.trigger(
                "github",
                Optional.of("pull_request"),
                Optional.of(Fixture.SECRET),
                false,
                List.of(),
                Map.of("number", "{{body.pull_request.title}}")));
        Reply reply = fixture.process(fixture.golden());
        assertThat(reply.status()).isEqualTo(422);
        assertThat(Fixture.body(reply).toString())
                .isEqualTo(
                        "{\"error\":\"invalid-inputs\",\"field\":\"number\",\"reason\":\"type\",\"expected\":\"number\",\"got\":\"string\"}");
        assertThat(fixture.rejectedReasons).containsExactly("invalid-inputs");
        assertThat(fixture.auditTypes()).containsExactly("webhook.rejected");
        assertThat(fixture.audit.get(0).toString()).doesNotContain("Amazing");
    }

    @Test
    void aRepetitionGetsTheFirstIds() {
        fixture.fixedResult =
                Optional.of(new RecordStore.Duplicate("d-1-first", List.of("q-1-first"), "cid_firstfirstfirst"));
        Reply reply = fixture.process(fixture.golden());
        assertThat(reply.status()).isEqualTo(202);
        assertThat(Fixture.body(reply).toString())
                .isEqualTo(
                        "{\"queued\":true,\"duplicate\":true,\"queueId\":\"q-1-first\",\"correlationId\":\"cid_firstfirstfirst\"}");
        assertThat(reply.headers()).containsEntry("x-correlation-id", "cid_firstfirstfirst");
        assertThat(fixture.kicks).isZero();
        assertThat(fixture.touched).isEmpty();
    }

    @Test
    void aFullQueueAndABrokenStoreAskToComeBack() {
        fixture.fixedResult = Optional.of(new RecordStore.QueueFull(10_000, RecordStore.QueueFull.Bound.ITEMS));
        Reply full = fixture.process(fixture.golden());
        assertThat(full.status()).isEqualTo(503);
        assertThat(Fixture.body(full)).isEqualTo(JsonObject.of("error", "queue-full"));
        assertThat(full.headers()).containsEntry("retry-after", "30");

        fixture.storeFails = true;
        Reply broken = fixture.process(fixture.golden());
        assertThat(broken.status()).isEqualTo(503);
        assertThat(Fixture.body(broken)).isEqualTo(JsonObject.of("error", "store-unavailable"));
        assertThat(broken.headers()).containsKey("retry-after");
        assertThat(fixture.auditTypes()).containsExactly("webhook.rejected", "webhook.rejected");
        assertThat(fixture.kicks).isZero();
    }

    @Test
    void whatIsOnDiskIsAcceptedEvenIfTellingOthersFails() {
        fixture.announcementsFail = true;
        assertThat(fixture.process(fixture.golden()).status()).isEqualTo(202);
        assertThat(fixture.kicks).isEqualTo(1);
    }

    @Test
    void aTriggerIsCompiledAnewWhenItChanges() {
        WebhookPipeline pipeline = fixture.pipeline();
        assertThat(pipeline.process(fixture.golden()).join().status()).isEqualTo(202);
        fixture.put(with(List.of(new Trigger.Predicate("a", "==", "b"))));
        assertThat(pipeline.process(fixture.golden()).join().status()).isEqualTo(204);
    }

    @Test
    void theBodyOfAGenericTriggerNeedsNoSignatureAndNoJson() {
        fixture.put(Fixture.trigger(
                "generic",
                Optional.empty(),
                Optional.empty(),
                false,
                List.of(),
                Map.of("number", "7", "title", "{{body.raw}}")));
        byte[] body = {(byte) 0xff, 'h', 'i'};
        assertThat(fixture.process(fixture.inbound(new HashMap<>(), body)).status())
                .isEqualTo(202);
        assertThat(fixture.items.get(0).inputs()).containsEntry("title", "\ufffdhi");
        assertThat(fixture.deliveries.get(0).body()).isEqualTo(body);
        assertThat(fixture.deliveries.get(0).dedup()).isEmpty();
    }

    @Test
    void theGateHidesWhatIsUnknownOrDisabledAndAuditsTheLimitOnce() {
        fixture.tokens = 1;
        WebhookPipeline pipeline = fixture.pipeline();
        assertThat(pipeline.gate().admit("unknown-unknown-unknown", "192.0.2.1"))
                .isEqualTo(new TriggerGate.Closed(Reply.NOT_FOUND));
        assertThat(pipeline.gate().admit("../triggers/x", "192.0.2.1"))
                .isEqualTo(new TriggerGate.Closed(Reply.NOT_FOUND));
        assertThat(pipeline.gate().admit(Fixture.TRIGGER_ID, "192.0.2.1")).isInstanceOf(TriggerGate.Open.class);
        for (int i = 0; i < 3; i++) {
            Reply reply = ((TriggerGate.Closed) pipeline.gate().admit(Fixture.TRIGGER_ID, "192.0.2.1")).reply();
            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.headers()).containsEntry("retry-after", "2");
        }
        assertThat(fixture.auditTypes()).containsExactly("webhook.rejected");
        assertThat(fixture.audit.get(0).fields()).containsEntry("reason", "rate-limited");
    }
}
