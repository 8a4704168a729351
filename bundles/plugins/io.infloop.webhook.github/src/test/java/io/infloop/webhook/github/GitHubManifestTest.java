package io.infloop.webhook.github;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GitHubManifestTest {
    private final JsonObject manifest = manifest();

    @Test
    void verifiesSignaturesAndKnowsRepeatedDeliveries() {
        assertThat(manifest.object("signature"))
                .contains(JsonObject.builder()
                        .put("header", "x-hub-signature-256")
                        .put("scheme", "hmac-sha256")
                        .put("format", "sha256=<hex>")
                        .build());
        assertThat(manifest.get("eventHeader")).isEqualTo("x-github-event");
        assertThat(manifest.object("deliveryId").orElseThrow().get("name")).isEqualTo("x-github-delivery");
    }

    @Test
    void declaresTheEvents() {
        assertThat(events())
                .extracting(event -> event.get("type"))
                .containsExactly("push", "issues", "issue_comment", "pull_request", "ping");
    }

    @Test
    void showsEveryDeclaredFieldInTheExample() {
        for (JsonObject event : events()) {
            for (Object field : event.array("fields").orElseThrow()) {
                String path = ((JsonObject) field).string("path").orElseThrow();
                Object value = JsonObject.of("body", event.get("examplePayload"));
                for (String step : path.split("\\.", -1)) {
                    value = ((JsonObject) value).get(step);
                    assertThat(value).as("%s of %s", path, event.get("type")).isNotNull();
                }
                assertThat(typeOf(value))
                        .as("%s of %s", path, event.get("type"))
                        .isEqualTo(((JsonObject) field).get("type"));
            }
        }
    }

    private static String typeOf(Object value) {
        if (value instanceof String) {
            return "string";
        }
        if (value instanceof Number) {
            return "number";
        }
        if (value instanceof Boolean) {
            return "boolean";
        }
        return value instanceof List ? "array" : "object";
    }

    private List<JsonObject> events() {
        return manifest.array("events").orElseThrow().stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private static JsonObject manifest() {
        try (InputStream in =
                Objects.requireNonNull(GitHubManifestTest.class.getResourceAsStream("/OSGI-INF/infloop/github.json"))) {
            return Json.parseObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
