package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.net.AddressBlock;
import io.infloop.spi.json.Json;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.FixedReply;
import io.infloop.spi.webhook.Intake;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.Concurrency;
import io.infloop.store.DedupKey;
import io.infloop.store.RecordStore;
import io.infloop.store.Refusal;
import io.infloop.store.Trigger;
import io.infloop.store.WorkflowStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What senders and operators may rely on, one promise each. */
class ContractsTest {
    private static final String BODY = "{\"action\":\"opened\",\"number\":7,\"id\":\"n-1\"}";

    private final Fixture fixture = new Fixture();

    // ---- answers

    @Test
    void aSenderThatInsistsOnItsOwnAnswerGetsItForEverythingThatWasTaken() {
        fixture.put(Fixture.signed().ack(new FixedReply(200, "text/plain", "[accepted]")));
        assertThat(text(signed(BODY))).isEqualTo("[accepted]");
        assertThat(signed(BODY).status()).isEqualTo(200);
        assertThat(signed("{\"action\":\"closed\"}").status()).as("not wanted").isEqualTo(200);
        assertThat(text(signed("{\"action\":\"closed\"}"))).isEqualTo("[accepted]");
        fixture.fixedResult =
                Optional.of(new RecordStore.Duplicate("d-1", List.of("q-1-first"), "cid_firstfirstfirst"));
        assertThat(text(signed(BODY))).isEqualTo("[accepted]");
        fixture.storeFails = true;
        assertThat(signed(BODY).status()).as("not stored").isEqualTo(503);
    }

    @Test
    void aSenderThatInsistsOnARefusalOfItsOwnGetsItForSignaturesOnly() {
        fixture.put(Fixture.signed().reject(new FixedReply(498, "text/plain", "")));
        Reply refused = fixture.process(
                fixture.inbound(Map.of("x-github-event", "pull_request"), BODY.getBytes(StandardCharsets.UTF_8)));
        assertThat(refused.status()).isEqualTo(498);
        assertThat(refused.body()).isEmpty();
        assertThat(fixture.audit.get(0).fields()).containsEntry("detail", "missing-signature: no signature header");
        fixture.contributions.remove(SignatureScheme.class, "hmac");
        assertThat(signed(BODY).status()).isEqualTo(503);
    }

    // ---- absent for the moment

