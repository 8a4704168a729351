package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.ingress.Replays;
import io.infloop.ingress.Replays.ReplayResult;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DeliveryDetails;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.store.StoredDelivery;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DeliveriesResourceTest {
    private static final String TRIGGER_ID = "k3JvQ0a9TtWm2xZpLr8bYg";
    private static final String OTHER_ID = "aaJvQ0a9TtWm2xZpLr8bYg";

    private final List<DeliverySummary> stored = new ArrayList<>();
    private final Map<String, byte[]> bodies = new LinkedHashMap<>();
    private final List<DeliveryFilter> filters = new ArrayList<>();
    private final List<String> replayed = new ArrayList<>();
    private int status = 202;
    private int refusedFrom = Integer.MAX_VALUE;
    private final DeliveriesResource resource = new DeliveriesResource(
            Fakes.fake(DeliveryStore.class, this::store), Fakes.fake(Replays.class, this::replay), Clock.systemUTC());

    private Object store(String method, Object[] arguments) {
        return switch (method) {
            case "list" -> {
                filters.add((DeliveryFilter) arguments[0]);
                OptionalLong before = (OptionalLong) arguments[1];
                yield stored.stream()
                        .filter(one -> before.isEmpty() || one.place() < before.getAsLong())
                        .sorted(Comparator.comparingLong(DeliverySummary::place).reversed())
                        .limit((int) arguments[2])
                        .toList();
            }
            case "listOldestFirst" -> {
                filters.add((DeliveryFilter) arguments[0]);
                OptionalLong after = (OptionalLong) arguments[1];
                yield stored.stream()
                        .filter(one -> after.isEmpty() || one.place() > after.getAsLong())
                        .limit((int) arguments[2])
                        .toList();
            }
            case "count" -> stored.size();
            case "find" ->
                stored.stream()
                        .filter(one -> one.id().equals(arguments[0]))
                        .findFirst()
                        .map(DeliveriesResourceTest::detail);
            case "body" -> Optional.ofNullable(bodies.get(arguments[0]));
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private static StoredDelivery detail(DeliverySummary summary) {
        return new StoredDelivery(
                summary,
                new DeliveryDetails(
                        summary.workflowId(),
                        summary.pluginId(),
                        summary.senderId(),
                        "POST",
                        "a=1",
                        Optional.of("192.0.2.7"),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("signature", 12L)),
                Map.of("x-event", "push"),
                Optional.empty(),
                Optional.empty(),
                List.of(new QueueHistory(
                        summary.queueIds().get(0),
                        QueueState.STARTED,
                        "triage",
                        Optional.of("run-1"),
                        Optional.empty(),
                        1,
                        2)));
    }

    @SuppressWarnings("unchecked")
    private Object replay(String method, Object[] arguments) {
        DeliverySummary summary = ((StoredDelivery) arguments[0]).summary();
        boolean full = replayed.size() >= refusedFrom;
        replayed.add(summary.id()
                + ((Optional<String>) arguments[1]).map(id -> " to " + id).orElse("")
                + ((Optional<String>) arguments[2]).map(id -> " as " + id).orElse(""));
        assertThat(arguments[3]).isEqualTo(Actor.API_TOKEN);
        int result = full ? 503 : status;
        // What is replayed is listed as well.
        if (result == 202) {
            stored.add(summary(stored.size() + 1));
        }
        return CompletableFuture.completedFuture(new ReplayResult(
                result,
                result == 202
                        ? JsonObject.of("queueId", "q-2-new")
                        : JsonObject.builder()
                                .put("error", full ? "queue-full" : "conflict")
                                .put("reason", "the body is gone")
                                .build(),
                result == 202 ? Optional.of("d-2-new") : Optional.empty()));
    }

    private static DeliverySummary summary(long place) {
        return new DeliverySummary(
                place,
                "d-" + place,
                TRIGGER_ID,
                Optional.of("triage"),
                Optional.of("github"),
                Optional.of("push"),
                Optional.of("sender-" + place),
                DeliveryOutcome.ACCEPTED,
                Optional.empty(),
                "cid_0123456789abcdef",
                1_000 + place,
                List.of("q-" + place),
                Optional.empty(),
                Optional.empty(),
                3,
                true);
    }

    private void fill(int count) {
        for (int place = 1; place <= count; place++) {
            stored.add(summary(place));
        }
    }

    @Test
    void listsByPageWithMaskedTriggers() {
        fill(3);
        ApiReply first = Fakes.get(resource, "?limit=2");
        assertThat(Fakes.text(first))
                .startsWith("200")
                .contains("d-3", "d-2", "\"outcome\":\"accepted\"", "sender-3")
                .doesNotContain(TRIGGER_ID, "d-1\"");
        assertThat(Fakes.body(first).string("nextBefore")).contains("2");
        ApiReply last = Fakes.get(resource, "?limit=2&before=2");
        assertThat(Fakes.text(last)).contains("\"d-1\"").doesNotContain("nextBefore");
    }

    @Test
    void passesEveryFilterOnAndRefusesWhatMakesNoSense() {
        ApiReply reply = Fakes.get(
                resource,
                "?triggerId=" + TRIGGER_ID
                        + "&workflowId=triage&outcome=duplicate&eventType=push&deliveryId=72d3&from=5&to=2026-01-01T00:00:00Z");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(filters)
                .containsExactly(new DeliveryFilter(
                        Optional.of(TRIGGER_ID),
                        Optional.of("triage"),
                        Optional.of(DeliveryOutcome.DUPLICATE),
                        Optional.of("push"),
                        Optional.of("72d3"),
                        OptionalLong.of(5),
                        OptionalLong.of(1_767_225_600_000L)));
        for (String query : List.of(
                "triggerId=k3JvQ0…", "workflowId=../x", "outcome=ACCEPTED", "from=yesterday", "limit=0", "before=x")) {
            assertThat(Fakes.text(Fakes.get(resource, "?" + query)))
                    .as(query)
                    .startsWith("400 ")
                    .contains("invalid-query", query.substring(0, query.indexOf('=')));
        }
    }

    @Test
    void showsADeliveryWithItsRunAndGivesItsBytesAsAFile() {
        fill(1);
        bodies.put("d-1", new byte[] {0, 1, (byte) 0xff});
        assertThat(Fakes.text(Fakes.get(resource, "/d-1")))
                .startsWith("200")
                .contains(
                        "\"runId\":\"run-1\"", "\"sourceIp\":\"192.0.2.7\"", "\"x-event\":\"push\"", "\"signature\":12")
                .doesNotContain(TRIGGER_ID);
        ApiReply body = Fakes.get(resource, "/d-1/body");
        assertThat(body.file().orElseThrow()).containsExactly(0, 1, 0xff);
        assertThat(body.headers())
                .containsEntry("content-disposition", "attachment; filename=\"d-1.bin\"")
                .containsEntry("x-content-type-options", "nosniff");
        bodies.clear();
        assertThat(Fakes.text(Fakes.get(resource, "/d-1/body")))
                .startsWith("404")
                .contains("not kept");
        assertThat(Fakes.get(resource, "/d-9").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/d-1\"/body").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/d-1/headers").status()).isEqualTo(404);
        assertThat(Fakes.delete(resource, "/d-1").status()).isEqualTo(405);
    }

    @Test
    void replaysOneToWhereItIsTold() {
        fill(1);
        assertThat(Fakes.text(Fakes.post(resource, "/d-1/replay", "")))
                .startsWith("202")
                .contains("\"deliveryId\":\"d-2-new\"", "\"replayOf\":\"d-1\"", "\"queueId\":\"q-2-new\"");
        Fakes.post(resource, "/d-1/replay", "{\"triggerId\":\"" + OTHER_ID + "\",\"workflowId\":\"other\"}");
        assertThat(replayed).containsExactly("d-1", "d-1 to " + OTHER_ID + " as other");
        for (String body : List.of("[]", "{\"trigger\":\"x\"}", "{\"triggerId\":7}", "{\"workflowId\":\"../x\"}")) {
            assertThat(Fakes.post(resource, "/d-1/replay", body).status())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(Fakes.post(resource, "/d-99/replay", "").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/d-1/replay").status()).isEqualTo(405);
        status = 409;
        assertThat(Fakes.text(Fakes.post(resource, "/d-1/replay", "")))
                .startsWith("409")
                .contains("the body is gone");
        status = 204;
        assertThat(Fakes.text(Fakes.post(resource, "/d-1/replay", "")))
                .startsWith("200")
                .contains("does not want it");
        assertThat(replayed).hasSize(4);
    }

    @Test
    void replaysManyOldestFirstButNotWhatItBringsInItself() {
        fill(120);
        ApiReply first = Fakes.post(resource, "/replay", "{\"filter\":{\"workflowId\":\"triage\"},\"limit\":70}");
        assertThat(Fakes.body(first).number("replayed")).contains(70L);
        assertThat(replayed).startsWith("d-1", "d-2").endsWith("d-70");
        String next = Fakes.body(first).string("nextAfter").orElseThrow();
        assertThat(filters.get(filters.size() - 1).outcome()).contains(DeliveryOutcome.ACCEPTED);

        ApiReply second = Fakes.post(resource, "/replay", "{\"filter\":{},\"limit\":10,\"after\":\"" + next + "\"}");
        next = Fakes.body(second).string("nextAfter").orElseThrow();
        ApiReply all = Fakes.post(resource, "/replay", "{\"filter\":{},\"limit\":1000,\"after\":\"" + next + "\"}");

        // Those that were there at the beginning of the first round, and nothing that the rounds brought in.
        assertThat(replayed).hasSize(120).doesNotHaveDuplicates().endsWith("d-119", "d-120");
        assertThat(Fakes.body(all).has("nextAfter")).isFalse();
    }

    @Test
    void stopsWhenTheQueueIsFullAndSaysWhereToGoOn() {
        fill(10);
        refusedFrom = 4;
        ApiReply reply = Fakes.post(resource, "/replay", "{\"filter\":{}}");
        assertThat(Fakes.body(reply).number("replayed")).contains(4L);
        assertThat(Fakes.body(reply).has("stopped")).isTrue();
        assertThat(replayed).hasSize(5);
        refusedFrom = Integer.MAX_VALUE;
        String next = Fakes.body(reply).string("nextAfter").orElseThrow();
        Fakes.post(resource, "/replay", "{\"filter\":{},\"after\":\"" + next + "\"}");
        assertThat(replayed).hasSize(11).endsWith("d-5", "d-6", "d-7", "d-8", "d-9", "d-10");
    }

    @Test
    void aDryRunOnlyCountsAndASlipReplaysNothing() {
        fill(10);
        assertThat(Fakes.text(Fakes.post(resource, "/replay", "{\"filter\":{},\"dryRun\":true}")))
                .startsWith("200")
                .contains("\"count\":10");
        for (String body : List.of(
                "{}",
                "{\"filter\":[]}",
                "{\"filter\":{},\"dryrun\":true}",
                "{\"filter\":{},\"dryRun\":\"yes\"}",
                "{\"filter\":{\"workflow\":\"triage\"}}",
                "{\"filter\":{\"outcome\":true}}",
                "{\"filter\":{},\"limit\":0}",
                "{\"filter\":{},\"limit\":1001}",
                "{\"filter\":{},\"after\":\"x\"}",
                "{\"filter\":{},\"after\":\"70\"}",
                "{\"filter\":{},\"limit\":1.5}")) {
            assertThat(Fakes.post(resource, "/replay", body).status()).as(body).isEqualTo(400);
        }
        assertThat(replayed).isEmpty();
    }
}
