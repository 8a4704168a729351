package io.infloop.core.internal.http;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.id.Ids;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.json.Jsons;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.service.servlet.whiteboard.Preprocessor;

/**
 * The one door: every request in every servlet context passes it before anything else looks at it. What it refuses nobody sees; what
 * it lets through carries {@link RequestFacts#ACTOR}.
 */
public final class Door implements Preprocessor {
    /** Cap on bodies of the management API. */
    static final long MAX_BODY_BYTES = 4L * 1024 * 1024;

    static final String CORRELATION_HEADER = "x-correlation-id";

    /** When to come back while the server starts or stops, in seconds. */
    static final String RETRY_SECONDS = "2";

    private static final Set<String> BODY_METHODS = Set.of("POST", "PUT", "PATCH");
    private static final String BEARER = "bearer";
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final Optional<ApiToken> token;
    private final HostRule hosts;
    private final InFlight inFlight = new InFlight();
    private volatile boolean open;

    /** @param host the host the server is bound to */
    public Door(Optional<ApiToken> token, String host) {
        this.token = token;
        this.hosts = new HostRule(host);
    }

    @Override
    public void init(FilterConfig config) {}

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        if (!(servletRequest instanceof HttpServletRequest request)
                || !(servletResponse instanceof HttpServletResponse response)) {
            throw new ServletException("only HTTP passes the door");
        }
        String path = request.getRequestURI();
        secure(path, response);
        boolean forSenders = path != null && OpenPaths.isForSenders(request.getMethod(), path);
        boolean authenticated = !forSenders && isAuthenticated(request);
        Optional<ErrorCode> refusal = refusal(request, path, forSenders, authenticated);
        if (refusal.isPresent()) {
            answer(response, refusal.get());
            return;
        }
        if (!open) {
            // Jetty listens a moment before it knows the servlets; a sender must not take that for a wrong URL.
            answer(response, ErrorCode.STARTING);
            return;
        }
        if (!inFlight.enter()) {
            response.setHeader("Connection", "close");
            answer(response, ErrorCode.SHUTTING_DOWN);
            return;
        }
        try {
            Actor actor = forSenders ? Actor.WEBHOOK : authenticated ? Actor.API_TOKEN : Actor.OPEN;
            pass(request, response, chain, actor);
        } finally {
            inFlight.leave(request, forSenders);
        }
    }

    private void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain, Actor actor)
            throws IOException, ServletException {
        request.setAttribute(RequestFacts.ACTOR, actor);
        HttpServletRequest passed = correlated(request, response, actor);
        if (actor != Actor.WEBHOOK && isChunked(request)) {
            CappedRequest capped = new CappedRequest(passed, MAX_BODY_BYTES);
            chain.doFilter(capped, new CappedResponse(response, capped));
        } else {
            chain.doFilter(passed, response);
        }
    }

    /** From now on requests are let in: what serves them is in its place. */
    void open() {
        open = true;
    }

    /** Why nobody is let in at this moment; empty while requests are served. */
    Optional<ErrorCode> closedBecause() {
        if (!open) {
            return Optional.of(ErrorCode.STARTING);
        }
        return inFlight.isDraining() ? Optional.of(ErrorCode.SHUTTING_DOWN) : Optional.empty();
    }

    /** Lets nobody in any more and waits for those inside; endless streams are not waited for. */
    boolean drain(long millis) throws InterruptedException {
        return inFlight.drain(millis);
    }

    static void answerTooLarge(HttpServletResponse response) throws IOException {
        answer(response, ErrorCode.PAYLOAD_TOO_LARGE);
    }

    @Override
    public void destroy() {}

    private Optional<ErrorCode> refusal(
            HttpServletRequest request, String path, boolean forSenders, boolean authenticated) {
        String method = request.getMethod();
        if (path == null || !PathRule.isPlain(path)) {
            return Optional.of(ErrorCode.BAD_PATH);
        }
        if (forSenders) {
            return Optional.empty();
        }
        if (token.isEmpty() && !hosts.allows(request.getHeader("Host"))) {
            return Optional.of(ErrorCode.FORBIDDEN);
        }
        if (token.isPresent() && !authenticated && !OpenPaths.needsNoCredentials(method, path)) {
            return Optional.of(ErrorCode.UNAUTHORIZED);
        }
        if (OriginRule.changesState(method)
                && !OriginRule.allows(
                        request.getHeader("Origin"), request.getHeader("Sec-Fetch-Site"), request.getHeader("Host"))) {
            return Optional.of(ErrorCode.BAD_ORIGIN);
        }
        if (request.getContentLengthLong() > MAX_BODY_BYTES) {
            return Optional.of(ErrorCode.PAYLOAD_TOO_LARGE);
        }
        if (path.startsWith("/api/") && BODY_METHODS.contains(method) && hasBody(request) && !isJson(request)) {
            return Optional.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
        }
        return Optional.empty();
    }

    private boolean isAuthenticated(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        if (token.isEmpty() || header == null) {
            return false;
        }
        String[] parts = BLANKS.split(header.strip(), 2);
        return parts.length == 2
                && parts[0].toLowerCase(Locale.ROOT).equals(BEARER)
                && token.get().matches(parts[1]);
    }

    private static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || isChunked(request);
    }

    /** A body whose length nobody announced. */
    private static boolean isChunked(HttpServletRequest request) {
        return request.getContentLengthLong() < 0 && request.getHeader("Transfer-Encoding") != null;
    }

    private static boolean isJson(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
    }

    /** An id of the caller's own is worth something only from a caller we know. */
    private static HttpServletRequest correlated(
            HttpServletRequest request, HttpServletResponse response, Actor actor) {
        String given = request.getHeader(CORRELATION_HEADER);
        if (given == null) {
            return request;
        }
        if (actor == Actor.API_TOKEN && Ids.isCorrelationId(given)) {
            response.setHeader(CORRELATION_HEADER, given);
            return request;
        }
        return new WithoutHeader(request, CORRELATION_HEADER);
    }

    private static void secure(String path, HttpServletResponse response) {
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        if (path == null || path.startsWith("/api")) {
            response.setHeader("Cache-Control", "no-store");
        }
    }

    private static void answer(HttpServletResponse response, ErrorCode code) throws IOException {
        response.setStatus(code.httpStatus());
        response.setContentType("application/json");
        if (code == ErrorCode.UNAUTHORIZED) {
            response.setHeader("WWW-Authenticate", "Bearer realm=\"infinite-loop\"");
        }
        if (code.httpStatus() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", RETRY_SECONDS);
        }
        if (code == ErrorCode.PAYLOAD_TOO_LARGE) {
            // The rest of the body is not read.
            response.setHeader("Connection", "close");
        }
        byte[] body = Jsons.bytes(Map.of("error", code.text()));
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