    @Test
    void withoutItsSchemeNothingPassesAndNothingIsRecordedThatMightBeSecret() {
        fixture.contributions.remove(SignatureScheme.class, "hmac");
        fixture.put(fixture.trigger().toBuilder()
                .verifyOptional(true)
                .secrets(List.of())
                .build());
        Reply reply = signed(BODY);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.headers()).containsKey("retry-after");
        assertThat(fixture.items).isEmpty();
        assertThat(fixture.refusedDeliveries).isEmpty();
    }

    @Test
    void aKeyThatCannotBeFetchedIsNoVerdict() {
        fixture.scheme.fixed = Optional.of(new Verification.Deferred("the key set is not reachable"));
        Reply reply = signed(BODY);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.headers()).containsKey("retry-after");
    }

    @Test
    void whatIsBrokenOnDiskIsNotUnknown() {
        fixture.workflows.clear();
        assertThat(signed(BODY).status()).isEqualTo(404);
        fixture.problems = List.of(new WorkflowStore.FileProblem("triage.json", "is not JSON"));
        assertThat(signed(BODY).status()).isEqualTo(503);

        fixture.triggers.clear();
        assertThat(status(fixture.pipeline().gate().admit(Fixture.TRIGGER_ID, "192.0.2.1")))
                .isEqualTo(404);
        fixture.problems = List.of(new WorkflowStore.FileProblem(Fixture.TRIGGER_ID + ".json", "is not JSON"));
        assertThat(status(fixture.pipeline().gate().admit(Fixture.TRIGGER_ID, "192.0.2.1")))
                .isEqualTo(503);
    }

    @Test
    void aSchemeThatSignsTheUrlNeedsTheConfiguredOne() {
        fixture.scheme.needsPublicUrl = true;
        assertThat(signed(BODY).status()).isEqualTo(500);
        assertThat(fixture.audit.get(0).fields().get("detail").toString()).contains("publicUrl");
    }

    @Test
    void aSchemeWithRemoteKeysNeedsNoSecretAndNoThreadOfTheContainer() throws Exception {
        fixture.scheme.needsSecret = false;
        fixture.scheme.fetchesKeys = true;
        fixture.scheme.fixed = Optional.of(new Verification.Accepted("key-1"));
        fixture.put(fixture.trigger().toBuilder().secrets(List.of()).build());
        WebhookPipeline pipeline = fixture.pipeline();
        Reply reply = pipeline.process(inbound(BODY)).get(20, TimeUnit.SECONDS);
        assertThat(reply.status()).isEqualTo(202);
        assertThat(fixture.scheme.thread).startsWith("ingress-gate-");
        assertThat(fixture.usedSecrets).isEmpty();
        pipeline.stop();
        assertThat(pipeline.process(inbound(BODY)).get(20, TimeUnit.SECONDS).status())
                .isEqualTo(503);
    }

    @Test
    void codeThatDidNotShipWithTheServerRunsOnThreadsOfItsOwn() throws Exception {
        fixture.contributions.shipped = false;
        assertThat(fixture.pipeline()
                        .process(inbound(BODY))
                        .get(20, TimeUnit.SECONDS)
                        .status())
                .isEqualTo(202);
        assertThat(fixture.scheme.thread).startsWith("ingress-gate-");
    }

    // ---- intake

    @Test
    void contentTypesAndHeadersThatTheSourceNamesAreRequired() {
        fixture.put(Fixture.signed()
                .intake(Intake.DEFAULT
                        .withContentTypes(Set.of("application/json"))
                        .withRequireHeaders(List.of("X-Topic"))));
        Map<String, String> headers = headers(BODY);
        headers.put("content-type", "text/plain");
        Reply type = process(headers, BODY);
        assertThat(type.status()).isEqualTo(415);
        assertThat(Fixture.body(type).string("reason").orElseThrow()).contains("application/json");
        headers.put("content-type", "Application/JSON; charset=utf-8");
        Reply missing = process(headers, BODY);
        assertThat(missing.status()).isEqualTo(400);
        assertThat(Fixture.body(missing).string("reason").orElseThrow()).contains("x-topic");
        headers.put("x-topic", "orders");
        assertThat(process(headers, BODY).status()).isEqualTo(202);
    }

    @Test
    void theSignatureIsOverTheCompressedBytesAndTheEventInTheInflatedOnes() throws Exception {
        fixture.put(
                Fixture.described("generic").intake(Intake.DEFAULT.withContentEncodings(Set.of("identity", "gzip"))));
        generic(Map.of("number", "{{body.number}}"), Trigger.Dedup.DEFAULT);
        byte[] body = ReadableBodyTest.gzip(BODY.getBytes(StandardCharsets.UTF_8));
        Reply reply = fixture.process(fixture.inbound(Map.of("content-encoding", "gzip"), body));
        assertThat(reply.status()).isEqualTo(202);
        assertThat(fixture.items.get(0).inputs()).containsEntry("number", 7L);
        assertThat(fixture.deliveries.get(0).body()).isEqualTo(body);

        Reply broken = fixture.process(fixture.inbound(Map.of("content-encoding", "gzip"), new byte[] {1, 2}));
        assertThat(broken.status()).isEqualTo(400);
        assertThat(Fixture.body(broken).string("reason")).isPresent();
    }

    @Test
    void documentsInFormsAndMultipartFieldsAreFound() {
        fixture.put(Fixture.described("generic")
                .intake(Intake.DEFAULT.withFormPayloadParam("doc").withMultipartJsonField("json"))
                .deliveryId(ValueRule.at(ValueLocation.body("/id"))));
        generic(Map.of("number", "{{body.number}}"), Trigger.Dedup.DEFAULT);
        Map<String, String> form = Map.of("content-type", "application/x-www-form-urlencoded");
        assertThat(process(form, "doc=%7B%22number%22%3A7%2C%22id%22%3A%22x%22%7D")
                        .status())
                .isEqualTo(202);
        assertThat(fixture.deliveries.get(0).dedup()).contains(DedupKey.of("x"));
        Map<String, String> parts = Map.of("content-type", "multipart/form-data; boundary=\"b\"");
        assertThat(process(
                                parts,
                                "--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"number\":8}\r\n--b--\r\n")
                        .status())
                .isEqualTo(202);
        assertThat(fixture.items)
                .extracting(item -> String.valueOf(item.inputs().get("number")))
                .containsExactly("7", "8");
        for (String broken : List.of("--b\r\nnonsense", "x", "--b\r\n\r\n{}\r\n--b--")) {
            assertThat(process(parts, broken).status()).as(broken).isEqualTo(400);
        }
        assertThat(process(form, "other=1").status()).isEqualTo(400);
    }

    // ---- keys

    @Test
    void aKeyOfTheTriggersOwnTakesThePlaceOfTheSendersId() {
        keyed(new Trigger.Dedup(true, Optional.of("{{body.number}}/{{body.action}}"), OptionalInt.of(100)));
        assertThat(signed(BODY).status()).isEqualTo(202);
        assertThat(fixture.deliveries.get(0).dedup()).isEmpty();
        assertThat(fixture.newItems.get(0).dedup())
                .contains(new DedupKey("key:7/opened", Duration.ofHours(100).toMillis()));
        assertThat(fixture.deliveries.get(0).details().senderId()).contains("d-1");
    }

    @Test
    void whereTheTriggersKeyIsIncompleteTheSendersIdCounts() {
        keyed(new Trigger.Dedup(true, Optional.of("{{body.absent}}"), OptionalInt.empty()));
        assertThat(signed(BODY).status()).isEqualTo(202);
        assertThat(fixture.newItems.get(0).dedup()).contains(DedupKey.of("d-1"));
    }

    @Test
    void deduplicationCanBeTurnedOff() {
        keyed(new Trigger.Dedup(false, Optional.empty(), OptionalInt.empty()));
        assertThat(signed(BODY).status()).isEqualTo(202);
        assertThat(fixture.deliveries.get(0).dedup()).isEmpty();
        assertThat(fixture.newItems.get(0).dedup()).isEmpty();
    }

    @Test
    void keysOutliveTheTimeInWhichACapturedRequestVerifies() {
        fixture.scheme.replayWindow = Duration.ofDays(30);
        assertThat(signed(BODY).status()).isEqualTo(202);
        assertThat(fixture.deliveries.get(0).dedup())
                .contains(new DedupKey("d-1", Duration.ofDays(30).toMillis()));
    }

    @Test
    void whatASourceCallsTheSameIsTheSameUnderAnotherId() {
        fixture.put(Fixture.signed().replayKey(ValueRule.at(ValueLocation.body("/id"))));
        assertThat(signed(BODY).status()).isEqualTo(202);
        assertThat(fixture.deliveries.get(0).dedup()).contains(DedupKey.of("d-1"));
        assertThat(fixture.newItems.get(0).dedup()).contains(DedupKey.of("same:n-1"));
    }

    @Test
    void theConcurrencyKeyGoesToTheStoreAndTheAnswerSaysWhatBecameOfIt() {
        fixture.put(fixture.trigger().toBuilder()
                .concurrency(Optional.of(new Trigger.Concurrency("pr-{{body.number}}", Concurrency.Policy.LATEST)))
                .build());
        assertThat(signed(BODY).status()).isEqualTo(202);
        assertThat(fixture.items.get(0).concurrency()).contains(new Concurrency("pr-7", Concurrency.Policy.LATEST));

        fixture.fixedResult = Optional.of(new RecordStore.Enqueued(List.of(new RecordStore.Skipped("q-1-skipped"))));
        assertThat(text(signed(BODY))).contains("\"queued\":false").contains("\"skipped\":true");
        fixture.fixedResult = Optional.of(
                new RecordStore.Enqueued(List.of(new RecordStore.Queued("q-1-new", 1, List.of("q-1-old"), List.of()))));
        assertThat(text(signed(BODY))).contains("\"queued\":true").contains("\"replaced\":[\"q-1-old\"]");
    }

    // ---- gate

    @Test
    void theAllowListLooksAtTheAddressAndAnswersAllAlike() {
        fixture.put(fixture.trigger().toBuilder()
                .ipAllow(List.of(AddressBlock.parse("192.0.2.0/24"), AddressBlock.parse("2001:db8::/32")))
                .build());
        TriggerGate gate = fixture.pipeline().gate();
        assertThat(gate.admit(Fixture.TRIGGER_ID, "192.0.2.77")).isInstanceOf(TriggerGate.Open.class);
        assertThat(gate.admit(Fixture.TRIGGER_ID, "[2001:db8:0:0:0:0:0:1]")).isInstanceOf(TriggerGate.Open.class);
        for (String address : new String[] {"192.0.3.1", "", "localhost", null}) {
            assertThat(status(gate.admit(Fixture.TRIGGER_ID, address)))
                    .as(address)
                    .isEqualTo(403);
        }
        assertThat(fixture.auditTypes()).as("once a minute").containsExactly("webhook.rejected");
        assertThat(fixture.audit.get(0).fields()).containsEntry("remoteAddr", "192.0.3.1");
    }

    @Test
    void aStrangerDoesNotUseUpWhatTheSenderMay() {
        fixture.put(fixture.trigger().toBuilder()
                .ipAllow(List.of(AddressBlock.parse("192.0.2.0/24")))
                .build());
        fixture.tokens = 1;
        TriggerGate gate = fixture.pipeline().gate();
        for (int number = 0; number < 5; number++) {
            assertThat(status(gate.admit(Fixture.TRIGGER_ID, "198.51.100.1"))).isEqualTo(403);
        }
        assertThat(gate.admit(Fixture.TRIGGER_ID, "192.0.2.77")).isInstanceOf(TriggerGate.Open.class);
    }

    @Test
    void aTriggerSaysWhetherTheBeginningOfRefusedBodiesIsKept() {
        signedWrong();
        fixture.put(fixture.trigger().toBuilder().keepRejected(true).build());
        signedWrong();

        assertThat(fixture.refusals).extracting(Refusal::keepsBody).containsExactly(false, true);
        // What its sender says: how else would it be found?
        assertThat(fixture.refusedDeliveries.get(0).details().senderId()).contains("d-9");
        assertThat(fixture.refusedDeliveries.get(0).eventType()).contains("pull_request");
    }

    private void signedWrong() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("x-github-event", "pull_request");
        headers.put("x-hub-signature-256", "sha256=" + "0".repeat(64));
        headers.put("x-github-delivery", "d-9");
        fixture.pipeline()
                .process(fixture.inbound(headers, BODY.getBytes(StandardCharsets.UTF_8)))
                .join();
    }

    @Test
    void aTriggerMayHaveALimitOfItsOwn() {
        fixture.put(fixture.trigger().toBuilder()
                .rateLimitPerMinute(OptionalInt.of(7))
                .build());
        fixture.pipeline().gate().admit(Fixture.TRIGGER_ID, "192.0.2.1");
        assertThat(fixture.limits).containsExactly(7);
    }

    // ---- nothing a sender does is a defect

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"text\"",
                "{\"action\":\"opened\",\"number\":",
                "\u0000\u0001",
                "{\"action\":{\"a\":[1]},\"number\":1e400}"
            })
    void bodiesOfAllKindsAreAnswered(String body) {
        assertThat(signed(body).status()).as(body).isLessThan(500);
        fixture.put(Fixture.signed()
                .deliveryId(ValueRule.at(ValueLocation.body("/id")))
                .replayKey(new ValueRule.FirstKey(Set.of("action"))));
        assertThat(signed(body).status()).as(body).isLessThan(500);
        assertThat(signed("[".repeat(100_000)).status()).isLessThan(500);
    }

    @Test
    void aWholeDocumentIsReadOnceForKeysAndTemplates() {
        fixture.put(Fixture.signed().deliveryId(ValueRule.at(ValueLocation.body("/id"))));
        assertThat(signed(BODY).status()).isEqualTo(202);
        assertThat(fixture.items.get(0).inputs()).containsEntry("number", 7L);
        assertThat(fixture.deliveries.get(0).dedup()).contains(DedupKey.of("n-1"));
    }

    @Test
    void whatParsesTheDocumentAnywayIsKnown() {
        assertThat(profile(Fixture.signed()).readsDocument()).isFalse();
        assertThat(profile(
                                Fixture.signed()
                                        .signature(
                                                new SignatureDeclaration(
                                                        "hmac",
                                                        Json.parseObject(
                                                                "{\"anyOf\":[{\"timestamp\":{\"source\":{\"from\":\"body\",\"path\":\"/at\"}}}]}"))))
                        .readsDocument())
                .isTrue();
        assertThat(profile(Fixture.signed()
                                .signature(new SignatureDeclaration(
                                        "hmac", Json.parseObject("{\"payload\":\"{body:/a}{body:/b}\"}"))))
                        .readsDocument())
                .isTrue();
        assertThat(profile(Fixture.signed().eventType(ValueRule.template("{item:/a}")))
                        .readsDocument())
                .isTrue();
    }

    private static SourceProfile profile(WebhookSource.Builder source) {
        return new SourceProfile(source.build(), Optional.empty(), new Redaction(List.of()), true);
    }

    @Test
    void inAFloodOfForgeriesFewAreKept() {
        WebhookPipeline pipeline = fixture.pipeline();
        for (int i = 0; i < 200; i++) {
            pipeline.process(fixture.inbound(new HashMap<>(), new byte[10])).join();
        }
        assertThat(fixture.refusedDeliveries).hasSize(20);
        assertThat(fixture.auditTypes()).hasSize(200);
    }

    private void keyed(Trigger.Dedup dedup) {
        fixture.put(fixture.trigger().toBuilder().dedup(dedup).build());
    }

    private void generic(Map<String, String> inputs, Trigger.Dedup dedup) {
        fixture.put(Fixture.trigger("generic", Optional.empty(), Optional.empty(), false, List.of(), inputs).toBuilder()
                .dedup(dedup)
                .build());
    }

    private Reply signed(String body) {
        return process(headers(body), body);
    }

    private Inbound inbound(String body) {
        return fixture.inbound(headers(body), body.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> headers(String body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("x-github-event", "pull_request");
        headers.put("x-github-delivery", "d-1");
        headers.put("x-hub-signature-256", Fixture.signature(body));
        return headers;
    }

    private Reply process(Map<String, String> headers, String body) {
        return fixture.process(fixture.inbound(headers, body.getBytes(StandardCharsets.UTF_8)));
    }

    private static int status(TriggerGate.Outcome outcome) {
        return ((TriggerGate.Closed) outcome).reply().status();
    }

    private static String text(Reply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }
}
