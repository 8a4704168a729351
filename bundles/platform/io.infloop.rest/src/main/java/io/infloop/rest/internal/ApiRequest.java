package io.infloop.rest.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.id.Ids;
import io.infloop.core.json.Jsons;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** A request as the resources see it. */
final class ApiRequest {
    /** Of bodies, in bytes: 4 MiB. */
    static final int MAX_BODY_BYTES = 4 * 1024 * 1024;

    /** Of bodies, in levels: what is stored must fit into an answer, some levels deeper. */
    private static final int MAX_DEPTH = Json.MAX_DEPTH - 50;

    /** Reads a body. */
    @FunctionalInterface
    interface Body {
        InputStream stream() throws IOException;
    }

    private final String method;
    private final List<String> path;
    private final Map<String, String> query;
    private final Function<String, Optional<String>> headers;
    private final Body body;
    private final Supplier<Actor> actor;
    private final Optional<HttpServletRequest> servletRequest;

    ApiRequest(
            String method,
            List<String> path,
            Map<String, String> query,
            Function<String, Optional<String>> headers,
            Body body,
            Supplier<Actor> actor) {
        this(method, path, query, headers, body, actor, Optional.empty());
    }

    private ApiRequest(
            String method,
            List<String> path,
            Map<String, String> query,
            Function<String, Optional<String>> headers,
            Body body,
            Supplier<Actor> actor,
            Optional<HttpServletRequest> servletRequest) {
        this.method = method;
        this.path = List.copyOf(path);
        this.query = Map.copyOf(query);
        this.headers = headers;
        this.body = body;
        this.actor = actor;
        this.servletRequest = servletRequest;
    }

    static ApiRequest of(HttpServletRequest request) {
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        return new ApiRequest(
                method,
                segments(request.getPathInfo()),
                QueryString.parse(Optional.ofNullable(request.getQueryString()).orElse("")),
                name -> Optional.ofNullable(request.getHeader(name)),
                request::getInputStream,
                () -> RequestFacts.actor(request),
                Optional.of(request));
    }

    static List<String> segments(String pathInfo) {
        if (pathInfo == null || pathInfo.isEmpty() || pathInfo.equals("/")) {
            return List.of();
        }
        return Arrays.asList(pathInfo.substring(1).split("/", -1));
    }

    /** {@code HEAD} counts as {@code GET}. */
    String method() {
        return method;
    }

    /** The decoded segments of the path after the resource's own. */
    List<String> path() {
        return path;
    }

    /** A parameter of the query; empty text counts as absent. */
    Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name)).filter(value -> !value.isEmpty());
    }

    boolean isSet(String name) {
        return query(name)
                .filter(value -> value.equals("1") || value.equals("true"))
                .isPresent();
    }

    /** @throws InvalidQueryException if the parameter is there and not a number in the range */
    OptionalLong number(String name, long min, long max) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= min && value <= max) {
                return OptionalLong.of(value);
            }
            throw new InvalidQueryException(name);
        } catch (NumberFormatException notANumber) {
            throw new InvalidQueryException(name);
        }
    }

    Optional<String> header(String name) {
        return headers.apply(name);
    }

    Actor actor() {
        return actor.get();
    }

    /** For neighbours who want to see the request themselves. */
    HttpServletRequest servletRequest() {
        return servletRequest.orElseThrow(() -> new IllegalStateException("made without a servlet"));
    }

    /** The correlation id of the caller, if we know the caller; a new one otherwise. */
    String correlationId() {
        boolean known = actor() == Actor.API_TOKEN || actor() == Actor.BROWSER_SESSION;
        return header("x-correlation-id")
                .filter(id -> known && Ids.isCorrelationId(id))
                .orElseGet(Ids::newCorrelationId);
    }

    /** The body as it arrives, for what is too large for the memory. Not to be closed. */
    InputStream stream() throws IOException {
        return body.stream();
    }

    /** @throws InfloopException {@code PAYLOAD_TOO_LARGE}, {@code BAD_BODY} */
    byte[] bytes(int maxBytes) {
        try {
            // Left open: the rest of a body that is too large is read later.
            InputStream input = body.stream();
            byte[] bytes = input.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new InfloopException(
                        ErrorCode.PAYLOAD_TOO_LARGE, "the body is larger than " + maxBytes + " bytes; send less");
            }
            return bytes;
        } catch (IOException broken) {
            throw new InfloopException(ErrorCode.BAD_BODY, "the body could not be read; send it again", broken);
        }
    }

    /** The body as a value of {@link Json}. @throws InfloopException as {@link #bytes}, or {@code INVALID_JSON} */
    Object json(int maxBytes) {
        return parse(bytes(maxBytes));
    }

    /** The same, with an empty object in place of an empty body. */
    Object jsonOrEmpty(int maxBytes) {
        byte[] bytes = bytes(maxBytes);
        return bytes.length == 0 ? JsonObject.EMPTY : parse(bytes);
    }

    private static Object parse(byte[] bytes) {
        JsonNode tree = Jsons.parse(bytes);
        try {
            Object value = Jsons.value(tree);
            requireDepth(value, MAX_DEPTH);
            return value;
        } catch (IllegalArgumentException unusable) {
            throw new InfloopException(
                    ErrorCode.INVALID_JSON, "the body nests too deeply or holds a number out of range", unusable);
        }
    }

    private static void requireDepth(Object value, int left) {
        if (left == 0) {
            throw new IllegalArgumentException("nests too deeply");
        }
        if (value instanceof JsonObject object) {
            object.asMap().values().forEach(member -> requireDepth(member, left - 1));
        } else if (value instanceof List<?> elements) {
            elements.forEach(element -> requireDepth(element, left - 1));
        }
    }

    /** The body if it is an object; empty if it is other JSON. */
    Optional<JsonObject> object() {
        return json(MAX_BODY_BYTES) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
    }
}
