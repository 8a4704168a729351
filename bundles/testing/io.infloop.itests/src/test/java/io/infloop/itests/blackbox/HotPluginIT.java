package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.JarFiles;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import io.infloop.itests.support.SignedTraffic;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Plugins dropped into, replaced in and taken out of the folder of a server at work. */
class HotPluginIT {
    private static final int SWAPS = Integer.getInteger("infloop.swaps", 10);

    private static Server server;

    @BeforeAll
    static void prepare() {
        server = SharedServer.get();
    }

    @Test
    void churnFailsNoRequestThatDoesNotNeedThePlugin() throws Exception {
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("hot-quick"));
        String unrelated = Fixtures.gitHubTrigger(server, "hot-quick");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        ExecutorService senders = Executors.newFixedThreadPool(2);
        for (int i = 0; i < 2; i++) {
            senders.execute(() -> {
                while (!stop.get()) {
                    Answer answer = server.send(GitHub.delivery(
                            server,
                            unrelated,
                            "pull_request",
                            SECRET,
                            GitHub.pullRequest("opened", sent.incrementAndGet(), "fix")));
                    if (answer.status() != 202) {
                        failed.incrementAndGet();
                    }
                }
            });
        }
        try {
            Path jar = Distribution.example("io.infloop.example.signing");
            drop("example-signing.jar", jar);
            awaitState("io.infloop.example.signing", Distribution.version(), "active");
            drop("example-shop.jar", Distribution.example("io.infloop.example.webhook"));
            Fixtures.await()
                    .until(() -> server.get("/api/webhook-plugins").body().contains("\"example-shop\""));
            String dependent = Fixtures.trigger(
                    server,
                    """
                    {"name":"shop","workflowId":"hot-quick","pluginId":"example-shop","eventType":"order.created",
                     "secret":"token-of-the-shop","match":[],"inputs":{"title":"an order","number":"1"}}""");
            assertThat(order(dependent, "token-of-the-shop").status()).isEqualTo(202);
            assertThat(order(dependent, "wrong").status()).isEqualTo(401);

            senders.shutdown();
            SignedTraffic traffic = SignedTraffic.start((proof, id) -> order(dependent, proof, id));
            try (traffic) {
                for (int swap = 1; swap <= SWAPS; swap++) {
                    String version = "1.0." + swap;
                    traffic.awaitVerdicts();
                    drop("example-signing.jar", JarFiles.withVersion(jar, version));
                    awaitState("io.infloop.example.signing", version, "active");
                }
                traffic.awaitVerdicts();
                stop.set(true);
            }
            assertThat(traffic.wrong()).as(traffic.toString()).isEmpty();
            assertThat(traffic.absent())
                    .as("one version serves until the next one does")
                    .isZero();
            assertThat(accepted()).as("what was accepted is on disk").containsAll(traffic.accepted());

            Files.delete(server.data().resolve("plugins/example-signing.jar"));
            Fixtures.await().until(() -> order(dependent, "token-of-the-shop").status() == 503);
            Answer gone = order(dependent, "token-of-the-shop");
            assertThat(gone.header("retry-after")).isPresent();
            drop("example-signing.jar", jar);
            Fixtures.await().until(() -> order(dependent, "token-of-the-shop").status() == 202);
        } finally {
            stop.set(true);
            senders.shutdown();
            assertThat(senders.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(sent.get()).isPositive();
        assertThat(failed).as("of %s unrelated deliveries", sent).hasValue(0);
    }

    private static Answer order(String trigger, String token) {
        return server.send(order(trigger).header("x-example-token", token));
    }

    private static SignedTraffic.Reply order(String trigger, SignedTraffic.Proof proof, String id) {
        HttpRequest.Builder request = order(trigger).header("x-example-delivery", id);
        switch (proof) {
            case GENUINE -> request.header("x-example-token", "token-of-the-shop");
            case FORGED -> request.header("x-example-token", "token-of-the-shot");
            case NONE -> request.header("x-nothing", "signed");
        }
        Answer answer = server.send(request);
        return new SignedTraffic.Reply(
                answer.status(), answer.header("retry-after").isPresent(), answer.body());
    }

    private static HttpRequest.Builder order(String trigger) {
        return HttpRequest.newBuilder(server.uri("/api/webhook/" + trigger))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"event\":\"order.created\",\"order\":{\"id\":1}}"));
    }

    /** The senders' ids of the shop's deliveries that were accepted. */
    private static Set<String> accepted() {
        Set<String> ids = new HashSet<>();
        String before = "";
        do {
            JsonNode page = server.get("/api/deliveries?outcome=accepted&eventType=order.created&limit=1000" + before)
                    .json();
            page.path("deliveries")
                    .forEach(delivery -> ids.add(delivery.path("deliveryId").asText()));
            before = page.hasNonNull("nextBefore")
                    ? "&before=" + page.path("nextBefore").asText()
                    : "";
        } while (!before.isEmpty());
        return ids;
    }

    @Test
    void absurdFilesHurtNobodyAndSaySo() throws IOException {
        Path plugins = server.data().resolve("plugins");
        Files.writeString(plugins.resolve("garbage.jar"), "not a jar");
        Files.writeString(plugins.resolve("garbage.json"), "{ nonsense");
        byte[] whole = Files.readAllBytes(Distribution.example("io.infloop.example.node"));
        Files.write(plugins.resolve("half.jar"), java.util.Arrays.copyOf(whole, whole.length / 2));
        Fixtures.await().untilAsserted(() -> {
            assertThat(reason("garbage.jar")).isPresent();
            assertThat(reason("garbage.json")).isPresent();
        });
        assertThat(nodeTypes()).doesNotContain("example-shout");

        Files.write(plugins.resolve("half.jar"), whole);
        Fixtures.await().untilAsserted(() -> assertThat(nodeTypes()).contains("example-shout"));
        assertThat(server.get("/api/health").status()).isEqualTo(200);
        Files.delete(plugins.resolve("garbage.jar"));
        Files.delete(plugins.resolve("garbage.json"));
        Files.delete(plugins.resolve("half.jar"));
        Fixtures.await().untilAsserted(() -> {
            assertThat(nodeTypes()).doesNotContain("example-shout");
            assertThat(reason("garbage.jar")).isEmpty();
        });
    }

    @Test
    void anOperatorsManifestReplacesAShippedProviderVisibly() throws IOException {
        Path file = server.data().resolve("providers/claude.json");
        Files.createDirectories(file.getParent());
        Path temporary = file.resolveSibling(".claude.tmp");
        Files.writeString(
                temporary,
                """
                {"id":"claude","label":"Our Claude","description":"through our gateway","bin":"claude","args":["--print"],
                 "outputFormat":"plain","promptVia":"stdin"}""");
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        Fixtures.await().untilAsserted(() -> {
            assertThat(server.get("/api/providers").body()).contains("Our Claude");
            assertThat(server.get("/api/plugins").body()).contains("overrides shipped");
        });
        Files.delete(file);
        Fixtures.await()
                .untilAsserted(() -> assertThat(server.get("/api/providers").body())
                        .contains("\"claude\"")
                        .doesNotContain("Our Claude"));
    }

    private static String nodeTypes() {
        return server.get("/api/node-types").body();
    }

    private static Optional<String> reason(String file) {
        for (JsonNode plugin : server.get("/api/plugins").json().path("plugins")) {
            if (plugin.path("origin").asText().endsWith(file) && plugin.hasNonNull("reason")) {
                return Optional.of(plugin.path("reason").asText());
            }
        }
        return Optional.empty();
    }

    private static void awaitState(String id, String version, String state) {
        Fixtures.await().untilAsserted(() -> {
            boolean found = false;
            for (JsonNode plugin : server.get("/api/plugins").json().path("plugins")) {
                found |= plugin.path("id").asText().equals(id)
                        && plugin.path("version").asText().equals(version)
                        && plugin.path("state").asText().equals(state);
            }
            assertThat(found).as(server.get("/api/plugins").body()).isTrue();
        });
    }

    private static void drop(String name, Path content) throws IOException {
        Path folder = server.data().resolve("plugins");
        Files.createDirectories(folder);
        Path temporary = folder.resolve("." + name + ".tmp");
        Files.copy(content, temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.move(
                temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
