package io.infloop.spi.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.RequestTemplate.Values;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values, conditions and handshakes. */
class RequestRulesTest {
    private static final Values CONFIGURED =
            Values.of(request("POST", "", Map.of(), "{}"), Optional.empty(), Map.of("verifyToken", "let-me-in"));

    @Test
    void aValueStandsSomewhereOrIsComposedOrIsAName() {
        WebhookRequest request = request("POST", "", Map.of(), "{\"a\":\"x\",\"b\":7,\"update_id\":1}");
        assertThat(ValueRule.at(ValueLocation.body("/a")).read(request, Optional.empty()))
                .contains("x");
        assertThat(ValueRule.template("{body:/a}.{body:/b}").read(request, Optional.empty()))
                .contains("x.7");
        assertThat(ValueRule.template("{body:/a}.{body:/c}").read(request, Optional.empty()))
                .isEmpty();
        WebhookRequest telegram = request("POST", "", Map.of(), "{\"update_id\":1,\"message\":{}}");
        assertThat(new ValueRule.FirstKey(Set.of("update_id")).read(telegram, Optional.empty()))
                .contains("message");
        ValueRule either = new ValueRule.FirstOf(
                List.of(ValueRule.at(ValueLocation.body("/none")), ValueRule.at(ValueLocation.body("/b"))));
        assertThat(either.read(request, Optional.empty())).contains("7");
        assertThatIllegalArgumentException().isThrownBy(() -> ValueRule.template("{secret}"));
    }

    @Test
    void anElementOfABatchIsReadByItself() {
        WebhookRequest request =
                request("POST", "", Map.of(), "{\"events\":[{\"type\":\"a\",\"id\":1},{\"type\":\"b\"}]}");
        List<Object> events = ValueRule.elements(request, "/events").orElseThrow();
        assertThat(ValueRule.at(ValueLocation.item("/type")).read(request, Optional.of(events.get(1))))
                .contains("b");
        assertThat(ValueRule.template("{item:/type}-{item:/id}").read(request, Optional.of(events.get(0))))
                .contains("a-1");
        assertThat(ValueRule.at(ValueLocation.item("/type")).read(request, Optional.empty()))
                .isEmpty();
        assertThat(ValueRule.elements(request, "/events/0")).isEmpty();
        assertThat(ValueRule.elements(request("POST", "", Map.of(), "[1,2]"), "")
                        .orElseThrow())
                .containsExactly(1L, 2L);
        assertThat(ValueRule.elements(request, "")).isEmpty();
    }

    @Test
    void theDocumentMayBeAFieldOfAForm() {
        String form = "payload=%7B%22action%22%3A%22opened%22%7D&other=1";
        WebhookRequest request = request("POST", "", Map.of("Content-Type", "application/x-www-form-urlencoded"), form);
        assertThat(request.json()).isEmpty();
        WebhookRequest read = request.withIntake(Intake.DEFAULT.withFormPayloadParam("payload"));
        assertThat(ValueLocation.body("/action").read(read)).contains("opened");
        assertThat(read.body()).isEqualTo(request.body());
    }

