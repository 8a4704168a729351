package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.infloop.spi.json.Json;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RedactionTest {
    private final Redaction redaction = new Redaction(List.of(
            ValueLocation.header("X-Proof"),
            ValueLocation.query("proof"),
            ValueLocation.body("/clientState"),
            ValueLocation.item("/proof"),
            ValueLocation.form("state")));

    @Test
    void aMarkStaysWhereSignaturesAndCredentialsWereAndTemplatesSeeNeither() {
        List<HttpHeaders.Header> received = List.of(
                header("X-Proof"),
                header("X-Sent-At"),
                header("Authorization"),
                header("Cookie"),
                header("X-Gitlab-Token"),
                header("X-Hub-Signature"),
                header("X-Event"),
                header("X-Event"));
        Redaction.Headers headers = redaction.headers(HttpHeaders.of(received));
        assertThat(headers.stored().toString())
                .isEqualTo("{x-proof=[redacted], x-sent-at=v, authorization=[redacted], cookie=[redacted],"
                        + " x-gitlab-token=[redacted], x-hub-signature=[redacted], x-event=v, v}");
        assertThat(headers.visible().toString()).isEqualTo("{x-sent-at=v, x-event=v, v}");
    }

    @Test
    void secretsInTheQueryAreReplacedHoweverTheyAreWritten() {
        assertThat(redaction.query("a=1&proof=x&api_key=x&%74oken=x&access%5Ftoken=x&b=&key&c=3"))
                .isEqualTo(
                        "a=1&proof=[redacted]&api_key=[redacted]&%74oken=[redacted]&access%5Ftoken=[redacted]&b=&key&c=3");
        assertThat(redaction.query("")).isEmpty();
    }

    @Test
    void credentialsInTheBodyAreReplacedAndTheRestStaysAsItIs() {
        assertThat(body("application/json", "{ \"clientState\" : \"top-secret/1\", \"n\":1 }", List.of()))
                .isEqualTo("{ \"clientState\" : \"[redacted]\", \"n\":1 }");
        assertThat(body("application/json", "{\"clientState\":\"top-secret\\/1\"}", List.of()))
                .isEqualTo("{\"clientState\":\"[redacted]\"}");
        assertThat(body("application/x-www-form-urlencoded", "a=b&state=top+secret%2F1", List.of()))
                .isEqualTo("a=b&state=[redacted]");
        assertThat(body(
                        "application/json",
                        "[{\"proof\":\"proof-1\"},{\"proof\":\"proof-2\"}]",
                        List.of(Json.parseObject("{\"proof\":\"proof-1\"}"))))
                .isEqualTo("[{\"proof\":\"[redacted]\"},{\"proof\":\"proof-2\"}]");
    }

    @Test
    void aBodyWhoseCredentialIsWrittenInAnotherWayIsNotStored() {
        assertThat(body("application/json", "{\"clientState\":\"\\u0074op-secret\",\"n\":1}", List.of()))
                .isEqualTo("[redacted]");
    }

    @Test
    void eventsOfABatchMayCarryTheSameCredentialOrOneInsideTheOther() {
        List<Object> items = List.of(
                Json.parseObject("{\"proof\":\"shared\"}"),
                Json.parseObject("{\"proof\":\"shared\"}"),
                Json.parseObject("{\"proof\":\"my-shared\"}"));
        assertThat(body("application/json", Json.write(items), items))
                .isEqualTo("[{\"proof\":\"[redacted]\"},{\"proof\":\"[redacted]\"},{\"proof\":\"[redacted]\"}]");
    }

    @Test
    void moreCredentialsThanAnySenderHasKeepTheBodyOut() {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < 33; i++) {
            items.add(Json.parseObject("{\"proof\":\"value-" + (100 + i) + "\"}"));
        }
        assertThat(body("application/json", Json.write(items), items)).isEqualTo("[redacted]");
        assertThat(body("application/json", Json.write(items), items.subList(0, 32)))
                .contains("\"value-132\"");
    }

    /** Two strings of the same letter: to compare at each place takes ten seconds and more. */
    @Test
    void aCredentialThatIsMadeToCostIsCheap() {
        String letters = "a".repeat(250_000);
        String other = letters.repeat(3);
        String body = "{\"clientState\":\"" + letters + "b\",\"other\":\"" + other + "\"}";
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertThat(body("application/json", body, List.of()))
                .isEqualTo("{\"clientState\":\"[redacted]\",\"other\":\"" + other + "\"}"));
    }

    private String body(String type, String body, List<Object> items) {
        WebhookRequest request =
                Fixture.request(Map.of("content-type", type), "", body.getBytes(StandardCharsets.UTF_8));
        return new String(
                redaction.body(
                        request, request, items.stream().map(Optional::of).toList()),
                StandardCharsets.UTF_8);
    }

    private static HttpHeaders.Header header(String name) {
        return new HttpHeaders.Header(name, "v");
    }
}
