package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What senders of all kinds may rely on, from outside. */
class InboundIT {
    private static final int AT_ONCE = 64;

    private static Server server;

    @BeforeAll
    static void prepare() throws IOException {
        server = SharedServer.get();
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("inbound-quick"));
        source(
                "inbound-meta",
                """
                "config":[{"name":"verifyToken","description":"as at the sender","required":true}],
                "challenges":[{"when":{"method":"GET","queryPresent":["hub.challenge"],
                  "queryEquals":{"hub.verify_token":"{config:verifyToken}"}},
                  "respond":{"body":"{query:hub.challenge}"}}]""");
        source(
                "inbound-forms",
                """
                "formPayloadParam":"payload","contentEncodings":["identity","gzip"],
                "ack":{"status":200,"body":"[accepted]"}""");
        source(
                "inbound-batch",
                """
                "batch":{"path":"/events"},"deliveryId":{"from":"item","path":"/id"}""");
        source(
                "inbound-strict",
                """
                "signature":{"scheme":"hmac","algorithm":"sha256","encoding":"hex",
                  "source":{"from":"header","name":"x-proof"},"payload":"{body}"},
                "rejectStatus":498,"rejectBody":\"\"""");
        source("inbound-orphan", """
                "signature":{"scheme":"code","bundle":"inbound-absent"}""");
        Fixtures.await().until(() -> {
            String sources = server.get("/api/webhook-plugins").body();
            return List.of("meta", "forms", "batch", "strict").stream()
                    .allMatch(name -> sources.contains("\"inbound-" + name + "\""));
        });
    }

    private static void source(String id, String members) throws IOException {
        Path folder = server.data().resolve("webhook-plugins");
        Files.createDirectories(folder);
        Path temporary = folder.resolve("." + id + ".tmp");
        Files.writeString(
                temporary,
                """
                {"id":"%s","displayName":"%s","events":[{"type":"event","displayName":"Event","fields":[]}],%s}"""
                        .formatted(id, id, members));
        Files.move(temporary, folder.resolve(id + ".json"));
    }

    private static String trigger(String source, String members) {
        return Fixtures.trigger(
                server,
                """
                {"name":"inbound","workflowId":"inbound-quick","pluginId":"%s",
                 "inputs":{"title":"{{body.title}}","number":"{{body.number}}"}%s}"""
                        .formatted(source, members));
    }

    private static HttpRequest.Builder to(String trigger) {
        return HttpRequest.newBuilder(server.uri("/api/webhook/" + trigger));
    }

    private static int runsOf(String title) {
        int runs = 0;
        for (JsonNode run : server.get("/api/runs?workflowId=inbound-quick&limit=200")
                .json()
                .path("runs")) {
            JsonNode record = server.get(
                            "/api/runs/inbound-quick/" + run.path("runId").asText())
                    .json()
                    .path("run");
            runs += record.path("scope").path("inputs").path("title").asText().equals(title) ? 1 : 0;
        }
        return runs;
    }

    @Test
    void aHandshakeByGetIsEchoedAsTextAndAnythingElseIsNot() {
        String trigger = trigger("inbound-meta", ",\"config\":{\"verifyToken\":\"let-me-in\"}");
        Answer echoed = server.get(
                "/api/webhook/" + trigger + "?hub.mode=subscribe&hub.verify_token=let-me-in&hub.challenge=1158201444");
        Answer wrong = server.get("/api/webhook/" + trigger + "?hub.verify_token=x&hub.challenge=%3Cscript%3E");
        Answer other = server.send(to(trigger).method("OPTIONS", BodyPublishers.noBody()));

        assertThat(echoed.status()).as(echoed.body()).isEqualTo(200);
        assertThat(echoed.body()).isEqualTo("1158201444");
        assertThat(echoed.header("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(echoed.header("x-content-type-options")).contains("nosniff");
        assertThat(wrong.status()).isEqualTo(403);
        assertThat(wrong.body()).doesNotContain("script");
        assertThat(other.status()).isEqualTo(405);
        assertThat(other.header("allow")).contains("GET, POST");
        assertThat(server.get("/api/webhook/unknown-unknown-unknow").status()).isEqualTo(405);
    }

    @Test
    void formsAndCompressedBodiesAreReadWhereTheSourceSendsThem() throws Exception {
        String trigger = trigger("inbound-forms", "");
        String title = "form " + UUID.randomUUID();
        Answer form = server.send(to(trigger)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(
                        "payload=%7B%22title%22%3A%22" + title.replace(" ", "%20") + "%22%2C%22number%22%3A1%7D")));
        assertThat(form.status()).as(form.body()).isEqualTo(200);
        assertThat(form.body()).isEqualTo("[accepted]");
        Fixtures.await().until(() -> runsOf(title) == 1);

        byte[] gzip = gzip("{\"title\":\"zip\",\"number\":2}");
        assertThat(server.send(to(trigger).header("content-encoding", "gzip").POST(BodyPublishers.ofByteArray(gzip)))
                        .status())
                .isEqualTo(200);
        Answer broken =
                server.send(to(trigger).header("content-encoding", "gzip").POST(BodyPublishers.ofString("no gzip")));
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.json().path("reason").asText()).contains("gzip");
        Answer undeclared = server.send(
                to(trigger("generic", "")).header("content-encoding", "gzip").POST(BodyPublishers.ofByteArray(gzip)));
        assertThat(undeclared.status()).isEqualTo(415);
    }

    @Test
    void eachEventOfABatchRunsOnceOrNone() {
        String trigger = trigger("inbound-batch", "");
        String title = "batch " + UUID.randomUUID();
        Answer spoiled = server.send(to(trigger)
                .POST(BodyPublishers.ofString("{\"events\":[{\"id\":\"1\",\"title\":\"" + title
                        + "\",\"number\":1},{\"id\":\"2\",\"title\":\"" + title + "\",\"number\":\"x\"}]}")));
        assertThat(spoiled.status()).as(spoiled.body()).isEqualTo(422);
        assertThat(spoiled.json().path("event").asInt()).isEqualTo(1);

        Answer first = batch(trigger, title, 1, 2);
        Answer overlapping = batch(trigger, title, 2, 3);
        assertThat(first.status()).as(first.body()).isEqualTo(202);
        assertThat(first.json().path("items")).hasSize(2);
        assertThat(overlapping.json().path("items").path(0).path("duplicate").asBoolean())
                .as(overlapping.body())
                .isTrue();
        Fixtures.await().until(() -> runsOf(title) == 3);
        assertThat(batch(trigger, title, 1, 3).json().path("duplicate").asBoolean())
                .isTrue();
    }

    private static Answer batch(String trigger, String title, int one, int other) {
        return server.send(to(trigger)
                .POST(BodyPublishers.ofString(
                        "{\"events\":[{\"id\":\"%d\",\"title\":\"%s\",\"number\":1},{\"id\":\"%d\",\"title\":\"%s\",\"number\":2}]}"
                                .formatted(one, title, other, title))));
    }

    @Test
    void equalDeliveriesAtTheSameInstantRunOnce() throws Exception {
        String trigger = Fixtures.gitHubTrigger(server, "inbound-quick");
        String title = "once " + UUID.randomUUID();
        String body = GitHub.pullRequest("opened", 5, title);
        String delivery = UUID.randomUUID().toString();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService senders = Executors.newFixedThreadPool(AT_ONCE);
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            answers.add(senders.submit(() -> {
                start.await();
                return server.send(GitHub.delivery(server, trigger, "pull_request", SECRET, body, delivery));
            }));
        }
        start.countDown();
        senders.shutdown();
        assertThat(senders.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        int duplicates = 0;
        String queueId = "";
        for (Future<Answer> future : answers) {
            Answer answer = future.get();
            assertThat(answer.status()).as(answer.body()).isEqualTo(202);
            duplicates += answer.json().path("duplicate").asBoolean() ? 1 : 0;
            queueId = queueId.isEmpty() ? answer.json().path("queueId").asText() : queueId;
            assertThat(answer.json().path("queueId").asText()).isEqualTo(queueId);
        }
        assertThat(duplicates).isEqualTo(AT_ONCE - 1);
        Fixtures.awaitRun(
                server,
                "inbound-quick",
                answers.get(0).get().json().path("correlationId").asText());
        assertThat(runsOf(title)).isEqualTo(1);
    }

    @Test
    void theAllowListBelievesTheServersOwnProxyOnly() {
        String trigger = trigger("generic", ",\"ipAllow\":[\"198.51.100.0/24\"]");
        assertThat(from(trigger, "198.51.100.7").status()).isEqualTo(202);
        assertThat(from(trigger, "203.0.113.1, 198.51.100.7").status()).isEqualTo(202);
        Answer forged = from(trigger, "198.51.100.7, 203.0.113.1");
        assertThat(forged.status()).isEqualTo(403);
        assertThat(server.send(to(trigger).POST(BodyPublishers.ofString("{}"))).body())
                .isEqualTo(forged.body());
    }

    private static Answer from(String trigger, String chain) {
        return server.send(to(trigger)
                .header("X-Forwarded-For", chain)
                .POST(BodyPublishers.ofString("{\"title\":\"proxied\",\"number\":1}")));
    }

    @Test
    void aSenderGetsTheRefusalThatItInsistsOn() {
        String trigger = trigger("inbound-strict", ",\"secret\":\"" + SECRET + "\"");
        String body = "{\"title\":\"strict\",\"number\":1}";
        String proof = GitHub.signature(SECRET, body).substring("sha256=".length());
        assertThat(server.send(to(trigger).header("x-proof", proof).POST(BodyPublishers.ofString(body)))
                        .status())
                .isEqualTo(202);
        Answer wrong = server.send(to(trigger).header("x-proof", "00").POST(BodyPublishers.ofString(body)));
        Answer twice = server.send(
                to(trigger).header("x-proof", proof).header("x-proof", proof).POST(BodyPublishers.ofString(body)));
        assertThat(wrong.status()).isEqualTo(498);
        assertThat(wrong.body()).isEmpty();
        assertThat(twice.status()).isEqualTo(498);
    }

    @Test
    void withoutItsSchemeASenderIsAskedToComeBack() throws IOException {
        // The API refuses a trigger whose source waits for its scheme; one of before may be there all the same.
        String trigger = "inbound-orphan-trigger";
        Path file = server.data().resolve("triggers").resolve(trigger + ".json");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                """
                {"id":"%s","name":"orphan","enabled":true,"workflowId":"inbound-quick","pluginId":"inbound-orphan",
                 "match":[],"inputs":{"title":"x","number":"1"},"verifyOptional":true,"createdAt":1,"updatedAt":1}"""
                        .formatted(trigger));
        Fixtures.await()
                .until(() -> server.send(to(trigger).POST(BodyPublishers.ofString("{}")))
                                .status()
                        != 404);
        Answer answer = server.send(to(trigger).POST(BodyPublishers.ofString("{}")));
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isPresent();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
