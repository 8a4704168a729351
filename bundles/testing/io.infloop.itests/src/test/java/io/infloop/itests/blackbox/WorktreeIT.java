package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitRepositories;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What agents do in worktrees is on a branch afterwards, whether their server lives or dies. */
class WorktreeIT {
    @Test
    void workOfAnAgentIsKeptAppliedAndDiscarded() throws Exception {
        Path data = Distribution.temporaryDirectory("worktree").resolve("data");
        Path repository = GitRepositories.create(data.resolveSibling("repo"));
        Fixtures.dropAgent(data, "editor", "echo changed > a.txt; pwd > where.txt\n" + Fixtures.agentScript("done"));
        try (Server server =
                Server.on(data).with("WORKSPACE_ROOTS", repository.toString()).start()) {
            String runId = begin(server, repository);
            JsonNode run = finished(server, runId);
            assertThat(run.path("status").asText()).as(run.toString()).isEqualTo("succeeded");
            JsonNode outputs = run.path("scope").path("agent-1");
            String branch = "infloop/" + runId.substring(0, 8) + "/agent-1";
            assertThat(outputs.path("worktreeBranch").asText()).isEqualTo(branch);
            assertThat(outputs.path("worktreePath").asText()).startsWith(repository + "/.infloop-worktrees/");
            assertThat(outputs.path("worktreeChanges").path("files").asInt()).isEqualTo(2);
            assertThat(run.path("worktrees").path(0).path("branch").asText()).isEqualTo(branch);
            assertThat(GitRepositories.git(repository, "show", branch + ":where.txt")
                            .strip())
                    .isEqualTo(outputs.path("worktreePath").asText());
            assertThat(repository.resolve(".infloop-worktrees")).isEmptyDirectory();
            assertThat(repository.resolve("a.txt")).hasContent("one\n");

            String trees = "/api/runs/tree/" + runId + "/worktrees";
            assertThat(server.get(trees)
                            .json()
                            .path("worktrees")
                            .path(0)
                            .path("state")
                            .asText())
                    .isEqualTo("preserved");
            Answer applied = server.post(trees + "/agent-1/apply", "{}");
            assertThat(applied.status()).as(applied.body()).isEqualTo(200);
            assertThat(repository.resolve("a.txt")).hasContent("changed\n");
            assertThat(server.post(trees + "/agent-1/apply", "{}").status()).isEqualTo(409);
            assertThat(server.post(trees + "/agent-1/discard", "{}").status()).isEqualTo(200);
            assertThat(GitRepositories.git(repository, "branch", "--list", "infloop/*"))
                    .isEmpty();
            assertThat(server.get("/api/audit?runId=" + runId).body())
                    .contains("worktree.preserved", "worktree.applied", "worktree.discarded");
        }
    }

    @Test
    void workOfAnAgentWhoseServerIsKilledIsKeptByTheNextOne() throws Exception {
        Path data = Distribution.temporaryDirectory("worktree-crash").resolve("data");
        Path repository = GitRepositories.create(data.resolveSibling("repo"));
        Fixtures.dropAgent(
                data, "editor", "echo unsaved > a.txt; touch '" + data.resolveSibling("began") + "'; sleep 300\n");
        Server first = Server.on(data).start();
        String runId = begin(first, repository);
        Fixtures.await().until(() -> Files.exists(data.resolveSibling("began")));
        assertThat(Files.readString(data.resolve("active-runs/" + runId + ".json")))
                .contains("\"worktrees\":[\"" + repository.resolve(".infloop-worktrees"));
        first.kill();
        try (Server second = Server.on(data).start()) {
            JsonNode run = finished(second, runId);
            assertThat(run.path("status").asText()).isEqualTo("failed");
            String branch = run.path("worktrees").path(0).path("branch").asText();
            assertThat(GitRepositories.git(repository, "show", branch + ":a.txt"))
                    .isEqualTo("unsaved\n");
            assertThat(repository.resolve(".infloop-worktrees")).isEmptyDirectory();
        }
    }

    private static String begin(Server server, Path repository) {
        Fixtures.awaitProvider(server, "editor");
        Fixtures.saveWorkflow(
                server,
                Fixtures.agentWorkflow("tree", "editor", repository)
                        .replace("\"timeoutMs\":60000", "\"timeoutMs\":600000,\"useWorktree\":true"));
        Answer started = server.post("/api/run", "{\"workflowId\":\"tree\",\"inputs\":{\"title\":\"x\",\"number\":1}}");
        assertThat(started.status()).as(started.body()).isEqualTo(202);
        return started.json().path("runId").asText();
    }

    private static JsonNode finished(Server server, String runId) {
        Fixtures.await()
                .until(() ->
                        server.get("/api/runs/tree/" + runId).json().path("run").has("finishedAt"));
        return server.get("/api/runs/tree/" + runId).json().path("run");
    }
}
