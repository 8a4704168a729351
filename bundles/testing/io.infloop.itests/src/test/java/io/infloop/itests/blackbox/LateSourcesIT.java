package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Sources that no trigger uses are started when the server listens already; nobody who needs one notices. */
class LateSourcesIT {
    private static final String EVENT =
            "{\"id\":\"evt_%d\",\"type\":\"invoice.paid\",\"created\":1,\"data\":{\"object\":{}}}";

    private static HttpRequest.Builder stripe(String trigger, int port, int number) {
        String body = EVENT.formatted(number);
        long now = Instant.now().getEpochSecond();
        String signature = GitHub.signature(SECRET, now + "." + body).substring("sha256=".length());
        return HttpRequest.newBuilder(java.net.URI.create("http://127.0.0.1:" + port + "/api/webhook/" + trigger))
                .header("content-type", "application/json")
                .header("stripe-signature", "t=" + now + ",v1=" + signature)
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static String stripeTrigger(Server server) {
        return Fixtures.trigger(
                server,
                """
                {"name":"paid","workflowId":"late","pluginId":"stripe","eventType":"invoice.paid","secret":"%s",
                 "inputs":{"title":"{{body.id}}","number":"1"}}"""
                        .formatted(SECRET));
    }

    private static List<String> sources(JsonNode answer) {
        List<String> ids = new ArrayList<>();
        answer.path("plugins").forEach(source -> ids.add(source.path("id").asText()));
        return ids;
    }

    private static List<String> shipped() throws IOException {
        List<String> ids = new ArrayList<>();
        Server.JSON
                .readTree(Files.readAllBytes(Distribution.home().resolve("features/webhooks.json")))
                .path("bundles")
                .forEach(bundle -> ids.add(bundle.path("webhook-source").asText()));
        return ids;
    }

    @Test
    void theFirstDeliveryAfterAStartIsAcceptedAndEverySourceIsThereSoon() throws Exception {
        Path data = Distribution.temporaryDirectory("late").resolve("data");
        String trigger;
        try (Server first = Server.on(data).start()) {
            Fixtures.saveWorkflow(first, Fixtures.quickWorkflow("late"));
            // At once: whoever asks for a source that is on its way gets it.
            trigger = stripeTrigger(first);
            assertThat(sources(first.get("/api/webhook-plugins").json())).containsAll(shipped());
            Fixtures.await()
                    .until(() ->
                            first.get("/api/plugins").json().path("settled").asBoolean());
            assertThat(first.stop()).isZero();
        }
        int port = freePort();
        try (Server second =
                Server.on(data).with("PORT", Integer.toString(port)).launch()) {
            AtomicReference<Answer> answer = new AtomicReference<>();
            Fixtures.await().until(() -> {
                try {
                    answer.set(second.send(stripe(trigger, port, 1)));
                    // The socket is there a moment before the server lets anybody in.
                    return !answer.get().body().equals("{\"error\":\"starting\"}");
                } catch (UncheckedIOException nobodyListens) {
                    return false;
                }
            });

            assertThat(answer.get().status()).as(answer.get().body()).isEqualTo(202);
        }
    }

    @Test
    void aServerThatIsStoppedMeanwhileStopsCleanly() throws Exception {
        Path data = Distribution.temporaryDirectory("late").resolve("data");
        try (Server server = Server.on(data).start()) {
            assertThat(server.stop()).isZero();
            assertThat(server.log()).doesNotContain("ERROR").doesNotContain("WARN");
        }
    }

    @Test
    void aManifestOfTheOperatorServesInPlaceOfASourceThatComesLater() throws Exception {
        Path data = Distribution.temporaryDirectory("late").resolve("data");
        Path folder = Files.createDirectories(data.resolve("webhook-plugins"));
        Files.writeString(
                folder.resolve("stripe.json"),
                """
                {"id":"stripe","displayName":"Mine","events":[{"type":"paid","displayName":"Paid","fields":[]}]}""");
        try (Server server = Server.on(data).start()) {
            Fixtures.await()
                    .until(() ->
                            server.get("/api/plugins").json().path("settled").asBoolean());
            Fixtures.await().until(() -> server.get("/api/plugins").body().contains("\"overrides shipped\""));

            assertThat(server.get("/api/webhook-plugins").body())
                    .contains("\"Mine\"")
                    .doesNotContain("\"Stripe\"");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
