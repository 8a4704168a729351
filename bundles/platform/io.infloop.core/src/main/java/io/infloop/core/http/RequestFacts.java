package io.infloop.core.http;

import io.infloop.core.audit.Actor;
import jakarta.servlet.http.HttpServletRequest;

/** What the door found out about a request; set before any servlet sees it. */
public final class RequestFacts {
    /** Request attribute with the {@link Actor}. */
    public static final String ACTOR = "io.infloop.core.http.actor";

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
}
