package io.infloop.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.client.TokenSource;
import io.infloop.launcher.handover.Environment;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The assembled server in the shape of {@code config/docker-compose.yml}, made by bubblewrap instead of Docker: a root file system
 * that nothing can be written to, a {@code /tmp} from which nothing can be executed, no capabilities, no new privileges, no new
 * namespaces, another user, process numbers of its own, no more processes than {@code pids_limit}, the token in a file.
 */
class ContainerShapeIT {
    private static final Path HOME = Path.of(System.getProperty("infloop.distribution"));
    private static final String TOKEN = "container-shape-token-77d0";
    private static final String SECRET = "container-shape-secret-a1f4";
    private static final ContainerFiles COMPOSE = ContainerFiles.read(HOME.resolve("config"));
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /**
     * Arguments: distribution, data directory, token file, who, bound on processes, command. What bubblewrap cannot do itself comes first: a file system that
     * forbids to execute, and, with root's rights, a change of the user. The distribution may lie where another user cannot reach it.
     */
    private static final String SHAPE =
            """
            set -eu
            mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /mnt
            mkdir /mnt/infloop /mnt/data /mnt/tmp
            mount --bind "$1" /mnt/infloop
            mount --bind "$2" /mnt/data
            mount -t tmpfs -o noexec,nosuid,nodev,mode=1777 tmpfs /mnt/tmp
            cp "$3" /mnt/token
            as=
            identity="--uid 65534 --gid 65534"
            if [ "$4" = root ]; then
                chown 65534:65534 /mnt/data /mnt/token
                as="setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all"
                identity=
            fi
            chmod 0400 /mnt/token
            limit=$5
            shift 5
            cd /
            exec $as prlimit --nproc="$limit" bwrap --unshare-user --disable-userns $identity --unshare-pid --unshare-ipc --unshare-uts --die-with-parent \
                --cap-drop ALL --ro-bind / / --dev /dev --proc /proc --bind /mnt/tmp /tmp --bind /mnt/data /mnt/data \
                --chdir /mnt/data -- "$@"
            """;

    /** Run by a script node: the shape is what it claims to be, and a child's writable places are where they should be. */
    private static final String PROBE =
            """
            import os, signal, subprocess
            def refused(action):
                try:
                    action()
                except OSError:
                    return True
                return False
            def run():
                program = '/tmp/program'
                with open(program, 'w') as file:
                    file.write('#!/bin/sh\\n')
                os.chmod(program, 0o755)
                assert refused(lambda: subprocess.call([program])), 'a program in /tmp can be executed'
                for place in ['/probe', '/etc/probe', '/usr/probe', '/var/tmp/probe', '/mnt/infloop/probe']:
                    assert refused(lambda: open(place, 'w')), place + ' can be written'
                for kind in ['--user', '--mount', '--pid']:
                    quiet = subprocess.DEVNULL
                    assert subprocess.call(['unshare', kind, 'true'], stderr=quiet) != 0, 'new namespaces'
                assert os.getuid() == 65534, 'the user is ' + str(os.getuid())
                children = []
                try:
                    while len(children) < 5000:
                        child = os.fork()
                        if child == 0:
                            while True:
                                signal.pause()
                        children.append(child)
                except OSError:
                    pass
                for child in children:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                status = open('/proc/self/status').read()
                assert 'CapEff:\\t0000000000000000' in status, 'capabilities'
                assert 'NoNewPrivs:\\t1' in status, 'new privileges'
                return {'uid': os.getuid(), 'children': len(children)}
            """;

    @TempDir
    private Path directory;

    private Process outer;

    @AfterEach
    void endWhatRuns() throws InterruptedException {
        if (outer != null) {
            outer.descendants().forEach(ProcessHandle::destroyForcibly);
            outer.destroyForcibly().waitFor();
        }
    }

