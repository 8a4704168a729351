package io.infloop.launcher.client;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Speaks to the API of one server. Thread-safe. */
public final class ApiClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final int UNAUTHORIZED = 401;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
    private final URI base;
    private final TokenSource tokens;
    private volatile Optional<String> token;

    /** @param tokens asked for a token at once, and once more when the server wants one and there is none yet */
    public ApiClient(URI base, TokenSource tokens) {
        this.base = base;
        this.tokens = tokens;
        this.token = tokens.known();
    }

    public URI base() {
        return base;
    }

    public Answer get(String path) throws InterruptedException {
        return send("GET", path, "", Map.of());
    }

    public Answer post(String path, JsonObject body) throws InterruptedException {
        return send("POST", path, body.toString(), Map.of());
    }

    /** Sends JSON text with further headers; asks for a token when the server wants one. */
    public Answer send(String method, String path, String body, Map<String, String> headers)
            throws InterruptedException {
        Answer answer = exchange(method, path, body, headers);
        if (answer.status() == UNAUTHORIZED && token.isEmpty() && !path.startsWith("/api/webhook/")) {
            token = Optional.of(tokens.ask());
            answer = exchange(method, path, body, headers);
        }
        return answer;
    }

    /** The lines of the event stream, until the server ends it or the stream is closed. */
    public Stream<String> events() throws InterruptedException {
        HttpRequest request =
                request("/api/events").header("accept", "text/event-stream").build();
        try {
            HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
            if (response.statusCode() != 200) {
                response.body().close();
                throw response.statusCode() == UNAUTHORIZED
                        ? new CommandFailure(CommandFailure.CONFIGURATION, TokenSource.WRONG)
                        : new CommandFailure(
                                CommandFailure.FINDING,
                                "the event stream was refused with status " + response.statusCode());
            }
            return response.body();
        } catch (IOException unreachable) {
            throw unreachable(unreachable);
        }
    }

    private Answer exchange(String method, String path, String body, Map<String, String> headers)
            throws InterruptedException {
        HttpRequest.Builder request = request(path).timeout(ANSWER_LIMIT);
        headers.forEach(request::header);
        if (body.isEmpty()) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("content-type", "application/json");
            request.method(method, HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(
                    method + " " + path, response.statusCode(), response.body(), Map.copyOf(firstValues(response)));
        } catch (IOException unreachable) {
            throw unreachable(unreachable);
        }
    }

    private static Map<String, String> firstValues(HttpResponse<?> response) {
        return response.headers().map().entrySet().stream()
                .collect(java.util.stream.Collectors.toMap(
                        Map.Entry::getKey, header -> header.getValue().get(0)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        if (!path.startsWith("/api/webhook/")) {
            token.ifPresent(value -> request.header("authorization", "Bearer " + value));
        }
        return request;
    }

    private CommandFailure unreachable(IOException failure) {
        return new CommandFailure(
                CommandFailure.NO_SERVER,
                "the server at " + base + " does not answer: " + failure.getMessage(),
                failure);
    }

    /**
     * What the server said.
     *
     * @param request method and path, for messages
     * @param headers the first value of each
     */
    public record Answer(String request, int status, String body, Map<String, String> headers) {
        /**
         * The body of a successful answer.
         *
         * @throws CommandFailure if the status is not 2xx or the body is no JSON object
         */
        public JsonObject json() {
            if (status == UNAUTHORIZED) {
                throw new CommandFailure(CommandFailure.CONFIGURATION, TokenSource.WRONG);
            }
            if (status / 100 != 2) {
                throw new CommandFailure(CommandFailure.FINDING, describe());
            }
            try {
                return JsonText.object(body);
            } catch (IOException notJson) {
                throw new CommandFailure(
                        CommandFailure.FINDING, request + " was answered with " + notJson.getMessage());
            }
        }

        /** One line about it, for people. The path of a webhook is a credential and not shown. */
        public String describe() {
            String shown = request.contains("/api/webhook/") ? "POST /api/webhook/…" : request;
            return shown + " was answered with status " + status + (body.isBlank() ? "" : ": " + body.strip());
        }
    }
}
