package io.infloop.core.http;

import io.infloop.core.audit.Actor;
import jakarta.servlet.http.HttpServletRequest;

/** What the door found out about a request; set before any servlet sees it. */
public final class RequestFacts {
    /** Request attribute with the {@link Actor}. */
    public static final String ACTOR = "io.infloop.core.http.actor";

    /** Request attribute with the sender's address, where a trusted proxy named it. */
    public static final String REMOTE_ADDRESS = "io.infloop.core.http.remote-address";

    private RequestFacts() {}

    /**
     * On whose behalf the request is made.
     *
     * @throws IllegalStateException if the request did not pass the door; nothing may be done for it
     */
    public static Actor actor(HttpServletRequest request) {
        if (request.getAttribute(ACTOR) instanceof Actor actor) {
            return actor;
        }
        throw new IllegalStateException("the request did not pass the door");
    }

    /**
     * The address the request comes from, as text: the peer's, unless the peer is a proxy of {@code INFLOOP_TRUSTED_PROXIES} and names
     * another one. Use it, never {@code getRemoteAddr} or a header, for allow-lists, audit and logs.
     */
    public static String remoteAddress(HttpServletRequest request) {
        return request.getAttribute(REMOTE_ADDRESS) instanceof String address ? address : request.getRemoteAddr();
    }
}
