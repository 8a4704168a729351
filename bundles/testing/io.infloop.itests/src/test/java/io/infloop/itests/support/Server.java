package io.infloop.itests.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A server started from the assembled distribution as a user starts it: its script, in a process of its own. */
public final class Server implements AutoCloseable {
    public static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START_LIMIT = Duration.ofSeconds(180);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final Path data;
    private final Path log;
    private final Process process;
    private final Optional<String> token;
    private int port;

    private Server(Path data, Path log, Process process, Optional<String> token) {
        this.data = data;
        this.log = log;
        this.process = process;
        this.token = token;
    }

    /** What to start. */
    public static final class Setup {
        private final Path data;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private Path script = Distribution.launchScript();
        private Path directory = Path.of(".").toAbsolutePath();

        private Setup(Path data) {
            this.data = data;
            environment.put("PATH", System.getenv("PATH"));
            environment.put("HOME", data.getParent().toString());
            environment.put("JAVA_HOME", System.getProperty("java.home"));
            environment.put("INFLOOP_DATA_DIR", data.toString());
            environment.put("INFLOOP_WEBHOOK_RATE_LIMIT", "0");
            environment.put("PORT", "0");
        }

        public Setup with(String name, String value) {
            environment.put(name, value);
            return this;
        }

        public Setup script(Path path) {
            this.script = path;
            return this;
        }

        public Setup directory(Path path) {
            this.directory = path;
            return this;
        }

        /** Starts and does not wait. */
        public Server launch() {
            try {
                Files.createDirectories(data.getParent());
                Path log = Files.createTempFile(data.getParent(), "server-", ".log");
                List<String> command = new ArrayList<>(List.of(script.toString(), "start"));
                ProcessBuilder builder = new ProcessBuilder(command);
                builder.environment().clear();
                builder.environment().putAll(environment);
                builder.directory(directory.toFile());
                builder.redirectErrorStream(true);
                builder.redirectOutput(log.toFile());
                builder.redirectInput(
                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
                return new Server(
                        data, log, builder.start(), Optional.ofNullable(environment.get("INFLOOP_API_TOKEN")));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        /** Starts and waits until it answers. */
        public Server start() {
            Server server = launch();
            try {
                server.awaitListening();
                return server;
            } catch (RuntimeException | Error failure) {
                server.close();
                throw new AssertionError("the server did not start\n" + server.log(), failure);
            }
        }
    }

    /** @param data the data directory, which need not exist */
    public static Setup on(Path data) {
        return new Setup(data);
    }

    private void awaitListening() {
        Awaitility.await()
                .atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the server ended with " + process.exitValue() + "\n" + log());
                    }
                    port = portFromInstanceFile();
                    return port > 0 && isHealthy();
                });
    }

    private int portFromInstanceFile() throws IOException {
        Path instances = data.resolve("instances");
        if (!Files.isDirectory(instances)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(instances)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                try {
                    JsonNode instance = JSON.readTree(Files.readAllBytes(file));
                    if (instance.path("pid").asLong() == process.pid()) {
                        return instance.path("port").asInt();
                    }
                } catch (IOException beingWritten) {
                    continue;
                }
            }
        }
        return 0;
    }

    private boolean isHealthy() {
        try {
            return get("/api/health").status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public Path data() {
        return data;
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** An answer. */
    public record Answer(int status, Map<String, List<String>> headers, String body) {
        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException notJson) {
                throw new AssertionError("not JSON: " + body, notJson);
            }
        }

        public Optional<String> header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .flatMap(header -> header.getValue().stream())
                    .findFirst();
        }
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    public Answer post(String path, String json) {
        return send(request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    public Answer put(String path, String json) {
        return send(request(path)
                .header("content-type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** A request with the token, if the server has one. */
    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
        token.ifPresent(value -> request.header("authorization", "Bearer " + value));
        return request;
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers().map(), response.body());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Ends the server as a power cut would. */
    public void kill() {
        process.toHandle().destroyForcibly();
        awaitExit(Duration.ofSeconds(60));
    }

    /** Asks the server to stop and waits. @return the exit code */
    public int stop() {
        process.toHandle().destroy();
        return awaitExit(Duration.ofSeconds(60));
    }

    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the server still runs\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.toHandle().destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.toHandle().destroyForcibly();
                }
            } catch (InterruptedException interrupted) {
                process.toHandle().destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
