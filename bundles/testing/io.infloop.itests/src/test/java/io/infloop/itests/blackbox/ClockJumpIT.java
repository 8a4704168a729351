package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Command;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.FakeClock;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The time of day jumps by a day, forward and back, under a server at work. */
class ClockJumpIT {
    private static final int RATE_LIMIT = 12;
    private static final String TOKEN = "clock-jump-token-51f0";

    @Test
    void nothingButTheTimestampsJumps() throws Exception {
        Path directory = Distribution.temporaryDirectory("clock");
        Optional<FakeClock> found = FakeClock.in(directory);
        assumeTrue(
                found.isPresent() || System.getenv("CI") != null,
                "libfaketime is not installed (package faketime), so the clock does not jump");
        assertThat(found).as("libfaketime is installed").isPresent();
        FakeClock clock = found.get();
        Path data = directory.resolve("data");
        String quick;
        try (Server server = start(data, clock)) {
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("quick"));
            quick = Fixtures.gitHubTrigger(server, "quick");
            HttpRequest.Builder session = server.request("/api/auth/session").header("cookie", login(server));
            Path go = directory.resolve("go");
            Fixtures.saveWorkflow(server, waiting(go));
            String waiting = server.post("/api/run", "{\"workflowId\":\"waiting\"}")
                    .json()
                    .path("correlationId")
                    .asText();
            Fixtures.await().until(() -> server.get("/api/run").body().contains("condition-1"));
            String limited = Fixtures.gitHubTrigger(server, "quick");
            exhaust(server, limited);

            for (String jump : new String[] {"+1d", "-1d", "+0"}) {
                clock.shift(jump);
                Fixtures.await().untilAsserted(() -> assertThat(distance(server, jump))
                        .as("the server's time of day has jumped")
                        .isLessThan(Duration.ofMinutes(5)));
                Answer tooMany = deliver(server, limited);
                assertThat(tooMany.status()).as("no new tokens by %s", jump).isIn(429, 202);
                tooMany.header("retry-after").ifPresent(seconds -> assertThat(Integer.parseInt(seconds))
                        .isBetween(1, 60));
                Answer accepted = deliver(server, quick);
                assertThat(accepted.status())
                        .as("%s: %s", jump, accepted.body())
                        .isEqualTo(202);
                JsonNode run = Fixtures.awaitRun(
                        server, "quick", accepted.json().path("correlationId").asText());
                assertThat(run.path("status").asText()).isEqualTo("succeeded");
                assertThat(run.path("durationMs").asLong()).isBetween(0L, 60_000L);
                assertThat(server.send(session.copy().GET()).json().path("via").asText())
                        .isIn("bearer", "cookie");
                assertThat(server.get("/api/run").json().path("state").path("active"))
                        .as("still waiting, and not timed out")
                        .singleElement()
                        .satisfies(active ->
                                assertThat(active.path("workflowId").asText()).isEqualTo("waiting"));
            }
            assertThat(countAccepted(server, limited))
                    .as("of a day's worth of tokens not one was given")
                    .isLessThan(RATE_LIMIT);

            Files.createFile(go);
            JsonNode waited = Fixtures.awaitRun(server, "waiting", waiting);
            assertThat(waited.path("status").asText()).as(waited.toString()).isEqualTo("succeeded");
            assertThat(waited.path("durationMs").asLong()).isBetween(0L, 120_000L);
            server.kill();
        }
        // What the dead server held is not held for the day that the clock was set back.
        clock.shift("-1d");
        try (Server server = start(data, clock)) {
            Answer accepted = deliver(server, quick);
            assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
            Fixtures.awaitRun(
                    server, "quick", accepted.json().path("correlationId").asText());
            assertThat(server.stop()).isZero();
        }
        assertThat(Command.run(data, "audit", "verify").exit()).isZero();
    }

    private static Server start(Path data, FakeClock clock) {
        return Server.on(data)
                .with("JAVA_HOME", clock.javaHome().toString())
                .with("INFLOOP_API_TOKEN", TOKEN)
                .with("INFLOOP_WEBHOOK_RATE_LIMIT", Integer.toString(RATE_LIMIT))
                .start();
    }

    private static String login(Server server) {
        Answer login = server.post("/api/auth/login", "{\"token\":\"" + TOKEN + "\"}");
        assertThat(login.status()).isEqualTo(200);
        return login.header("set-cookie").orElseThrow().split(";")[0];
    }

    /** How far the server's time of day is from where the jump should have brought it. */
    private static Duration distance(Server server, String jump) {
        Duration offset = jump.endsWith("d") ? Duration.ofDays(Integer.parseInt(jump.replace("d", ""))) : Duration.ZERO;
        server.post("/api/auth/login", "{\"token\":\"wrong\"}");
        Instant newest = Instant.parse(server.get("/api/audit?limit=1&type=auth.login_failed")
                .json()
                .path("entries")
                .path(0)
                .path("ts")
                .asText());
        return Duration.between(Instant.now().plus(offset), newest).abs();
    }

    private static void exhaust(Server server, String trigger) {
        Fixtures.await().until(() -> deliver(server, trigger).status() == 429);
    }

    /** Until it is refused again; a few come with the time that really passes. */
    private static int countAccepted(Server server, String trigger) {
        int accepted = 0;
        while (deliver(server, trigger).status() == 202) {
            accepted++;
        }
        return accepted;
    }

    private static Answer deliver(Server server, String trigger) {
        return server.send(GitHub.delivery(
                server, trigger, "pull_request", Fixtures.SECRET, GitHub.pullRequest("opened", 1, "fix")));
    }

    /** Until the file is there, and five minutes at most. */
    private static String waiting(Path go) {
        return """
                {"id":"waiting","name":"Waiting",
                 "nodes":[
                  {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                  {"id":"condition-1","type":"condition","position":{"x":1,"y":0},
                   "config":{"kind":"command","timeoutMs":300000,"command":{"cmd":"until [ -e %s ]; do sleep 0.1; done"}}},
                  {"id":"end-1","type":"end","position":{"x":2,"y":0},"config":{"outcome":"succeeded"}}],
                 "edges":[
                  {"id":"e1","source":"start-1","sourceHandle":"next","target":"condition-1","targetHandle":"in"},
                  {"id":"e2","source":"condition-1","sourceHandle":"met","target":"end-1","targetHandle":"in"}]}"""
                .formatted(go);
    }
}
