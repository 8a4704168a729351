package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitRepositories;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that is root and whose children are another user: its nodes work all the same. */
class UserLevelIT {
    private Path base;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can start children as another user");
        // The build's directories need not be open to other users.
        base = Files.createTempDirectory(Path.of("/tmp"), "infloop-user-it-");
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void remove() throws Exception {
        if (base != null) {
            try (Stream<Path> files = Files.walk(base)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void scriptsAndAgentsWithWorktreesWork() throws Exception {
        Path data = base.resolve("data");
        Path repository = GitRepositories.create(base.resolve("repo"));
        Fixtures.dropAgent(
                data,
                "editor",
                """
                cat > /dev/null
                { id -u; ls %s/triggers || echo closed; ls %s/.git/objects > /dev/null && touch %s/.git/config || echo locked; } > seen.txt 2>/dev/null
                git add -A && git commit -q -m 'by the agent'
                """
                                .formatted(data, repository, repository)
                        + Fixtures.agentScript("done"));
        Files.setPosixFilePermissions(base.resolve("editor.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Server server = Server.on(data)
                // Programs in a home directory are not for another user.
                .with("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
                .with("INFLOOP_SANDBOX", "user")
                .with("INFLOOP_SANDBOX_REQUIRED", "user")
                .with("INFLOOP_SANDBOX_USER", "nobody")
                .start()) {
            assertThat(server.get("/api/posture").body()).contains("children run as nobody");
            JsonNode script = run(
                    server,
                    "script",
                    """
                    {"id":"script","name":"Script",
                     "nodes":[
                      {"id":"start-1","type":"start","position":{"x":0,"y":0},"config":{}},
                      {"id":"script-1","type":"script","position":{"x":1,"y":0},"config":{"language":"py","outputs":["uid"],
                       "code":"import os\\ndef run():\\n    open('mine', 'w').write('x')\\n    return {'uid': 'uid-' + str(os.getuid())}\\n"}},
                      {"id":"end-1","type":"end","position":{"x":2,"y":0},"config":{"outcome":"succeeded"}}],
                     "edges":[
                      {"id":"e1","source":"start-1","sourceHandle":"next","target":"script-1","targetHandle":"in"},
                      {"id":"e2","source":"script-1","sourceHandle":"next","target":"end-1","targetHandle":"in"}]}""");
            assertThat(script.path("status").asText()).as(script.toString()).isEqualTo("succeeded");
            assertThat(server.get("/api/runs/script/" + script.path("runId").asText())
                            .body())
                    .contains("uid-65534");

            Fixtures.awaitProvider(server, "editor");
            JsonNode run = run(
                    server,
                    "tree",
                    Fixtures.agentWorkflow("tree", "editor", repository)
                            .replace("\"timeoutMs\":60000", "\"timeoutMs\":600000,\"useWorktree\":true"));
            assertThat(run.path("status").asText()).as(run.toString()).isEqualTo("succeeded");
            String branch = run.path("worktrees").path(0).path("branch").asText();
            List<String> seen = GitRepositories.git(repository, "show", branch + ":seen.txt")
                    .lines()
                    .toList();
            assertThat(seen).containsExactly("65534", "closed", "locked");
            assertThat(GitRepositories.git(repository, "log", "--format=%s", branch))
                    .contains("by the agent");
            assertThat(repository.resolve(".infloop-worktrees")).isEmptyDirectory();
        }
    }

    private static JsonNode run(Server server, String id, String workflow) throws Exception {
        Fixtures.saveWorkflow(server, workflow);
        Answer started =
                server.post("/api/run", "{\"workflowId\":\"" + id + "\",\"inputs\":{\"title\":\"x\",\"number\":1}}");
        assertThat(started.status()).as(started.body()).isEqualTo(202);
        return Fixtures.awaitRun(
                server, id, started.json().path("correlationId").asText());
    }
}