    @Test
    void startsAcceptsADeliveryAndSaysWhichIsolationIsLeft() throws Exception {
        requireBubblewrap();
        Path data = Files.createDirectory(directory.resolve("data"));
        outer = start(data);
        RunningServer running = await().atMost(LIMIT)
                .until(
                        () -> {
                            assertThat(outer.isAlive()).as(output()).isTrue();
                            return descriptor(data);
                        },
                        Optional::isPresent)
                .orElseThrow();
        ApiClient client = new ApiClient(
                running.url(), new TokenSource(new Environment(Map.of("INFLOOP_API_TOKEN", TOKEN)), Optional.empty()));
        assertThat(running.process().pid()).as("process numbers of its own").isLessThan(100);

        ApiClient.Answer saved = client.post("/api/workflows", WORKFLOW);
        assertThat(saved.status()).as(saved.describe()).isEqualTo(201);
        JsonObject trigger = client.post("/api/triggers", trigger()).json().getJsonObject("trigger");
        ApiClient.Answer accepted = deliver(client, trigger.getString("id"));
        assertThat(accepted.status()).as(accepted.describe()).isEqualTo(202);
        String finished = await().atMost(LIMIT)
                .until(
                        () -> client.get("/api/runs?workflowId=shape").body(),
                        runs -> runs.contains("finishedAt") && !runs.contains("\"running\""));
        assertThat(finished).as(finished).contains("\"succeeded\"");
        String runId =
                JsonText.object(finished).getJsonArray("runs").getJsonObject(0).getString("runId");
        JsonObject run = client.get("/api/runs/shape/" + runId).json().getJsonObject("run");
        assertThat(flatten(run)
                        .filter(object -> object.containsKey("children"))
                        .map(object -> Integer.parseInt(object.getString("children")))
                        .findFirst())
                .as("processes that a program could start, beside those of the server")
                .hasValueSatisfying(children -> assertThat(children).isBetween(1, COMPOSE.pidsLimit() - 1));
        assertThat(exitOf(COMPOSE.healthCheck(running.url().getPort())))
                .as("healthy")
                .isZero();

        JsonObject posture = client.get("/api/posture").json();
        assertThat(lines(posture))
                .as(posture.toString())
                .anySatisfy(line -> {
                    assertThat(line.getString("setting")).contains("isolation");
                    assertThat(line.getString("value")).isNotBlank();
                    assertThat(line.getString("advice", "")).isNotBlank();
                })
                .anySatisfy(line -> {
                    assertThat(line.getString("setting")).isEqualTo("secrets of the server");
                    assertThat(line.getString("state")).isEqualTo("safe");
                });
        noFileOutsideTheDataDirectoryWasNeeded(data);
        endWhatRuns();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        exitOf(COMPOSE.healthCheck(running.url().getPort())))
                .as("no longer healthy")
                .isNotZero());
    }

    private int exitOf(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("health").toFile())
                .start()
                .waitFor();
    }

    private void noFileOutsideTheDataDirectoryWasNeeded(Path data) throws IOException {
        assertThat(output()).doesNotContain("ERROR").doesNotContain("Read-only file system");
        try (Stream<Path> files = Files.walk(data.resolve("infloop/instances"))) {
            assertThat(files.map(Path::toString)).anyMatch(name -> name.contains("/framework/"));
        }
    }

    private static Stream<JsonObject> flatten(JsonObject object) {
        return object.values().stream().flatMap(value -> switch (value.getValueType()) {
            case OBJECT -> Stream.concat(Stream.of(value.asJsonObject()), flatten(value.asJsonObject()));
            case ARRAY ->
                value.asJsonArray().stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .flatMap(child -> Stream.concat(Stream.of(child), flatten(child)));
            case STRING, NUMBER, TRUE, FALSE, NULL -> Stream.empty();
        });
    }

    private static List<JsonObject> lines(JsonObject posture) {
        return flatten(posture).filter(line -> line.containsKey("setting")).toList();
    }

    private static void requireBubblewrap() {
        boolean there = Stream.of("/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap")
                .anyMatch(program -> Files.isExecutable(Path.of(program)));
        if (System.getenv("CI") == null) {
            assumeThat(there)
                    .as("bubblewrap is not installed, so the container's shape is not tested")
                    .isTrue();
        }
        assertThat(there).as("bubblewrap is installed").isTrue();
    }

    private Process start(Path data) throws IOException {
        boolean root = System.getProperty("user.name").equals("root");
        Path token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
        ProcessBuilder builder = new ProcessBuilder("unshare", "--mount");
        if (!root) {
            builder.command().addAll(List.of("--user", "--map-root-user"));
        }
        builder.command()
                .addAll(List.of(
                        "sh",
                        "-c",
                        SHAPE,
                        "shape",
                        HOME.toRealPath().toString(),
                        data.toString(),
                        token.toString(),
                        root ? "root" : "user",
                        Integer.toString(COMPOSE.pidsLimit()),
                        "/mnt/infloop/bin/infloop",
                        "start"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HOME", "/mnt/data/home");
        builder.environment().put("INFLOOP_DATA_DIR", "/mnt/data/infloop");
        builder.environment().put("INFLOOP_API_TOKEN_FILE", "/mnt/token");
        builder.environment().put("INFLOOP_STRICT", "1");
        builder.environment().put("HOST", "0.0.0.0");
        builder.environment().put("PORT", "0");
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private static Optional<RunningServer> descriptor(Path data) throws IOException {
        Path instances = data.resolve("infloop/instances");
        if (!Files.isDirectory(instances)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(instances)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .map(RunningServer::read)
                    .flatMap(Optional::stream)
                    .findFirst();
        }
    }

    private static final JsonObject WORKFLOW = Json.createObjectBuilder()
            .add("id", "shape")
            .add("name", "Shape")
            .add(
                    "nodes",
                    Json.createArrayBuilder()
                            .add(node(
                                    "start-1",
                                    "start",
                                    Json.createObjectBuilder().build()))
                            .add(node(
                                    "script-1",
                                    "script",
                                    Json.createObjectBuilder()
                                            .add("language", "py")
                                            .add("code", PROBE)
                                            .add("inputs", Json.createObjectBuilder())
                                            .add(
                                                    "outputs",
                                                    Json.createArrayBuilder()
                                                            .add("uid")
                                                            .add("children"))
                                            .build()))
                            .add(node(
                                    "end-1",
                                    "end",
                                    Json.createObjectBuilder()
                                            .add("outcome", "succeeded")
                                            .build())))
            .add(
                    "edges",
                    Json.createArrayBuilder().add(edge("start-1", "script-1")).add(edge("script-1", "end-1")))
            .build();

    private static JsonObject node(String id, String type, JsonObject config) {
        return Json.createObjectBuilder()
                .add("id", id)
                .add("type", type)
                .add("position", Json.createObjectBuilder().add("x", 0).add("y", 0))
                .add("config", config)
                .build();
    }

    private static JsonObject edge(String source, String target) {
        return Json.createObjectBuilder()
                .add("id", source + "-" + target)
                .add("source", source)
                .add("sourceHandle", "next")
                .add("target", target)
                .add("targetHandle", "in")
                .build();
    }

    private static JsonObject trigger() throws IOException {
        return JsonText.object(
                """
                {"name": "shape", "workflowId": "shape", "pluginId": "github", "eventType": "pull_request", "match": [],
                 "inputs": {}, "secret": "%s"}
                """
                        .formatted(SECRET));
    }

    private static ApiClient.Answer deliver(ApiClient client, String triggerId) throws Exception {
        String body = "{\"action\":\"opened\",\"number\":7,\"pull_request\":{\"title\":\"Shape\"}}";
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        return client.send(
                "POST",
                "/api/webhook/" + triggerId,
                body,
                Map.of(
                        "x-github-event",
                        "pull_request",
                        "x-github-delivery",
                        UUID.randomUUID().toString(),
                        "x-hub-signature-256",
                        "sha256=" + signature));
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
    }
}
