package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Secrets, ids and switches of triggers, and what their sources ask of them. */
class TriggerChangesTest extends TriggersFixture {
    @Test
    void aSecretIsChangedWithAnOverlap() {
        String path = "/" + create().id() + "/secrets";
        ApiReply reply =
                Fakes.post(resource, path, "{\"generate\":true,\"label\":\"2026\",\"expireOthersAfterHours\":24}");

        assertThat(reply.status()).isEqualTo(201);
        JsonObject secret = Fakes.body(reply).object("secret").orElseThrow();
        String value = secret.string("value").orElseThrow();
        assertThat(value).matches("[0-9a-f]{64}");
        assertThat(only().secrets()).extracting(TriggerSecret::value).containsExactly(value, "s3cret-value");
        assertThat(only().secrets().get(0).expiresAt()).isEmpty();
        assertThat(only().secrets().get(1).expiresAt()).hasValue(42 + 24 * 3_600_000L);
        assertThat(Fakes.body(reply).object("trigger").orElseThrow().toString()).doesNotContain(value);
        assertThat(Fakes.text(Fakes.get(resource, "/" + only().id())))
                .contains("\"label\":\"2026\"")
                .doesNotContain(value);
        assertThat(audit.toString()).doesNotContain(value);

        ApiReply given = Fakes.post(resource, path, "{\"value\":\"brought-along\",\"expireOthersAfterHours\":0}");
        assertThat(Fakes.text(given)).doesNotContain("brought-along");
        assertThat(only().secrets()).extracting(TriggerSecret::value).containsExactly("brought-along");
    }

    @Test
    void oddSecretsAreRefused() {
        String path = "/" + create().id() + "/secrets";
        for (String odd : List.of(
                "{}",
                "{\"value\":\"\"}",
                "{\"value\":7}",
                "{\"value\":\"a\",\"generate\":true}",
                "{\"generate\":\"yes\"}",
                "{\"generate\":false}",
                "{\"value\":\"s3cret-value\"}",
                "{\"value\":\"a\",\"expireOthersAfterHours\":-1}",
                "{\"value\":\"a\",\"expireOtherAfterHours\":1}",
                "{\"value\":\"a\",\"label\":\"\"}",
                "{\"value\":\"" + "x".repeat(4_097) + "\"}")) {
            assertThat(Fakes.post(resource, path, odd).status()).as(odd).isEqualTo(400);
        }
        for (int count = 1; count < TriggerSecret.MAX; count++) {
            assertThat(Fakes.post(resource, path, "{\"value\":\"v" + count + "\"}")
                            .status())
                    .isEqualTo(201);
        }
        assertThat(Fakes.text(Fakes.post(resource, path, "{\"generate\":true}")))
                .contains("delete one first");
        assertThat(only().secrets()).hasSize(TriggerSecret.MAX);
    }

