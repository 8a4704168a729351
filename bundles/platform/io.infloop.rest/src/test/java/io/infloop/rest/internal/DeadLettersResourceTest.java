package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.event.EventHub;
import io.infloop.store.DeadLetter;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliveryStore.Requeue;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DeadLettersResourceTest {
    private static final String TRIGGER_ID = "k3JvQ0a9TtWm2xZpLr8bYg";
    private static final String QUEUE_ID = "q-1700000000000-abcdefghi";

    private final List<DeadLetter> letters = new ArrayList<>();
    private final List<AuditEvent> audit = new ArrayList<>();
    private final List<Map<?, ?>> events = new ArrayList<>();
    private final List<String> discarded = new ArrayList<>();
    private Requeue requeue = Requeue.REQUEUED;
    private final DeadLettersResource resource = new DeadLettersResource(
            Fakes.fake(DeliveryStore.class, this::store),
            Fakes.fake(
                    RecordStore.class,
                    (method, arguments) ->
                            Optional.of(new Waiting(letters.get(0).item(), 3))),
            Fakes.fake(EventHub.class, (method, arguments) -> events.add((Map<?, ?>) arguments[2])),
            Fakes.audit(audit));

    private Object store(String method, Object[] arguments) {
        return switch (method) {
            case "deadLetters" -> {
                OptionalLong before = (OptionalLong) arguments[0];
                yield letters.stream()
                        .filter(letter -> before.isEmpty() || letter.place() < before.getAsLong())
                        .limit((int) arguments[1])
                        .toList();
            }
            case "deadLetter" ->
                letters.stream()
                        .filter(letter -> letter.item().queueId().equals(arguments[0]))
                        .findFirst();
            case "requeue" -> CompletableFuture.completedFuture(requeue);
            case "discard" -> CompletableFuture.completedFuture(discarded.add((String) arguments[0]));
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private void add(long place, String queueId, boolean readable) {
        letters.add(new DeadLetter(
                place,
                new QueueItem(
                        queueId,
                        TRIGGER_ID,
                        "triage",
                        "Triage",
                        "webhook",
                        "cid_0123456789abcdef",
                        readable ? Map.of("title", "x".repeat(3_000)) : Map.of(),
                        5),
                Optional.of("d-1"),
                "workflow-deleted",
                7,
                readable));
    }

    @Test
    void listsWithShortInputsAndShowsOneWhole() {
        add(2, QUEUE_ID, true);
        add(1, "q-1700000000000-aaaaaaaaa", true);
        assertThat(Fakes.text(Fakes.get(resource, "?limit=1")))
                .startsWith("200")
                .contains(QUEUE_ID, "workflow-deleted", "\"inputsTruncated\":true", "\"nextBefore\":\"2\"")
                .doesNotContain(TRIGGER_ID, "x".repeat(3_000));
        assertThat(Fakes.text(Fakes.get(resource, "?before=2"))).doesNotContain(QUEUE_ID, "nextBefore");
        assertThat(Fakes.text(Fakes.get(resource, "/" + QUEUE_ID)))
                .startsWith("200")
                .contains("x".repeat(3_000))
                .doesNotContain(TRIGGER_ID);
        assertThat(Fakes.get(resource, "/q-1700000000000-unknownaa").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/..").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "?before=x").status()).isEqualTo(400);
    }

    @Test
    void requeuesAndTellsEverybody() {
        add(1, QUEUE_ID, true);
        assertThat(Fakes.text(Fakes.post(resource, "/" + QUEUE_ID + "/requeue", "")))
                .startsWith("202")
                .contains("\"queued\":true", "\"position\":3", QUEUE_ID);
        assertThat(audit).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("queue.requeued");
            assertThat(event.toString()).doesNotContain(TRIGGER_ID);
        });
        assertThat(events).hasSize(1);
        requeue = Requeue.QUEUE_FULL;
        ApiReply full = Fakes.post(resource, "/" + QUEUE_ID + "/requeue", "");
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.headers()).containsKey("retry-after");
        requeue = Requeue.INPUTS_GONE;
        assertThat(Fakes.post(resource, "/" + QUEUE_ID + "/requeue", "").status())
                .isEqualTo(409);
        assertThat(Fakes.get(resource, "/" + QUEUE_ID + "/requeue").status()).isEqualTo(405);
        assertThat(audit).hasSize(1);
    }

    @Test
    void whatCannotBeReadCanOnlyBeDeleted() {
        add(1, QUEUE_ID, false);
        assertThat(Fakes.text(Fakes.post(resource, "/" + QUEUE_ID + "/requeue", "")))
                .startsWith("409")
                .contains("can only be deleted");
        assertThat(Fakes.delete(resource, "/" + QUEUE_ID).status()).isEqualTo(204);
        assertThat(discarded).containsExactly(QUEUE_ID);
        assertThat(audit).extracting(AuditEvent::type).containsExactly("queue.discarded");
        assertThat(Fakes.post(resource, "/" + QUEUE_ID, "{}").status()).isEqualTo(405);
    }
}
