package io.infloop.core.internal.http;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.id.Ids;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.net.TrustedProxies;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.service.servlet.whiteboard.Preprocessor;

/**
 * The one door: every request in every servlet context passes it before anything else looks at it. What it refuses nobody sees; what
 * it lets through carries {@link RequestFacts#ACTOR}.
 */
public final class Door implements Preprocessor {
    static final String CORRELATION_HEADER = "x-correlation-id";

    private static final Set<String> BODY_METHODS = Set.of("POST", "PUT", "PATCH");

    private final Credentials credentials;
    private final HostRule hosts;
    private final TrustedProxies proxies;
    private final Consumer<String> refusedCredentials;
    private final BodyGate bodies = new BodyGate(BodyRule.MANAGEMENT.cap(), BodyGate.READERS);
    private final BodyGate strangersBodies = new BodyGate(BodyRule.MANAGEMENT.cap(), BodyGate.STRANGERS);
    private final BodyGate uploads = new BodyGate(BodyRule.PLUGIN_UPLOAD.cap(), BodyGate.UPLOADERS);
    private final InFlight inFlight = new InFlight();
    private volatile boolean open;

    /** Every peer speaks for itself. */
    public Door(Optional<ApiToken> token, String host) {
        this(token, host, TrustedProxies.NONE, surface -> {});
    }

    /**
     * @param host the host the server is bound to
     * @param proxies whose word counts for where requests come from
     * @param refusedCredentials told {@code bearer} or {@code cookie} each time that one was presented and worth nothing
     */
    public Door(Optional<ApiToken> token, String host, TrustedProxies proxies, Consumer<String> refusedCredentials) {
        this.refusedCredentials = refusedCredentials;
        this.credentials = new Credentials(token);
        this.hosts = new HostRule(host);
        this.proxies = proxies;
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
        DoorAnswers.secure(path, response);
        boolean forSenders = path != null && OpenPaths.isForSenders(request.getMethod(), path);
        Optional<Actor> proven = forSenders ? Optional.empty() : credentials.actor(request);
        Optional<DoorRefusal> refusal = refusal(request, path, forSenders, proven);
        if (refusal.isPresent()) {
            refuse(request, response, refusal.get());
            return;
        }
        if (!open) {
            // Jetty listens a moment before it knows the servlets; a sender must not take that for a wrong URL.
            Drain.refuse(request, response, DoorRefusal.of(ErrorCode.STARTING), Drain.MAX_BYTES);
            return;
        }
        if (!inFlight.enter()) {
            response.setHeader("Connection", "close");
            DoorAnswers.refuse(response, DoorRefusal.of(ErrorCode.SHUTTING_DOWN));
            return;
        }
        try {
            pass(request, response, chain, forSenders ? Actor.WEBHOOK : proven.orElse(Actor.OPEN));
        } finally {
            inFlight.leave(request, forSenders);
        }
    }

