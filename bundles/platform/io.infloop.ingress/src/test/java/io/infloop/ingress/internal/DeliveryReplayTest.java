package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.ingress.Replays.ReplayResult;
import io.infloop.store.DeliveryDetails;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.store.StoredDelivery;
import io.infloop.store.WorkflowStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeliveryReplayTest {
    private static final String FIRST = "d-1-first";

    private final Fixture fixture = new Fixture();
    private final List<AuditEvent> audit = new ArrayList<>();
    private Optional<byte[]> body = Optional.of(
            "{\"action\":\"opened\",\"number\":3,\"pull_request\":{\"title\":\"ü\"}}".getBytes(StandardCharsets.UTF_8));

    private static StoredDelivery stored(String triggerId) {
        return new StoredDelivery(
                new DeliverySummary(
                        1,
                        FIRST,
                        triggerId,
                        Optional.of("triage"),
                        Optional.of("github"),
                        Optional.of("pull_request"),
                        Optional.of("the-senders-id"),
                        DeliveryOutcome.ACCEPTED,
                        Optional.empty(),
                        "cid_firstfirstfirst",
                        1,
                        List.of("q-1-first"),
                        Optional.empty(),
                        Optional.empty(),
                        10,
                        true),
                DeliveryDetails.NONE,
                // Without its signature, as it was stored.
                Map.of("x-github-event", "pull_request", "x-github-delivery", "the-senders-id"),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    private ReplayResult replay(String from, Optional<String> triggerId, Optional<String> workflowId) {
        DeliveryReplay replay = new DeliveryReplay(
                fixture.pipeline(),
                Fixture.fake(DeliveryStore.class, (method, arguments) -> body),
                Fixture.fake(
                        AuditLog.class,
                        (method, arguments) -> audit.add(
                                arguments[0] instanceof AuditEvent.Builder builder
                                        ? builder.build()
                                        : (AuditEvent) arguments[0])));
        return replay.replay(stored(from), triggerId, workflowId, Actor.API_TOKEN)
                .join();
    }

    @Test
    void aReplayIsANewDeliveryThatRefersToTheFirst() {
        ReplayResult result = replay(Fixture.TRIGGER_ID, Optional.empty(), Optional.empty());

        assertThat(result.status()).isEqualTo(202);
        Delivery delivery = fixture.deliveries.get(0);
        assertThat(result.deliveryId()).contains(delivery.id());
        assertThat(delivery.id()).isNotEqualTo(FIRST);
        assertThat(delivery.details().replayOf()).contains(FIRST);
        assertThat(delivery.details().actor()).contains(Actor.API_TOKEN.text());
        assertThat(delivery.details().senderId()).contains("the-senders-id");
        // It would be taken for a repetition of the first one.
        assertThat(delivery.dedup()).isEmpty();
        assertThat(delivery.body()).isEqualTo(body.orElseThrow());
        assertThat(fixture.items.get(0).inputs()).containsEntry("number", 3L).containsEntry("title", "ü");
        assertThat(fixture.items.get(0).source()).isEqualTo("replay");
        assertThat(fixture.touched).isEmpty();
        assertThat(audit).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("delivery.replayed");
            assertThat(event.actor()).isEqualTo(Actor.API_TOKEN);
            assertThat(event.toString()).contains(FIRST).doesNotContain(Fixture.TRIGGER_ID);
        });
    }

    @Test
    void aReplayMayGoToAnotherTriggerAndAnotherWorkflow() {
        fixture.workflows.put("other", List.of());
        assertThat(replay("gone-gone-gone-gone-go", Optional.of(Fixture.TRIGGER_ID), Optional.of("other"))
                        .status())
                .isEqualTo(202);
        assertThat(fixture.items.get(0).workflowId()).isEqualTo("other");
        assertThat(fixture.items.get(0).triggerId()).isEqualTo(Fixture.TRIGGER_ID);
    }

    @Test
    void checksOfTheTriggerCountAsTheyDoNow() {
        body = Optional.of("{\"action\":\"closed\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(replay(Fixture.TRIGGER_ID, Optional.empty(), Optional.empty())
                        .status())
                .isEqualTo(204);
        assertThat(replay(Fixture.TRIGGER_ID, Optional.empty(), Optional.of("absent"))
                        .status())
                .isEqualTo(404);
        assertThat(fixture.items).isEmpty();
    }

    @Test
    void refusesWithASentenceWhenTheBodyOrTheTriggerIsGone() {
        ReplayResult noTrigger = replay("gone-gone-gone-gone-go", Optional.empty(), Optional.empty());
        body = Optional.empty();
        ReplayResult noBody = replay(Fixture.TRIGGER_ID, Optional.empty(), Optional.empty());

        assertThat(noTrigger.status()).isEqualTo(404);
        assertThat(noTrigger.body().string("reason")).get().asString().contains("gone or disabled");
        assertThat(noBody.status()).isEqualTo(409);
        assertThat(noBody.body().string("reason")).get().asString().contains("not kept any more");
        assertThat(fixture.items).isEmpty();
        assertThat(audit).hasSize(2);
    }

    @Test
    void aTriggerWhoseFileCannotBeReadIsNotGone() {
        fixture.triggers.clear();
        fixture.problems = List.of(new WorkflowStore.FileProblem(Fixture.TRIGGER_ID + ".json", "not JSON"));

        assertThat(replay(Fixture.TRIGGER_ID, Optional.empty(), Optional.empty())
                        .status())
                .isEqualTo(503);
    }
}
