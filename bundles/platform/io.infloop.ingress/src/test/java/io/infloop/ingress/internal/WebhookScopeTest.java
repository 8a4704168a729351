package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.infloop.spi.json.Json;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookScopeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":{\"b\":[1,2.5]}} | {\"a\":{\"b\":[1,2.5]}}",
                "[true,\"x\"]            | {\"0\":true,\"1\":\"x\"}",
                "null                    | {}",
                "42                      | {\"value\":42}",
                "{\"a\":1                | {\"raw\":\"{\\\"a\\\":1\"}",
                "{\"a\":1,\"a\":2}       | {\"raw\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}",
                "``                      | {}",
            })
    void bodies(String body, String expected) {
        assertThat(body(Map.of(), body)).isEqualTo(expected);
    }

    @Test
    void nestingBeyondBoundsIsText() {
        assertThat(body(Map.of(), "[".repeat(5_000))).startsWith("{\"raw\":\"[[[");
    }

    @Test
    void formsAreFieldsAndGitHubsPayloadIsTheEvent() {
        Map<String, String> form = Map.of("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        assertThat(body(form, "a=1&b=x%20y+z&a=2&c&=%zz&%C3%BC=%"))
                .isEqualTo("{\"a\":\"2\",\"b\":\"x y z\",\"c\":\"\",\"\":\"%zz\",\"ü\":\"%\"}");
        assertThat(body(form, "payload=%7B%22action%22%3A%22opened%22%7D")).isEqualTo("{\"action\":\"opened\"}");
        assertThat(body(form, "payload=not+json")).isEqualTo("{\"payload\":\"not json\"}");
    }

    @Test
    void formsThatAreMadeToCostAreCheap() {
        String many = "&".repeat(1_048_576);
        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
            assertThat(FormBodies.parse(many)).isEmpty();
            assertThat(FormBodies.parse("a&".repeat(500_000))).hasSize(1);
            assertThat(FormBodies.parse("a=1&".repeat(250_000))).hasSize(1);
        });
        assertThat(FormBodies.parse("&".repeat(999) + "a=1&b=2")).containsOnlyKeys("a");
        assertThat(FormBodies.parse("a&b=&=c&d=e=f&g"))
                .isEqualTo(Map.of("a", "", "b", "", "", "c", "d", "e=f", "g", ""));
    }

    @Test
    void onlyWhatTemplatesUseIsBuilt() {
        Map<String, Object> scope = scope(
                Fixture.request(Map.of("X-A", "1"), "q=1&q=2", "{}".getBytes(StandardCharsets.UTF_8)),
                WantedPaths.of(List.of("headers.x-a", "query", "elsewhere")));
        assertThat(scope).containsOnlyKeys("headers", "query");
        assertThat(Json.write(scope.get("headers"))).isEqualTo("{\"x-a\":\"1\"}");
        assertThat(Json.write(scope.get("query"))).isEqualTo("{\"q\":\"2\"}");
    }

    @Test
    void ofTheBodyOnlyWantedPlacesAreKept() {
        String body = "{\"a\":{\"b\":1,\"c\":{\"d\":[1,{}]}},\"e\":[{\"f\":1}],\"g\":null,\"h\":2}";
        assertThat(wanted(body, "body.a.c.d", "body.e.0.f", "body.g", "body.h.deeper"))
                .isEqualTo("{\"a\":{\"c\":{\"d\":[1,{}]}},\"e\":[{\"f\":1}],\"g\":null,\"h\":2}");
        assertThat(wanted(body, "body.a")).isEqualTo("{\"a\":{\"b\":1,\"c\":{\"d\":[1,{}]}}}");
        assertThat(wanted(body, "body.a", "body.a.b")).isEqualTo("{\"a\":{\"b\":1,\"c\":{\"d\":[1,{}]}}}");
        assertThat(wanted("[{\"x\":1}]", "body.0.x")).isEqualTo("{\"0\":{\"x\":1}}");
    }

    @Test
    void whatIsNotWantedMustBeJsonAllTheSame() {
        for (String broken : List.of(
                "{\"a\":{\"c\":1,\"c\":2}}",
                "{\"a\":1e999}",
                "{\"a\":NaN}",
                "{\"a\":1,\"b\":[1,}",
                "{\"a\":1,\"b\":01}",
                "{\"a\":1} x",
                "{\"a\":1,\"b\":" + "[".repeat(300) + "]".repeat(300) + "}",
                "{\"a\":1,\"a\":2}")) {
            assertThat(wanted(broken, "body.a")).as(broken).startsWith("{\"raw\":");
        }
    }

    /** A parser that is lenient with names takes the letter for a part of the character before it. */
    @Test
    void namesOfBytesThatAreNoTextAreNotGuessed() {
        byte[] body = "{\"a\":{\"\u00ff\u00ff\u00fft\":2}}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Json.write(scope(Fixture.request(Map.of(), "", body), WantedPaths.of(List.of("body.a")))
                        .get("body")))
                .startsWith("{\"raw\":");
    }

    @Test
    void theCharsetIsNotGuessed() {
        byte[] body = "{\"a\":1}".getBytes(StandardCharsets.UTF_16BE);
        assertThat(Json.write(scope(Fixture.request(Map.of(), "", body), WantedPaths.of(List.of("body.a")))
                        .get("body")))
                .startsWith("{\"raw\":");
    }

    private static String wanted(String body, String... paths) {
        return Json.write(scope(
                        Fixture.request(Map.of(), "", body.getBytes(StandardCharsets.UTF_8)),
                        WantedPaths.of(List.of(paths)))
                .get("body"));
    }

    private static String body(Map<String, String> headers, String body) {
        byte[] bytes = (body == null ? "" : body).getBytes(StandardCharsets.UTF_8);
        return Json.write(scope(Fixture.request(headers, "", bytes), WantedPaths.of(List.of("body")))
                .get("body"));
    }

    private static Map<String, Object> scope(WebhookRequest request, WantedPaths wanted) {
        SourceProfile profile = new SourceProfile(
                WebhookSource.Descriptor.builder("test", "test").build(),
                Optional.empty(),
                new Redaction(List.of()),
                true);
        Arrival.Part part = new Arrival.Part(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        return new Arrival(null, profile, request, Optional.empty(), List.of(part)).scope(part, wanted);
    }
}
