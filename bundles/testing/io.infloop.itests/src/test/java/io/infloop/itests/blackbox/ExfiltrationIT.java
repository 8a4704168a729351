package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A script looks for the server's secrets in the environment and the command line of every process it can read and in every file that
 * the server has open; its child does the same, and so does a grandchild in a session of its own. They tell where they found something,
 * not what: the server would take that out of the output and so hide what is to be seen here.
 */
class ExfiltrationIT {
    /** Prints what it finds. Its arguments: the secrets, backwards, lest it find itself; the server's pid. */
    private static final String SEARCH =
            """
            import os, sys
            wanted = [text[::-1].encode() for text in sys.argv[1:3]]
            server = sys.argv[3]
            def look(name):
                try:
                    handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
                except OSError:
                    return
                try:
                    content = b''
                    while len(content) < 8000000:
                        part = os.read(handle, 1000000)
                        if not part:
                            break
                        content += part
                except OSError:
                    pass
                finally:
                    os.close(handle)
                for number, text in enumerate(wanted):
                    if text in content:
                        print('secret', number, 'in', name)
            for pid in filter(str.isdigit, os.listdir('/proc')):
                look('/proc/' + pid + '/environ')
                look('/proc/' + pid + '/cmdline')
            try:
                for open_file in os.listdir('/proc/' + server + '/fd'):
                    look('/proc/' + server + '/fd/' + open_file)
            except OSError:
                pass
            for number, text in enumerate(wanted):
                if any(text in value for value in os.environb.values()):
                    print('secret', number, 'in my environment')
            print('names', ' '.join(name for name in os.environ if name.startswith(('INFLOOP_', 'ANTHROPIC_'))))
            print('looked')
            """;

    private static final String CODE =
            """
            import subprocess, sys
            def run(search, token, key, pid):
                command = [sys.executable, '-c', search, token, key, pid]
                found = {'child': subprocess.run(command, capture_output=True, text=True).stdout}
                middle = 'import subprocess, sys; subprocess.run(sys.argv[1:], start_new_session=True)'
                found['grandchild'] = subprocess.run([sys.executable, '-c', middle] + command, capture_output=True, text=True).stdout
                control = subprocess.Popen(['sleep', '60'], env={'X': token[::-1]})
                found['control'] = subprocess.run(command, capture_output=True, text=True).stdout
                control.kill()
                control.wait()
                found['place'] = '/proc/' + str(control.pid) + '/environ'
                return found
            """;

    @ParameterizedTest
    @ValueSource(strings = {"off", "auto"})
    void noDescendantFindsASecretAtAnyLevel(String level) {
        String token = "canary-token-" + UUID.randomUUID();
        String key = "canary-key-" + UUID.randomUUID();
        Path data = Distribution.temporaryDirectory("exfiltration-" + level).resolve("data");
        try (Server server = Server.on(data)
                .with("INFLOOP_SANDBOX", level)
                .with("INFLOOP_API_TOKEN", token)
                .with("ANTHROPIC_API_KEY", key)
                .start()) {
            Fixtures.saveWorkflow(server, workflow(token, key, server.pid()));
            Answer started = server.post("/api/run", "{\"workflowId\":\"curious\"}");
            assertThat(started.status()).as(started.body()).isEqualTo(202);
            JsonNode run = Fixtures.awaitRun(
                    server, "curious", started.json().path("correlationId").asText());

            JsonNode found = run.path("scope").path("script-1");
            String nothing = "names \nlooked\n";
            assertThat(found.path("child").asText()).as(run.toString()).isEqualTo(nothing);
            assertThat(found.path("grandchild").asText()).isEqualTo(nothing);
            assertThat(found.path("control").asText())
                    .as("what is there is found")
                    .contains("secret 0 in " + found.path("place").asText());
        }
    }

    private static String workflow(String token, String key, long pid) {
        ObjectNode workflow =
                Server.JSON.createObjectNode().put("id", "curious").put("name", "Curious");
        ArrayNode nodes = workflow.putArray("nodes");
        nodes.addObject().put("id", "start-1").put("type", "start").putObject("config");
        ObjectNode config = nodes.addObject()
                .put("id", "script-1")
                .put("type", "script")
                .putObject("config")
                .put("language", "py")
                .put("code", CODE);
        config.putObject("inputs")
                .put("search", SEARCH)
                .put("token", new StringBuilder(token).reverse().toString())
                .put("key", new StringBuilder(key).reverse().toString())
                .put("pid", Long.toString(pid));
        config.putArray("outputs").add("child").add("grandchild").add("control").add("place");
        workflow.putArray("edges")
                .addObject()
                .put("id", "e1")
                .put("source", "start-1")
                .put("sourceHandle", "next")
                .put("target", "script-1")
                .put("targetHandle", "in");
        return workflow.toString();
    }
}
