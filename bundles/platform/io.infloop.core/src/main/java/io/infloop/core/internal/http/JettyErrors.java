package io.infloop.core.internal.http;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.json.Jsons;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Answers in JSON what Jetty refuses before the door sees it, and what nobody serves. A connector factory, because that is the only
 * service to which Felix hands Jetty's server.
 */
final class JettyErrors implements ConnectorFactory, Request.Handler {
    private static final Map<ErrorCode, String> REASONS = Map.of(
            ErrorCode.HEADERS_TOO_LARGE, "the headers are larger than 8 KiB; send fewer or shorter ones",
            ErrorCode.URI_TOO_LONG, "the address is longer than 8 KiB; shorten it");

    private final Supplier<Optional<ErrorCode>> closed;

    /** @param closed why what serves requests is not in its place: then nothing is unknown, it is only not there yet or any more */
    JettyErrors(Supplier<Optional<ErrorCode>> closed) {
        this.closed = closed;
    }

    @Override
    public Connector createConnector(Server server) {
        server.setErrorHandler(this);
        for (Connector connector : server.getConnectors()) {
            HttpConnectionFactory factory = connector.getConnectionFactory(HttpConnectionFactory.class);
            if (factory != null) {
                factory.getHttpConfiguration().addCustomizer(JettyErrors::requirePath);
            }
        }
        return new SilentConnector(server);
    }

    /** {@code OPTIONS *} is answered by Jetty itself otherwise, beside the door; and no tunnel begins here. */
    private static Request requirePath(Request request, HttpFields.Mutable responseHeaders) {
        String path = request.getHttpURI().getPath();
        if (path == null || !path.startsWith("/") || HttpMethod.CONNECT.is(request.getMethod())) {
            throw new BadMessageException("the target of a request is a path");
        }
        return request;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        Optional<ErrorCode> unavailable =
                response.getStatus() == HttpStatus.NOT_FOUND_404 ? unavailable(request) : Optional.empty();
        if (unavailable.isPresent()) {
            response.setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
            headers.put(HttpHeader.RETRY_AFTER, DoorAnswers.RETRY_SECONDS);
        }
        ErrorCode code = unavailable.orElseGet(() -> code(request, response.getStatus()));
        headers.put(HttpHeader.CONTENT_TYPE, "application/json");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        DoorAnswers.SECURITY_HEADERS.forEach(headers::put);
        byte[] body = Jsons.bytes(body(code));
        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    /**
     * Who serves senders is in its place whenever the door is open: when nobody did, the door has opened since, between the look for a
     * servlet and this.
     */
    private Optional<ErrorCode> unavailable(Request request) {
        String path = request.getHttpURI() == null ? null : request.getHttpURI().getPath();
        return closed.get()
                .or(() -> path != null && OpenPaths.isForSenders(request.getMethod(), path)
                        ? Optional.of(ErrorCode.STARTING)
                        : Optional.empty());
    }

    private static Map<String, String> body(ErrorCode code) {
        Map<String, String> body = new LinkedHashMap<>();
        body.put("error", code.text());
        if (REASONS.containsKey(code)) {
            body.put("reason", REASONS.get(code));
        }
        return body;
    }

    private static ErrorCode code(Request request, int status) {
        return switch (status) {
            case 400 -> hasPlainPath(request) ? ErrorCode.BAD_REQUEST : ErrorCode.BAD_PATH;
            case 401 -> ErrorCode.UNAUTHORIZED;
            case 403 -> ErrorCode.FORBIDDEN;
            case 404 -> ErrorCode.NOT_FOUND;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413 -> ErrorCode.PAYLOAD_TOO_LARGE;
            case 414 -> ErrorCode.URI_TOO_LONG;
            case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
            case 429 -> ErrorCode.RATE_LIMITED;
            case 431 -> ErrorCode.HEADERS_TOO_LARGE;
            case 503 -> ErrorCode.SHUTTING_DOWN;
            default -> status >= 500 && status != 501 && status != 505 ? ErrorCode.INTERNAL : ErrorCode.BAD_REQUEST;
        };
    }

    /**
     * Jetty puts a name of its own in the place of a path that it refuses, and another one when the request line was not read at all;
     * then only a failure with a cause comes from the path.
     */
    private static boolean hasPlainPath(Request request) {
        String path = request.getHttpURI() == null ? null : request.getHttpURI().getPath();
        if ("/badMessage".equals(path)) {
            return !(request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof Throwable failure)
                    || failure.getCause() == null;
        }
        return path != null && !path.equals("/badURI") && PathRule.isPlain(path);
    }
}
