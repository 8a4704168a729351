package io.infloop.bench.load;

import io.infloop.bench.GithubDelivery;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The assembled distribution, started on a free port with a fresh data directory and one trigger. */
final class MeasuredServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final String WORKFLOW = "measured";
    private static final String TOKEN = "a-token-that-is-only-used-for-measuring";
    /** What opens the door: a header line with its end. */
    static final String AUTHORIZATION = "Authorization: Bearer " + TOKEN + "\r\n";

    private final Child child;
    private final int port;
    private final String webhookPath;

    private MeasuredServer(Child child, int port, String webhookPath) {
        this.child = child;
        this.port = port;
        this.webhookPath = webhookPath;
    }

    /** @param data must not exist */
    static MeasuredServer start(LoadOptions options, Path data) throws IOException, InterruptedException {
        Path log = data.resolveSibling(data.getFileName() + ".log");
        Files.createDirectories(data.getParent());
        ProcessBuilder builder =
                new ProcessBuilder(options.distribution().resolve("bin/infloop").toString(), "start");
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("INFLOOP_"));
        environment.putAll(Map.of(
                "INFLOOP_DATA_DIR", data.toString(),
                "HOST", "127.0.0.1",
                "PORT", "0",
                "INFLOOP_API_TOKEN", TOKEN,
                "INFLOOP_WEBHOOK_RATE_LIMIT", "0",
                "INFLOOP_QUEUE_MAX", "10000000",
                "INFLOOP_QUEUE_MAX_BYTES", "1000000000000",
                "INFLOOP_RUN_HISTORY_LIMIT", "10",
                "JAVA_HOME", System.getProperty("java.home")));
        if (!options.javaOptions().isEmpty()) {
            environment.put("INFLOOP_JAVA_OPTS", options.javaOptions());
        }
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        Child child = new Child("the server", builder);
        try {
            int port = awaitPort(child, data, log);
            try (KeepAliveConnection api = new KeepAliveConnection(port)) {
                post(api, port, "/api/workflows", workflow(options.drain()), 201);
                JsonObject created = post(api, port, "/api/triggers", trigger(), 201);
                String id = created.object("trigger")
                        .flatMap(trigger -> trigger.string("id"))
                        .orElseThrow(() -> new IOException("the server did not tell the id of the trigger"));
                return new MeasuredServer(child, port, "/api/webhook/" + id);
            }
        } catch (IOException | InterruptedException | RuntimeException failed) {
            child.close();
            throw failed;
        }
    }

    int port() {
        return port;
    }

    /** Of the Java virtual machine, which the start script becomes or starts. */
    long pid() {
        return Stream.concat(
                        Stream.of(child.process().toHandle()), child.process().descendants())
                .filter(MeasuredServer::isJava)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(child.describe() + ", but has no virtual machine"))
                .pid();
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("/java");
    }

    String webhookPath() {
        return webhookPath;
    }

    /** How many deliveries the server says are waiting. */
    long waiting() throws IOException {
        try (KeepAliveConnection api = new KeepAliveConnection(port)) {
            byte[] head = ("GET /api/triggers/queue?limit=1 HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n"
                            + AUTHORIZATION + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            KeepAliveConnection.Answer answer = api.ask(head, new byte[0]);
            return Json.parseObject(answer.body())
                    .number("size")
                    .orElseThrow(() -> new IOException("the queue has no size"))
                    .longValue();
        }
    }

    private static int awaitPort(Child child, Path data, Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<Integer> port = port(data.resolve("instances"));
            if (port.isPresent() && answers(port.get())) {
                return port.get();
            }
            if (!child.isAlive()) {
                throw new IOException(child.describe() + " before it listened; its output is in " + log);
            }
            Thread.sleep(50);
        }
        throw new IOException("the server did not listen within " + START.toSeconds() + " s; its output is in " + log);
    }

    private static Optional<Integer> port(Path instances) throws IOException {
        if (!Files.isDirectory(instances)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(instances, "*.json")) {
            for (Path file : files) {
                Optional<Number> port = Json.parseObject(Files.readString(file)).number("port");
                if (port.isPresent() && port.get().intValue() > 0) {
                    return Optional.of(port.get().intValue());
                }
            }
        } catch (JsonParseException halfWritten) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean answers(int port) {
        try (KeepAliveConnection api = new KeepAliveConnection(port)) {
            byte[] head = ("GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            return api.exchange(head, new byte[0]) == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /**
     * start → end. To measure the ingress alone, a script between them sleeps: the first delivery then holds the workflow's only
     * place and all others wait.
     */
    private static JsonObject workflow(boolean drain) {
        JsonObject start = node("start-1", "start", JsonObject.EMPTY);
        JsonObject end = node("end-1", "end", JsonObject.of("outcome", "succeeded"));
        JsonObject sleep = node(
                "script-1",
                "script",
                JsonObject.builder()
                        .put("language", "py")
                        .put("code", "import time\ndef run():\n    time.sleep(3600)\n")
                        .put("inputs", JsonObject.EMPTY)
                        .put("outputs", List.of())
                        .put("timeoutMs", 0)
                        .build());
        return JsonObject.builder()
                .put("id", WORKFLOW)
                .put("name", "Measured")
                .put(
                        "inputs",
                        List.of(input("number", "number"), input("title", "text"), input("repository", "string")))
                .put("nodes", drain ? List.of(start, end) : List.of(start, sleep, end))
                .put(
                        "edges",
                        drain
                                ? List.of(edge("e1", "start-1", "end-1"))
                                : List.of(edge("e1", "start-1", "script-1"), edge("e2", "script-1", "end-1")))
                .build();
    }

    private static JsonObject trigger() {
        return JsonObject.builder()
                .put("name", "measured deliveries")
                .put("enabled", true)
                .put("workflowId", WORKFLOW)
                .put("pluginId", "github")
                .put("eventType", "pull_request")
                .put(
                        "match",
                        List.of(JsonObject.builder()
                                .put("lhs", "{{body.action}}")
                                .put("op", "==")
                                .put("rhs", "opened")
                                .build()))
                .put(
                        "inputs",
                        JsonObject.builder()
                                .put("number", "{{body.number}}")
                                .put("title", "{{body.pull_request.title}}")
                                .put("repository", "{{body.repository.full_name}}")
                                .build())
                .put("secret", GithubDelivery.SECRET)
                .build();
    }

    private static JsonObject node(String id, String type, JsonObject config) {
        return JsonObject.builder()
                .put("id", id)
                .put("type", type)
                .put("position", JsonObject.builder().put("x", 0).put("y", 0).build())
                .put("config", config)
                .build();
    }

    private static JsonObject edge(String id, String source, String target) {
        return JsonObject.builder()
                .put("id", id)
                .put("source", source)
                .put("sourceHandle", "next")
                .put("target", target)
                .put("targetHandle", "in")
                .build();
    }

    private static JsonObject input(String name, String type) {
        return JsonObject.builder().put("name", name).put("type", type).build();
    }

    private static JsonObject post(KeepAliveConnection api, int port, String path, JsonObject content, int expected)
            throws IOException {
        byte[] body = content.toString().getBytes(StandardCharsets.UTF_8);
        String head = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + AUTHORIZATION
                + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
        KeepAliveConnection.Answer answer = api.ask(head.getBytes(StandardCharsets.ISO_8859_1), body);
        if (answer.status() != expected) {
            throw new IOException("POST " + path + " answered " + answer.status() + ": " + answer.body());
        }
        return Json.parseObject(answer.body());
    }

    @Override
    public void close() {
        child.close();
    }
}
