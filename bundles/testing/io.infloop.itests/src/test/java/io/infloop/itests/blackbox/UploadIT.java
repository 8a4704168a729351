package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.JarFiles;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Plugins that come over the network. */
class UploadIT {
    private static final int CAP = 64 << 20;
    private static final int UPLOADS = 4;

    @Test
    void anUploadedPluginServesIsReplacedOnRequestAndAudited() throws IOException {
        Server server = SharedServer.get();
        Path jar = Distribution.example("io.infloop.example.provider");
        Path newer = JarFiles.withVersion(jar, "9.0.0");

        Answer first = upload(server, "uploaded.jar", BodyPublishers.ofFile(jar));
        assertThat(first.status()).as(first.body()).isEqualTo(202);
        assertThat(first.json().path("file").asText()).isEqualTo("uploaded.jar");
        assertThat(first.json().path("bytes").asLong()).isEqualTo(Files.size(jar));
        awaitVersion(server, Distribution.version());
        assertThat(upload(server, "uploaded.jar", BodyPublishers.ofFile(jar))
                        .json()
                        .path("change")
                        .asText())
                .isEqualTo("unchanged");
        Answer occupied = upload(server, "uploaded.jar", BodyPublishers.ofFile(newer));
        assertThat(occupied.status()).isEqualTo(409);
        assertThat(occupied.json().path("reason").asText()).contains("?replace=1");
        assertThat(upload(server, "uploaded.jar&replace=1", BodyPublishers.ofFile(newer))
                        .status())
                .isEqualTo(202);
        awaitVersion(server, "9.0.0");

        JsonNode audited = server.get("/api/audit?type=plugin.uploaded").json().path("entries");
        assertThat(audited).hasSize(2);
        assertThat(audited.get(0).path("actor").asText()).isEqualTo("open");
        assertThat(audited.get(0).path("replaced").asBoolean()).isTrue();
        assertThat(audited.get(1).path("sha256")).isEqualTo(first.json().path("sha256"));
        Files.delete(server.data().resolve("plugins/uploaded.jar"));
    }

    private static void awaitVersion(Server server, String version) {
        Fixtures.await().until(() -> {
            for (JsonNode plugin : server.get("/api/plugins").json().path("plugins")) {
                if (plugin.path("id").asText().equals("io.infloop.example.provider")
                        && plugin.path("version").asText().equals(version)
                        && plugin.path("state").asText().equals("active")) {
                    return true;
                }
            }
            return false;
        });
    }

    /** A server that keeps bodies in memory does not live through this: its heap is smaller than what arrives. */
    @Test
    void largeFilesNeedNoMemoryAndWhatIsTooLargeLeavesNothing() throws Exception {
        Path data = Distribution.temporaryDirectory("upload").resolve("data");
        try (Server server =
                Server.on(data).with("INFLOOP_JAVA_OPTS", "-Xmx160m").start()) {
            ExecutorService senders = Executors.newFixedThreadPool(UPLOADS);
            try {
                List<Future<Answer>> answers = new ArrayList<>();
                for (int sender = 0; sender < UPLOADS; sender++) {
                    String name = "large-" + sender + ".jar";
                    answers.add(senders.submit((Callable<Answer>) () -> upload(server, name, zeros(CAP))));
                }
                for (Future<Answer> answer : answers) {
                    assertThat(answer.get().status()).as(answer.get().body()).isEqualTo(202);
                }
            } finally {
                senders.shutdownNow();
            }
            Answer chunked = upload(server, "chunked.jar", zeros(CAP + 1));
            assertThat(chunked.status()).isEqualTo(413);
            assertThat(chunked.json().path("reason").asText()).contains("67108864 bytes");
            Answer declared = upload(server, "declared.jar", BodyPublishers.fromPublisher(zeros(CAP + 1), CAP + 1L));
            assertThat(declared.status()).isEqualTo(413);
            assertThat(declared.json().path("reason").asText()).contains("67108864 bytes");
            assertThat(upload(server, "..%2Fescaped.jar", BodyPublishers.ofString("x"))
                            .status())
                    .isEqualTo(400);
            try (Stream<Path> files = Files.list(data.resolve("plugins"))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("large-0.jar", "large-1.jar", "large-2.jar", "large-3.jar");
            }
            Fixtures.await()
                    .untilAsserted(() -> assertThat(server.get("/api/plugins").body())
                            .as("no jars")
                            .contains("large-0.jar", "large-3.jar", "is not a complete jar"));
            assertThat(server.log()).doesNotContain("OutOfMemoryError");
            assertThat(server.stop()).isZero();
        }
    }

    /** Of no declared length. */
    private static BodyPublisher zeros(long total) {
        return BodyPublishers.ofInputStream(() -> new InputStream() {
            private long left = total;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (left <= 0) {
                    return -1;
                }
                int count = (int) Math.min(length, left);
                left -= count;
                return count;
            }
        });
    }

    private static Answer upload(Server server, String name, BodyPublisher content) {
        return server.send(server.request("/api/plugins?name=" + name)
                .header("content-type", "application/octet-stream")
                .POST(content));
    }
}