    private void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain, Actor actor)
            throws IOException, ServletException {
        request.setAttribute(RequestFacts.ACTOR, actor);
        if (!proxies.isEmpty()) {
            request.setAttribute(RequestFacts.REMOTE_ADDRESS, proxies.clientAddress(request));
        }
        HttpServletRequest passed = correlated(request, response, actor);
        if (actor == Actor.WEBHOOK || !hasBody(request)) {
            chain.doFilter(passed, response);
            return;
        }
        boolean stranger = actor == Actor.OPEN && !credentials.areNotNeeded();
        GatedRequest gated = new GatedRequest(passed, gate(request, stranger));
        try {
            chain.doFilter(gated, new GatedResponse(response, gated));
        } catch (InfloopException | IOException | ServletException failed) {
            // A servlet that knows nothing of the gate passes on what it throws.
            if (gated.refusal().isEmpty() || response.isCommitted()) {
                throw failed;
            }
            DoorAnswers.refuse(response, gated.refusal().get());
        } finally {
            gated.close();
        }
    }

    private BodyGate gate(HttpServletRequest request, boolean stranger) {
        return switch (BodyRule.of(request.getMethod(), request.getRequestURI())) {
            case PLUGIN_UPLOAD -> uploads;
            case MANAGEMENT -> stranger ? strangersBodies : bodies;
        };
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, DoorRefusal refusal)
            throws IOException {
        if (refusal.code() == ErrorCode.UNAUTHORIZED) {
            countRefused(request);
            if (isPage(request)) {
                DoorAnswers.toLogin(request, response);
                return;
            }
        }
        // Of those we know, also what is a little too large: they shall read why.
        boolean tooLarge = refusal.code() == ErrorCode.PAYLOAD_TOO_LARGE;
        long cap = tooLarge
                ? BodyRule.of(request.getMethod(), request.getRequestURI()).cap()
                : 0;
        Drain.refuse(request, response, refusal, cap + Drain.MAX_BYTES);
    }

    private void countRefused(HttpServletRequest request) {
        switch (credentials.presented(request)) {
            case BEARER -> refusedCredentials.accept("bearer");
            case COOKIE -> refusedCredentials.accept("cookie");
            case NOTHING -> {
                // Nothing was refused: nobody claimed to be anybody.
            }
        }
    }

    /** What a person may have typed into a browser, or followed a link to. */
    private static boolean isPage(HttpServletRequest request) {
        String path = request.getRequestURI();
        String method = request.getMethod();
        return (method.equals("GET") || method.equals("HEAD"))
                && !path.equals("/api")
                && !path.startsWith("/api/")
                && !path.startsWith("/.well-known/");
    }

    /** From now on requests are let in: what serves them is in its place. */
    public void open() {
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

    @Override
    public void destroy() {}

    private Optional<DoorRefusal> refusal(
            HttpServletRequest request, String path, boolean forSenders, Optional<Actor> proven) {
        String method = request.getMethod();
        if (path == null || !PathRule.isPlain(path)) {
            return Optional.of(DoorRefusal.of(ErrorCode.BAD_PATH));
        }
        if (forSenders) {
            return Optional.empty();
        }
        if (credentials.areNotNeeded() && !hosts.allows(request.getHeader("Host"))) {
            return Optional.of(DoorRefusal.of(ErrorCode.FORBIDDEN));
        }
        if (!credentials.areNotNeeded() && proven.isEmpty() && !OpenPaths.needsNoCredentials(method, path)) {
            return Optional.of(DoorRefusal.of(ErrorCode.UNAUTHORIZED));
        }
        if (OriginRule.changesState(method) && !isOfOurPages(request, proven)) {
            return Optional.of(DoorRefusal.of(ErrorCode.BAD_ORIGIN));
        }
        BodyRule rule = BodyRule.of(method, path);
        if (request.getContentLengthLong() > rule.cap()) {
            return Optional.of(DoorRefusal.of(ErrorCode.PAYLOAD_TOO_LARGE, BodyGate.tooLarge(rule.cap())));
        }
        if (path.startsWith("/api/")
                && BODY_METHODS.contains(method)
                && hasBody(request)
                && !rule.hasRightType(request)) {
            return Optional.of(rule.wrongType());
        }
        return Optional.empty();
    }

    /** Programs carry the token and say nothing of pages; a browser sends its cookie along whoever asks it to. */
    private static boolean isOfOurPages(HttpServletRequest request, Optional<Actor> proven) {
        String origin = request.getHeader("Origin");
        String fetchSite = request.getHeader("Sec-Fetch-Site");
        return OriginRule.allows(origin, fetchSite, request.getHeader("Host"))
                && (proven.filter(Actor.BROWSER_SESSION::equals).isEmpty() || OriginRule.isProven(origin, fetchSite));
    }

    static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || isChunked(request);
    }

    /** A body whose length nobody announced. */
    private static boolean isChunked(HttpServletRequest request) {
        return request.getContentLengthLong() < 0 && request.getHeader("Transfer-Encoding") != null;
    }

    /** An id of the caller's own is worth something only from a caller we know. */
    private static HttpServletRequest correlated(
            HttpServletRequest request, HttpServletResponse response, Actor actor) {
        String given = request.getHeader(CORRELATION_HEADER);
        if (given == null) {
            return request;
        }
        boolean known = actor == Actor.API_TOKEN || actor == Actor.BROWSER_SESSION;
        if (known && Ids.isCorrelationId(given)) {
            response.setHeader(CORRELATION_HEADER, given);
            return request;
        }
        return new WithoutHeader(request, CORRELATION_HEADER);
    }
}
