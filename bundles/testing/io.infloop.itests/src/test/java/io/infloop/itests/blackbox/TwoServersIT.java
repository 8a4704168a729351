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
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Two servers on one data directory. */
class TwoServersIT {
    @Test
    void bothAcceptOneRunsAndTheOtherTakesOver() {
        Path data = Distribution.temporaryDirectory("two").resolve("data");
        Server first = Server.on(data).start();
        try (Server second = Server.on(data).start()) {
            assertThat(second.port()).isNotEqualTo(first.port());
            Fixtures.saveWorkflow(first, Fixtures.quickWorkflow("two"));
            String trigger = Fixtures.gitHubTrigger(first, "two");
            Fixtures.await()
                    .until(() -> second.get("/api/triggers/" + trigger).status() == 200
                            && second.get("/api/workflows/two").status() == 200
                            // No trigger used it when that server started, so that it comes after the others.
                            && second.get("/api/webhook-plugins").body().contains("\"github\""));

            Answer accepted = deliver(second, trigger, 1);
            assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
            JsonNode run = Fixtures.awaitRun(
                    second, "two", accepted.json().path("correlationId").asText());
            assertThat(run.path("status").asText()).isEqualTo("succeeded");

            first.kill();
            Answer afterwards = deliver(second, trigger, 2);
            assertThat(afterwards.status()).isEqualTo(202);
            assertThat(Fixtures.awaitRun(
                                    second,
                                    "two",
                                    afterwards.json().path("correlationId").asText())
                            .path("status")
                            .asText())
                    .isEqualTo("succeeded");
        } finally {
            first.close();
        }
    }

    @Test
    void theSurvivorEndsWhatTheDeadServerStarted() throws IOException {
        Path data = Distribution.temporaryDirectory("orphans-of-two").resolve("data");
        Path child = data.resolveSibling("child");
        // Without a namespace: there children die with their server, and nobody has to find them.
        Server first = Server.on(data).with("INFLOOP_SANDBOX", "off").start();
        try (Server second = Server.on(data).start()) {
            Fixtures.saveWorkflow(first, Fixtures.sleepingWorkflow("long", child));
            Answer started = first.post("/api/run", "{\"workflowId\":\"long\"}");
            long pid = Fixtures.awaitPid(child);
            Fixtures.await().until(() -> second.get("/api/workflows/long").status() == 200);
            assertThat(second.post("/api/run", "{\"workflowId\":\"long\"}").status())
                    .as("a workflow runs once at a time, on whichever server")
                    .isEqualTo(409);

            first.kill();

            JsonNode run = Fixtures.awaitRun(
                    second, "long", started.json().path("correlationId").asText());
            assertThat(run.path("status").asText()).isEqualTo("failed");
            assertThat(isRunning(pid))
                    .as("the child was ended before its run was settled")
                    .isFalse();
        } finally {
            first.close();
        }
    }

    /** False also for a process that has ended and waits for its new parent to take notice. */
    private static boolean isRunning(long pid) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        if (!Files.exists(stat)) {
            return false;
        }
        String content = Files.readString(stat);
        return content.charAt(content.lastIndexOf(')') + 2) != 'Z';
    }

    private static Answer deliver(Server server, String trigger, int number) {
        return server.send(
                GitHub.delivery(server, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", number, "fix")));
    }
}
