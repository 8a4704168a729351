package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.store.RecordStore;
import io.infloop.store.Trigger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private final Fixture fixture = new Fixture();

    @BeforeEach
    void splitEvents() {
        fixture.put(Fixture.described("generic")
                .batch("/events")
                .eventType(ValueRule.at(ValueLocation.item("/type")))
                .deliveryId(ValueRule.at(ValueLocation.item("/id"))));
        fixture.put(Fixture.trigger(
                "generic",
                Optional.of("order"),
                Optional.empty(),
                false,
                List.of(new Trigger.Predicate("{{body.state}}", "!=", "draft")),
                Map.of("number", "{{body.number}}", "title", "{{envelope.shop}} {{envelope.events}}")));
    }

    @Test
    void eachWantedEventStartsARunAndAllAreStoredAtOnce() {
        Reply reply = post(
                """
                {"shop":"Ümläut","events":[
                 {"id":"a","type":"order","number":1},
                 {"id":"b","type":"refund","number":2},
                 {"id":"c","type":"order","number":3,"state":"draft"},
                 {"id":"d","type":"order","number":4}]}""");
        assertThat(reply.status()).isEqualTo(202);
        assertThat(fixture.deliveries).hasSize(1);
        assertThat(fixture.items)
                .extracting(item -> item.inputs().get("number"))
                .containsExactly(1L, 4L);
        assertThat(fixture.items).allMatch(item -> item.inputs().get("title").equals("Ümläut "));
        assertThat(fixture.newItems)
                .extracting(item -> item.dedup().orElseThrow().value())
                .containsExactly("event:a", "event:d");
        assertThat(fixture.deliveries.get(0).dedup()).isEmpty();
        assertThat(Fixture.body(reply).get("events")).isEqualTo(4L);
        assertThat(Fixture.body(reply).array("items").orElseThrow()).hasSize(2);
    }

    @Test
    void oneEventThatDoesNotFitKeepsAllOut() {
        Reply reply = post("{\"events\":[{\"type\":\"order\",\"number\":1},{\"type\":\"order\",\"number\":\"x\"}]}");
        assertThat(reply.status()).isEqualTo(422);
        assertThat(Fixture.body(reply).get("event")).isEqualTo(1L);
        assertThat(fixture.deliveries).isEmpty();
    }

    @Test
    void aBatchWithoutAnythingWantedIsTaken() {
        assertThat(post("{\"events\":[]}").status()).isEqualTo(204);
        assertThat(post("{\"events\":[{\"type\":\"refund\"}, null, 7]}").status())
                .isEqualTo(204);
        assertThat(fixture.deliveries).isEmpty();
    }

    @Test
    void whatIsNoBatchIsRefusedWithASentence() {
        for (String body : List.of("", "{}", "[]", "{\"events\":{}}", "not json", "{\"events\":[}")) {
            Reply reply = post(body);
            assertThat(reply.status()).as(body).isEqualTo(400);
            assertThat(Fixture.body(reply).string("reason").orElseThrow()).contains("/events");
        }
        String many = "{\"events\":[" + "{},".repeat(Arrivals.MAX_EVENTS) + "{}]}";
        assertThat(post(many).status()).isEqualTo(413);
    }

    @Test
    void theAnswerSaysWhatBecameOfEach() {
        fixture.fixedResult = Optional.of(new RecordStore.Enqueued(List.of(
                new RecordStore.Seen("q-1-first", "cid_firstfirstfirst"),
                new RecordStore.Skipped("q-1-second"),
                new RecordStore.Queued("q-1-third", 5, List.of("q-0-old"), List.of("run-1")))));
        Reply reply = post("{\"events\":[{\"type\":\"order\",\"number\":1},{\"type\":\"order\",\"number\":2},"
                + "{\"type\":\"order\",\"number\":3}]}");
        assertThat(new String(reply.body(), StandardCharsets.UTF_8))
                .contains("\"position\":5")
                .contains("{\"queueId\":\"q-1-first\",\"duplicate\":true}")
                .contains("{\"queueId\":\"q-1-second\",\"skipped\":true}")
                .contains("{\"queueId\":\"q-1-third\",\"position\":5,\"replaced\":[\"q-0-old\"]}");
        assertThat(fixture.stopped).containsExactly("run-1");
        assertThat(fixture.events)
                .extracting(event -> String.valueOf(event.get("type")))
                .containsExactly("trigger_enqueued", "trigger_removed");
    }

    private Reply post(String body) {
        return fixture.process(fixture.inbound(new HashMap<>(), body.getBytes(StandardCharsets.UTF_8)));
    }
}
