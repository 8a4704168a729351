package io.infloop.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.client.TokenSource;
import io.infloop.launcher.handover.Environment;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The assembled server as a process, used the way an operator does. */
class ServerIT {
    private static final Path HOME = Path.of(System.getProperty("infloop.distribution"));
    private static final String TOKEN = "black-box-token-1b7e";
    private static final String KEY = "black-box-key-9c2d";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void endWhatRuns() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void startsAnswersAndStopsWithoutATrace() throws Exception {
        Path data = directory.resolve("data");
        Process server = infloop(data, Map.of("INFLOOP_API_TOKEN", TOKEN, "ANTHROPIC_API_KEY", KEY), "start");
        RunningServer running = awaitServer(data);

        assertThat(running.process().pid()).as("the script became the JVM").isEqualTo(server.pid());
        assertThat(client(running, TOKEN).get("/api/health").status()).isEqualTo(200);
        assertThat(client(running, TOKEN).get("/api/plugins").status()).isEqualTo(200);
        assertThat(client(running, "wrong").get("/api/plugins").status()).isEqualTo(401);
        noSecretIn(server.pid());

        Process list = infloop(data, Map.of("INFLOOP_API_TOKEN", TOKEN), "plugins", "list", "--json");
        assertThat(list.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(list.exitValue()).isZero();

        Process unknown = infloop(data, Map.of("INFLOOP_API_TOKEN", "wrong"), "plugins", "list");
        assertThat(unknown.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(unknown.exitValue()).isEqualTo(78);
        assertThat(output()).contains("does not accept this API token", "--token-file");

        try (Stream<String> events = client(running, TOKEN).events()) {
            Iterator<String> lines = events.iterator();
            assertThat(lines.next()).startsWith("id: ");
            server.destroy();
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.exitValue()).isZero();
        assertThat(data.resolve("instances")).isEmptyDirectory();
        assertThat(output())
                .as("a client that watches holds nothing up")
                .doesNotContain("TimeoutException")
                .doesNotContain("ERROR");
    }

    @Test
    void aServiceManagerMayTryAgainWhenNothingCanBeListenedOn() throws Exception {
        Map<String, String> variables = Map.of("HOST", "192.0.2.1", "INFLOOP_API_TOKEN", TOKEN);
        Process server = infloop(directory.resolve("data"), variables, "start");

        assertThat(server.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isEqualTo(75);
        assertThat(output()).contains("refusing-to-start: cannot-listen");
    }

    @Test
    void refusesTheNetworkWithoutAToken() throws Exception {
        Process server = infloop(directory.resolve("data"), Map.of("HOST", "0.0.0.0"), "start");

        assertThat(server.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isEqualTo(78);
        assertThat(output()).contains("refusing-to-start: network-bind-without-token");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"start --json", "doctor --json"})
    void aRefusalIsForProgramsToo(String arguments) throws Exception {
        Process refused = infloop(directory.resolve("data"), Map.of("HOST", "0.0.0.0"), arguments.split(" "));

        assertThat(refused.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(refused.exitValue()).isEqualTo(78);
        String printed = output();
        JsonObject json = JsonText.object(printed.substring(printed.indexOf('{'), printed.lastIndexOf('}') + 1));
        assertThat(json.getInt("exit")).isEqualTo(78);
        assertThat(json.getJsonObject("refusal").getString("reason")).isEqualTo("network-bind-without-token");
        assertThat(json.getJsonObject("refusal").getString("message")).contains("INFLOOP_API_TOKEN");
    }

    @Test
    void aSecondSignalEndsItAtOnceWithItsChildren() throws Exception {
        Path data = directory.resolve("data");
        // Without a namespace: its end would end the child in any case, and hide its number.
        Process server = infloop(data, Map.of("INFLOOP_SANDBOX", "off"), "start");
        RunningServer running = awaitServer(data);
        Path child = directory.resolve("child");
        ApiClient client = client(running, "");
        ApiClient.Answer saved = client.post("/api/workflows", stubborn(child));
        assertThat(saved.status()).as(saved.describe()).isEqualTo(201);
        assertThat(client.post("/api/run", JsonText.object("{\"workflowId\":\"stubborn\"}"))
                        .status())
                .isEqualTo(202);
        await().atMost(LIMIT).until(() -> Files.exists(child) && Files.size(child) > 0);
        long pid = Long.parseLong(Files.readString(child));

        server.destroy();
        await().atMost(LIMIT).until(() -> output().contains("Signal TERM"));
        server.destroy();

        assertThat(server.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isEqualTo(1);
        await().atMost(LIMIT)
                .until(() ->
                        ProcessHandle.of(pid).map(handle -> !handle.isAlive()).orElse(true));
    }

    /** A script that takes no notice of a termination signal. */
    private static JsonObject stubborn(Path file) throws IOException {
        return JsonText.object(
                """
                {"id": "stubborn", "name": "Stubborn",
                 "nodes": [
                   {"id": "start-1", "type": "start", "position": {"x": 0, "y": 0}, "config": {}},
                   {"id": "script-1", "type": "script", "position": {"x": 0, "y": 0}, "config": {"language": "py",
                    "code": "import os, signal, time\\ndef run():\\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n    open('%s.new', 'w').write(str(os.getpid()))\\n    os.rename('%s.new', '%s')\\n    time.sleep(100)",
                    "inputs": {}, "outputs": []}},
                   {"id": "end-1", "type": "end", "position": {"x": 0, "y": 0}, "config": {"outcome": "succeeded"}}],
                 "edges": [
                   {"id": "e1", "source": "start-1", "sourceHandle": "next", "target": "script-1", "targetHandle": "in"},
                   {"id": "e2", "source": "script-1", "sourceHandle": "next", "target": "end-1", "targetHandle": "in"}]}
                """
                        .formatted(file, file, file));
    }

    /** The script waits for its result: the shell stays above the server with its environment. */
    @Test
    void aSecretInTheEnvironmentOfAWaitingShellIsReported() throws Exception {
        Path data = directory.resolve("data");
        Process strict = shell(data, "INFLOOP_STRICT=1 " + HOME.resolve("bin/infloop") + " start; exit $?");

        assertThat(strict.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(strict.exitValue()).isEqualTo(78);
        assertThat(output())
                .contains("refusing-to-start: exposed-secret")
                .containsPattern(
                        "above the server \\(" + strict.pid() + ", \\w+\\) shows ANTHROPIC_API_KEY, INFLOOP_API_TOKEN")
                .contains("INFLOOP_API_TOKEN_FILE")
                .doesNotContain(TOKEN)
                .doesNotContain(KEY);
        assertThat(data).doesNotExist();

        Process warned = shell(data, HOME.resolve("bin/infloop") + " start; exit $?");
        RunningServer running = awaitServer(data);
        assertThat(output()).containsPattern("WARN .*above the server \\(" + warned.pid());
        ProcessHandle.of(running.process().pid()).orElseThrow().destroy();
        assertThat(warned.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private Process shell(Path data, String command) throws IOException {
        return process(
                data, Map.of("INFLOOP_API_TOKEN", TOKEN, "ANTHROPIC_API_KEY", KEY), List.of("sh", "-c", command));
    }

    /** At every level of isolation, none included: what a child of the same user can read holds no secret. */
    @Test
    void aScriptFindsNoSecretInAnyProcessItCanRead() throws Exception {
        Path data = directory.resolve("data");
        Path found = directory.resolve("found");
        Path token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
        String start = "exec " + HOME.resolve("bin/infloop") + " start <" + token;
        process(
                data,
                Map.of("INFLOOP_API_TOKEN_FD", "0", "ANTHROPIC_API_KEY", KEY, "INFLOOP_STRICT", "1"),
                List.of("sh", "-c", start));
        RunningServer running = awaitServer(data);
        Files.delete(token);
        ApiClient client = client(running, TOKEN);
        assertThat(client.post("/api/workflows", curious(found)).status()).isEqualTo(201);
        assertThat(client.post("/api/run", JsonText.object("{\"workflowId\":\"curious\"}"))
                        .status())
                .isEqualTo(202);

        await().atMost(LIMIT)
                .until(() -> client.get("/api/runs?workflowId=curious").body().contains("\"succeeded\""));
        String seen = Files.readString(found);
        assertThat(seen).as("it did look").contains("environ of");
        assertThat(seen).doesNotContain(TOKEN).doesNotContain(KEY);
        assertThat(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/jcmd")
                                        .toString(),
                                Long.toString(running.process().pid()),
                                "VM.system_properties")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("attached").toFile())
                        .start()
                        .waitFor())
                .as("attaching is refused")
                .isNotZero();
    }

    private static JsonObject curious(Path found) {
        String code =
                """
                import glob, os
                def run():
                    with open('%s', 'w') as out:
                        for name in ['environ', 'cmdline', 'fd/0', 'fd/3', 'fd/4']:
                            for path in glob.glob('/proc/[0-9]*/' + name):
                                try:
                                    if name.startswith('fd') and not os.path.isfile(path):
                                        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                                        text = os.read(descriptor, 100000)
                                        os.close(descriptor)
                                    else:
                                        text = open(path, 'rb').read(1000000)
                                    out.write(name + ' of ' + path + ' ' + repr(text) + '\\n')
                                except OSError:
                                    pass
                """
                        .formatted(found);
        return Json.createObjectBuilder()
                .add("id", "curious")
                .add("name", "Curious")
                .add(
                        "nodes",
                        Json.createArrayBuilder()
                                .add(node("start-1", "start", Json.createObjectBuilder()))
                                .add(node(
                                        "script-1",
                                        "script",
                                        Json.createObjectBuilder()
                                                .add("language", "py")
                                                .add("code", code)
                                                .add("inputs", Json.createObjectBuilder())
                                                .add("outputs", Json.createArrayBuilder())))
                                .add(node(
                                        "end-1",
                                        "end",
                                        Json.createObjectBuilder().add("outcome", "succeeded"))))
                .add(
                        "edges",
                        Json.createArrayBuilder()
                                .add(edge("start-1", "script-1"))
                                .add(edge("script-1", "end-1")))
                .build();
    }

    private static JsonObjectBuilder node(String id, String type, JsonObjectBuilder config) {
        return Json.createObjectBuilder()
                .add("id", id)
                .add("type", type)
                .add("position", Json.createObjectBuilder().add("x", 0).add("y", 0))
                .add("config", config);
    }

    private static JsonObjectBuilder edge(String source, String target) {
        return Json.createObjectBuilder()
                .add("id", source + "-" + target)
                .add("source", source)
                .add("sourceHandle", "next")
                .add("target", target)
                .add("targetHandle", "in");
    }

    @Test
    void theDoctorTouchesNothing() throws Exception {
        Path data = directory.resolve("data");
        Process doctor = infloop(data, Map.of(), "doctor");

        assertThat(doctor.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(doctor.exitValue()).as(output()).isZero();
        assertThat(output()).contains("posture", "java");
        assertThat(data).doesNotExist();
    }

    @Test
    void theDemonstrationReallyHappens() throws Exception {
        Path data = directory.resolve("demo");
        Process demo = infloop(directory.resolve("unused"), Map.of(), "demo", "--once", "--data-dir", data.toString());

        assertThat(demo.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(demo.exitValue()).as(output()).isZero();
        assertThat(output())
                .contains("Everything happened as it should.", "failed requests: 0")
                .containsPattern("└ run succeeded\\n   journal  ")
                .contains("Everything is kept in " + data.toRealPath());
        assertThat(data.resolve("server.log")).content().doesNotContain("other users could use");
        assertThat(data.resolve("data/audit/audit.jsonl")).isNotEmptyFile();
        assertThat(data.resolve("data/instances")).isEmptyDirectory();
    }

    private static RunningServer awaitServer(Path data) {
        return await().atMost(LIMIT)
                .until(() -> RunningServer.in(data).stream().findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    private void noSecretIn(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        for (String file : new String[] {"environ", "cmdline"}) {
            assertThat(Files.readString(process.resolve(file), StandardCharsets.ISO_8859_1))
                    .as(file)
                    .isNotEmpty()
                    .doesNotContain(TOKEN)
                    .doesNotContain(KEY)
                    .doesNotContain("INFLOOP_API_TOKEN");
        }
        Path handOver = process.resolve("fd/3");
        assertThat(Files.readSymbolicLink(handOver).toString()).startsWith("pipe:");
        try (InputStream in = Files.newInputStream(handOver)) {
            assertThat(in.read()).as("the hand-over is used up").isEqualTo(-1);
        }
    }

    private Process infloop(Path data, Map<String, String> variables, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(HOME.resolve("bin/infloop").toString()));
        command.addAll(List.of(arguments));
        return process(data, variables, command);
    }

    private Process process(Path data, Map<String, String> variables, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("INFLOOP_DATA_DIR", data.toString());
        builder.environment().put("PORT", "0");
        builder.environment().putAll(variables);
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("output").toFile()));
        Process process = builder.start();
        process.getOutputStream().close();
        processes.add(process);
        return process;
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
    }

    private static ApiClient client(RunningServer server, String token) {
        return new ApiClient(
                server.url(), new TokenSource(new Environment(Map.of("INFLOOP_API_TOKEN", token)), Optional.empty()));
    }
}