    @Test
    void theLastSecretStaysWhereOneIsNeeded() {
        String path = "/" + create().id();
        Fakes.post(resource, path + "/secrets", "{\"value\":\"second\"}");
        String first = only().secrets().get(1).id();
        String second = only().secrets().get(0).id();

        assertThat(Fakes.delete(resource, path + "/secrets/" + first).status()).isEqualTo(204);
        assertThat(Fakes.delete(resource, path + "/secrets/" + first).status()).isEqualTo(404);
        assertThat(Fakes.text(Fakes.delete(resource, path + "/secrets/" + second)))
                .contains("secret-required");
        assertThat(only().secrets()).hasSize(1);
        patch(path, "{\"verifyOptional\":true}");
        assertThat(Fakes.delete(resource, path + "/secrets/" + second).status()).isEqualTo(204);
        assertThat(only().hasSecret()).isFalse();
        assertThat(Fakes.get(resource, path + "/secrets/" + second).status()).isEqualTo(405);
        assertThat(Fakes.delete(resource, "/unknown-unknown-1/secrets/" + second)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void anIdIsExchangedForAnother() {
        String old = create().id();

        ApiReply reply = Fakes.post(resource, "/" + old + "/rotate-id", "");

        String id =
                Fakes.body(reply).object("trigger").orElseThrow().string("id").orElseThrow();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(id).isNotEqualTo(old).hasSize(22);
        assertThat(Fakes.get(resource, "/" + old).status()).isEqualTo(404);
        assertThat(Fakes.post(resource, "/" + old + "/rotate-id", "").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/" + id).status()).isEqualTo(200);
        assertThat(Fakes.get(resource, "/" + id + "/rotate-id").status()).isEqualTo(405);
        assertThat(audit.toString()).doesNotContain(id).doesNotContain(old).contains("trigger.id-rotated");
    }

    @Test
    void triggersAreSwitchedOnOnlyIfTheyMayBeSaved() {
        Trigger trigger = create();
        String path = "/" + trigger.id();
        assertThat(Fakes.post(resource, path + "/disable", "").status()).isEqualTo(200);
        assertThat(only().enabled()).isFalse();
        assertThat(Fakes.post(resource, path + "/enable", "").status()).isEqualTo(200);
        assertThat(only().enabled()).isTrue();

        // As a file written by hand may be.
        stored.put(
                trigger.id(),
                trigger.toBuilder().secrets(List.of()).enabled(false).build());
        assertThat(Fakes.text(Fakes.post(resource, path + "/enable", ""))).contains("secret-required");
        assertThat(only().enabled()).isFalse();
        stored.put(
                trigger.id(),
                trigger.toBuilder()
                        .secret(trigger.secrets().get(0).expiringBy(42))
                        .verifyOptional(true)
                        .build());
        assertThat(Fakes.text(Fakes.post(resource, path + "/enable", ""))).contains("have expired");
        assertThat(Fakes.post(resource, path + "/disable", "").status()).isEqualTo(200);
        assertThat(Fakes.post(resource, path + "/destroy", "").status()).isEqualTo(404);
    }

    @Test
    void aChangeOfAnotherVersionIsRefusedIfTheCallerSaysWhichItSaw() {
        String path = "/" + create().id();
        String seen = Fakes.get(resource, path).headers().get("etag");
        stored.put(
                only().id(), only().toBuilder().lastFiredAt(OptionalLong.of(7)).build());
        assertThat(Fakes.call(resource, "PATCH", path, "{\"name\":\"two\"}", Map.of("if-match", seen))
                        .status())
                .as("a fire is no change")
                .isEqualTo(200);

        for (String method : List.of("PATCH", "PUT")) {
            assertThat(Fakes.call(resource, method, path, GITHUB, Map.of("if-match", seen))
                            .status())
                    .isEqualTo(409);
        }
        assertThat(Fakes.call(resource, "DELETE", path, "", Map.of("if-match", seen))
                        .status())
                .isEqualTo(409);
        assertThat(Fakes.call(resource, "POST", path + "/rotate-id", "", Map.of("if-match", seen))
                        .status())
                .isEqualTo(409);
        assertThat(only().name()).isEqualTo("two");
        assertThat(Fakes.call(resource, "PUT", path, GITHUB, Map.of("if-match", "*"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aSourceThatSignsItsUrlNeedsOne() {
        String body = GITHUB.replace("\"github\"", "\"twilio\"");
        ApiReply reply = Fakes.post(resource, "", body);
        assertThat(Fakes.body(reply).asMap()).containsEntry("field", "publicUrl");
        assertThat(Fakes.text(reply)).contains("set publicUrl to exactly that URL");
        assertThat(Fakes.post(
                                resource,
                                "",
                                body.replace("{\"name\"", "{\"publicUrl\":\"https://x.example/y\",\"name\""))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void theFieldsOfASourceAreAskedForAndNoOthers() {
        String body = GITHUB.replace("\"github\"", "\"sns\"").replace("\"secret\":\"s3cret-value\",", "");
        assertThat(Fakes.text(Fakes.post(resource, "", body)))
                .contains("\"field\":\"config.topicArn\"")
                .contains("the topic");
        String complete = body.replace("{\"name\"", "{\"config\":{\"topicArn\":\"arn:x\"},\"name\"");
        assertThat(Fakes.post(resource, "", complete).status())
                .as("keys of the sender need no secret")
                .isEqualTo(201);
        assertThat(Fakes.text(Fakes.post(
                        resource, "", complete.replace("\"topicArn\":\"arn:x\"", "\"topicArn\":\"a\",\"zone\":\"b\""))))
                .contains("\"field\":\"config.zone\"")
                .contains("region, topicArn");
    }

    @Test
    void aHandshakeBringsTheSecretLater() {
        String body = GITHUB.replace("\"github\"", "\"asana\"").replace("\"secret\":\"s3cret-value\",", "");
        assertThat(Fakes.post(resource, "", body).status()).isEqualTo(201);
        assertThat(only().isUnbound()).isTrue();
        stored.put(
                only().id(),
                only().toBuilder()
                        .boundAt(OptionalLong.of(3))
                        .secret(TriggerSecret.create("handshake", "captured", 3))
                        .build());

        assertThat(Fakes.put(resource, "/" + only().id(), body).status()).isEqualTo(200);
        assertThat(only().isUnbound())
                .as("a replacement lets nobody bind it again")
                .isFalse();
        assertThat(patch("/" + only().id(), "{\"secret\":null}").status()).isEqualTo(200);
        assertThat(only().isUnbound()).isTrue();
    }

    @Test
    void aSchemeThatIsAwayCannotBeAskedAndNothingIsAssumed() {
        String body = GITHUB.replace("\"github\"", "\"elsewhere\"");
        assertThat(Fakes.text(Fakes.post(resource, "", body))).contains("\"pluginState\":\"absent\"");
        ApiReply reply = Fakes.post(resource, "", body.replace("\"secret\":\"s3cret-value\",", ""));
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.headers()).containsKey("retry-after");
    }
}
