package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitRepositories;
import io.infloop.itests.support.Prerequisites;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** An agent that does what a prompt from a stranger could make it do, in the jail of the assembled distribution. */
class JailIT {
    private static final String KEY = "canary-key-jailed-5d20";

    @Test
    void anAgentInTheJailWorksAndCannotGetOut() throws Exception {
        Prerequisites.program("bwrap", "bubblewrap");
        Path data = Distribution.temporaryDirectory("jail").resolve("data");
        Path repository = GitRepositories.create(data.resolveSibling("repo"));
        Path outside = data.resolveSibling("outside.txt");
        try (ServerSocket target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Fixtures.dropAgent(
                    data, "editor", hostile(data, outside, target.getLocalPort()) + Fixtures.agentScript("done"));
            nameCredentials(data);
            try (Server server = Server.on(data)
                    .with("INFLOOP_SANDBOX", "jail")
                    .with("INFLOOP_SANDBOX_REQUIRED", "jail")
                    .with("ANTHROPIC_API_KEY", KEY)
                    .start()) {
                Fixtures.awaitProvider(server, "editor");
                Fixtures.saveWorkflow(
                        server,
                        Fixtures.agentWorkflow("tree", "editor", repository)
                                .replace("\"timeoutMs\":60000", "\"timeoutMs\":600000,\"useWorktree\":true"));
                Answer started =
                        server.post("/api/run", "{\"workflowId\":\"tree\",\"inputs\":{\"title\":\"x\",\"number\":1}}");
                assertThat(started.status()).as(started.body()).isEqualTo(202);
                JsonNode run = Fixtures.awaitRun(
                        server, "tree", started.json().path("correlationId").asText());

                assertThat(run.path("status").asText()).as(run.toString()).isEqualTo("succeeded");
                String branch = run.path("worktrees").path(0).path("branch").asText();
                String seen = GitRepositories.git(repository, "show", branch + ":seen.txt");
                assertThat(seen)
                        .contains("work: committed")
                        .contains("work: credentials")
                        .contains("data directory: no")
                        .contains("key: no")
                        .contains("host processes: no")
                        .contains("write outside: no")
                        .contains("raw socket: no")
                        .doesNotContain(": yes");
                assertThat(outside).doesNotExist();
                assertThat(GitRepositories.git(repository, "log", "--format=%s", branch))
                        .contains("by the agent");
                assertThat(server.get("/api/posture").body()).contains("jail");
            }
        }
    }

    /** The manifest names one file of the server's HOME; the agent finds that one and no other. */
    private static void nameCredentials(Path data) throws Exception {
        Path home = data.getParent();
        Files.createDirectories(home.resolve(".acme"));
        Files.writeString(home.resolve(".acme/auth.json"), "acme-credential");
        Files.writeString(home.resolve(".acme/other.json"), "acme-credential");
        Path manifest = data.resolve("providers/editor.json");
        Files.writeString(
                manifest,
                Files.readString(manifest).replaceFirst("\\{", "{\"credentialFiles\":[\".acme/auth.json\"],"));
    }

    /** Tries each way out, writes down what came of it, and does its work. */
    private static String hostile(Path data, Path outside, int port) {
        return """
                say() { if eval "$2" >/dev/null 2>&1; then echo "$1: yes"; else echo "$1: no"; fi >> seen.txt; }
                say 'data directory' 'ls %1$s/triggers'
                say 'key' 'cat /proc/*/environ | grep -q %4$s'
                say 'host processes' 'kill -0 %5$s'
                say 'write outside' 'echo x > %2$s'
                say 'raw socket' 'python3 -c "import socket; socket.create_connection((\\"127.0.0.1\\", %3$s), 3)"'
                grep -q acme-credential "$HOME/.acme/auth.json" && [ ! -e "$HOME/.acme/other.json" ] && echo 'work: credentials' >> seen.txt
                git add -A && git -c user.name=Agent -c user.email=agent@example.com commit -q -m 'by the agent' \
                  && echo 'work: committed' >> seen.txt
                """
                .formatted(data, outside, port, KEY, ProcessHandle.current().pid());
    }
}