    @Test
    void theDocumentMayBeAFieldOfAMultipartBody() {
        String body = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n{\"a\":0}\r\n"
                + "--xyz\r\ncontent-disposition: form-data; name=\"json\"\r\nContent-Type: text/plain\r\n\r\n"
                + "{\"event\":\r\n{\"event_type\":\"sent\"}}\r\n--xyz--\r\n";
        WebhookRequest request = request(
                        "POST", "", Map.of("Content-Type", "multipart/form-data; boundary=\"xyz\""), body)
                .withIntake(Intake.DEFAULT.withMultipartJsonField("json"));
        assertThat(ValueLocation.body("/event/event_type").read(request)).contains("sent");
        assertThat(request.form().all()).extracting(FormFields.Field::name).containsExactly("json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--xyz",
                "--xyz\r\n",
                "--xyz--",
                "--xyz\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{}",
                "--xyz\r\nContent-Disposition: form-data; name=\"json\"\r\n--xyz--\r\n",
                "--xyzContent-Disposition: form-data; name=\"json\"\r\n\r\n{}\r\n--xyz--",
                "no boundary at all"
            })
    void aBrokenMultipartBodyHasNoFields(String body) {
        WebhookRequest request = request("POST", "", Map.of("Content-Type", "multipart/form-data; boundary=xyz"), body);
        assertThat(request.form().all()).isEmpty();
    }

    @Test
    void aByteOrderMarkBeforeTheDocumentIsSkipped() {
        assertThat(request("POST", "", Map.of(), "\ufeff{\"a\":1}").json()).contains(JsonObject.of("a", 1));
    }

    @Test
    void conditionsHoldWhenAllTheirPartsDo() {
        RequestCondition meta = RequestCondition.builder()
                .method("get")
                .queryPresent(Set.of("hub.challenge"))
                .queryEquals("hub.verify_token", RequestTemplate.compile("{config:verifyToken}"))
                .build();
        WebhookRequest right = request("GET", "hub.challenge=7&hub.verify_token=let-me-in", Map.of(), "");
        assertThat(meta.matches(with(right))).isTrue();
        assertThat(meta.matches(right)).as("without the trigger's value").isFalse();
        assertThat(meta.matches(with(right.withRawQuery("hub.challenge=7&hub.verify_token=let-me-i"))))
                .isFalse();
        assertThat(meta.matches(with(
                        right.withRawQuery("hub.challenge=7&hub.verify_token=let-me-in&hub.verify_token=let-me-in"))))
                .as("repeated")
                .isFalse();
        assertThat(meta.matches(with(right.withRawQuery("hub.verify_token=let-me-in"))))
                .isFalse();
    }

    @Test
    void conditionsLookIntoTheBody() {
        RequestCondition ping = RequestCondition.builder()
                .bodyEquals("/type", 1L)
                .bodyAbsent(Set.of("/data"))
                .bodyPresent(Set.of("/id"))
                .build();
        assertThat(ping.matches(request("POST", "", Map.of(), "{\"type\":1,\"id\":\"a\"}")))
                .isTrue();
        assertThat(ping.matches(request("POST", "", Map.of(), "{\"type\":\"1\",\"id\":\"a\"}")))
                .isFalse();
        assertThat(ping.matches(request("POST", "", Map.of(), "{\"type\":1,\"id\":\"a\",\"data\":{}}")))
                .isFalse();
        assertThat(ping.matches(request("POST", "", Map.of(), "{\"type\":1}"))).isFalse();
        assertThat(ping.matches(request("POST", "", Map.of(), "no json"))).isFalse();
    }

    @Test
    void anAnswerEchoesPrintableTextOnly() {
        ChallengeRule.Respond respond =
                ChallengeRule.Respond.text(200, Map.of(), RequestTemplate.compile("{query:challenge}"));
        assertThat(respond.render(Values.of(request("GET", "challenge=abc-1", Map.of(), "")))
                        .orElseThrow())
                .isEqualTo(new HttpReply(200, Map.of("X-Content-Type-Options", "nosniff"), "text/plain", "abc-1"));
        for (String challenge : List.of("", "a%0Ab", "%C3%BC", "a".repeat(1_025))) {
            assertThat(respond.render(Values.of(request("GET", "challenge=" + challenge, Map.of(), ""))))
                    .as(challenge)
                    .isEmpty();
        }
    }

    @Test
    void anAnswerInJsonIsEscaped() {
        ChallengeRule.Respond respond = ChallengeRule.Respond.json(
                200, Map.of(), Json.parse("{\"verification\":\"{header:x-c}\",\"type\":1,\"list\":[true,\"x\"]}"));
        WebhookRequest request = request("GET", "", Map.of("X-C", "a\"b</script>"), "");
        assertThat(respond.render(Values.of(request)).orElseThrow().body())
                .isEqualTo("{\"verification\":\"a\\\"b</script>\",\"type\":1,\"list\":[true,\"x\"]}");
        assertThat(respond.render(Values.of(request("GET", "", Map.of(), "")))).isEmpty();
    }

    /** Conditions are looked at before anything is known of a sender. */
    @Test
    void conditionsThatCostMuchAreRefused() {
        RequestTemplate hash = RequestTemplate.compile("{body|sha256|hex}");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        RequestCondition.builder().headerEquals("x-a", hash).build());
        RequestCondition.Builder many = RequestCondition.builder();
        for (int i = 0; i <= RequestCondition.MAX_PARTS; i++) {
            many.queryEquals("q" + i, RequestTemplate.fixed("x"));
        }
        assertThatIllegalArgumentException().isThrownBy(many::build);
    }

    @Test
    void answersThatCouldBeTakenForPagesAreRefused() {
        RequestTemplate echo = RequestTemplate.compile("{query:c}");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new ChallengeRule.Respond(200, "text/html", Map.of(), Optional.of(echo), Optional.empty()));
        RequestTemplate fixed = RequestTemplate.fixed("<form action=https://elsewhere.example>");
        for (String page : List.of("text/html", "Text/HTML; charset=utf-8", "image/svg+xml", "application/xhtml+xml")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> new ChallengeRule.Respond(200, page, Map.of(), Optional.of(fixed), Optional.empty()));
            assertThatIllegalArgumentException().isThrownBy(() -> new FixedReply(200, page, "<p>"));
        }
        assertThat(new FixedReply(200, "text/xml; charset=utf-8", "<Response/>").status())
                .isEqualTo(200);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChallengeRule(
                        RequestCondition.builder().build(),
                        true,
                        false,
                        Optional.of(ValueLocation.header("x-hook-secret")),
                        ChallengeRule.Respond.text(200, Map.of(), RequestTemplate.fixed(""))));
    }

    private static Values with(WebhookRequest request) {
        return Values.of(request, Optional.empty(), Map.of("verifyToken", "let-me-in"));
    }

    @Test
    void aConditionWithoutPartsHoldsOfEverything() {
        assertThat(RequestCondition.builder().build().matches(CONFIGURED)).isTrue();
    }

    private static WebhookRequest request(String method, String query, Map<String, String> headers, String body) {
        return new WebhookRequest(
                method,
                Optional.empty(),
                query,
                HttpHeaders.of(headers),
                body.getBytes(StandardCharsets.UTF_8),
                Instant.EPOCH);
    }
}
