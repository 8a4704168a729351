package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Command;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.PrivateMounts;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Disks that are full or cannot be written. */
class DiskIT {
    private static final String TOKEN = "token-for-a-full-disk-8c11";
    private static final int LOST_LINES = 10;
    private static final Pattern WRITE_ERRORS = Pattern.compile("(?m)^infloop_audit_write_errors_total ([0-9.E]+)$");
    private static final String NO_MOUNT = "mounting in a namespace of its own needs root (unshare -m)";

    @Test
    void aFullDiskRefusesDeliveriesLosesNoneAndIsForgottenOnceThereIsRoom() throws IOException {
        Path directory = Distribution.temporaryDirectory("full").resolve("data");
        Optional<PrivateMounts> mounts =
                PrivateMounts.at(directory, "mount -t tmpfs -o size=96m,mode=700 tmpfs \"$1\"");
        assumeTrue(mounts.isPresent(), NO_MOUNT);
        try (PrivateMounts disk = mounts.get()) {
            Set<String> acknowledged = new HashSet<>();
            Server server = disk.server()
                    .with("INFLOOP_API_TOKEN", TOKEN)
                    .with("INFLOOP_LOGIN_RATE_LIMIT", "0")
                    .start();
            try {
                Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("full"));
                String trigger = Fixtures.gitHubTrigger(server, "full");
                assertThat(deliver(server, trigger, acknowledged).status()).isEqualTo(202);
                Path filler = disk.inside().resolve("filler");
                fill(filler);

                // What is acknowledged until the last page is written counts like any other.
                Fixtures.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> deliver(server, trigger, acknowledged).status() == 503);
                Answer refused = deliver(server, trigger, acknowledged);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.json().path("error").asText()).isEqualTo("store-unavailable");
                assertThat(refused.header("retry-after")).isPresent();
                assertThat(server.get("/api/health").status()).isEqualTo(200);
                assertThat(server.get("/api/workflows/full").status()).isEqualTo(200);
                loseLinesOfTheAudit(server);

                Files.delete(filler);
                Fixtures.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> deliver(server, trigger, acknowledged).status() == 202);
                awaitAllRan(server, acknowledged);
                requireTheLostLinesAreTold(server);
                assertThat(server.stop()).isZero();
            } finally {
                server.close();
            }
            try (Server second = disk.server().with("INFLOOP_API_TOKEN", TOKEN).start()) {
                awaitAllRan(second, acknowledged);
                assertThat(second.stop()).isZero();
            }
            Command.Result verified = disk.command("audit", "verify");
            assertThat(verified.exit()).as(verified.output()).isZero();
        }
    }

    /** What is to be audited goes on as ever; that it is not is to be seen elsewhere. */
    private static void loseLinesOfTheAudit(Server server) {
        // The last page of the file may have room for some.
        Fixtures.await().until(() -> {
            assertThat(server.post("/api/auth/login", "{\"token\":\"wrong\"}").status())
                    .isEqualTo(401);
            return writeErrors(server) >= LOST_LINES;
        });
        assertThat(server.get("/api/posture").json().path("weakened").toString())
                .as("the posture says that the audit has a gap")
                .contains("audit");
    }

    private static void requireTheLostLinesAreTold(Server server) {
        long lost = 0;
        for (JsonNode gap :
                server.get("/api/audit?type=audit.gap&limit=1000").json().path("entries")) {
            lost += gap.path("lost").asLong();
        }
        assertThat(lost).as("lines that the log says are missing").isEqualTo(writeErrors(server));
    }

    private static long writeErrors(Server server) {
        Matcher errors = WRITE_ERRORS.matcher(server.get("/api/metrics").body());
        assertThat(errors.find()).isTrue();
        return (long) Double.parseDouble(errors.group(1));
    }

    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(Files.size(filler)).as(full.toString()).isPositive();
        }
        try (OutputStream out = Files.newOutputStream(filler, java.nio.file.StandardOpenOption.APPEND)) {
            while (true) {
                out.write(0);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space");
        }
    }

    private static Answer deliver(Server server, String trigger, Set<String> acknowledged) {
        Answer answer = server.send(
                GitHub.delivery(server, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", 1, "fix")));
        assertThat(answer.status()).as(answer.body()).isIn(202, 503);
        if (answer.status() == 202) {
            acknowledged.add(answer.json().path("correlationId").asText());
        }
        return answer;
    }

    private static void awaitAllRan(Server server, Set<String> acknowledged) {
        Fixtures.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Map<String, Integer> ran = new HashMap<>();
            for (JsonNode run :
                    server.get("/api/runs?workflowId=full&limit=1000").json().path("runs")) {
                if (!run.path("status").asText().equals("running")) {
                    ran.merge(run.path("correlationId").asText(), 1, Integer::sum);
                }
            }
            assertThat(ran.keySet()).containsAll(acknowledged);
            assertThat(ran.values()).containsOnly(1);
        });
    }

    @Test
    void aDataDirectoryThatCannotBeWrittenIsRefusedWithWhatToDo() throws IOException {
        Path directory = Distribution.temporaryDirectory("read-only").resolve("data");
        Optional<PrivateMounts> mounts = PrivateMounts.at(
                directory, "chmod 700 \"$1\" && mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"");
        assumeTrue(mounts.isPresent(), NO_MOUNT);
        try (PrivateMounts disk = mounts.get();
                Server server = disk.server().launch()) {
            assertThat(server.awaitExit(Duration.ofSeconds(60)))
                    .as(server.log())
                    .isEqualTo(78);
            assertThat(server.log())
                    .contains("refusing-to-start: ")
                    .contains(directory.toString())
                    .contains("INFLOOP_DATA_DIR");
        }
        try (var content = Files.list(directory)) {
            assertThat(content).isEmpty();
        }
    }
}
