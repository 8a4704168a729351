package io.infloop.core.internal.http;

import io.infloop.core.audit.Actor;
import io.infloop.core.internal.settings.ApiToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who makes a request, by what it carries: the token itself, or the cookie of a session. */
final class Credentials {
    private static final String BEARER = "bearer";
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final Optional<ApiToken> token;
    private final Optional<SessionCookie> cookie;

    Credentials(Optional<ApiToken> token) {
        this.token = token;
        this.cookie = token.map(SessionCookie::new);
    }

    /** Whether there is nothing to prove. */
    boolean areNotNeeded() {
        return token.isEmpty();
    }

    /** Empty if the request proves nothing. */
    Optional<Actor> actor(HttpServletRequest request) {
        if (hasToken(request)) {
            return Optional.of(Actor.API_TOKEN);
        }
        return cookie.filter(session -> session.isIn(request)).map(proven -> Actor.BROWSER_SESSION);
    }

    /** What a request brought to prove who makes it, right or wrong; for those that prove nothing. */
    enum Presented {
        NOTHING,
        BEARER,
        COOKIE
    }

    Presented presented(HttpServletRequest request) {
        if (request.getHeader("Authorization") != null) {
            return Presented.BEARER;
        }
        return SessionCookie.isPresent(request) ? Presented.COOKIE : Presented.NOTHING;
    }

    private boolean hasToken(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        if (token.isEmpty() || header == null) {
            return false;
        }
        String[] parts = BLANKS.split(header.strip(), 2);
        return parts.length == 2
                && parts[0].toLowerCase(Locale.ROOT).equals(BEARER)
                && token.get().matches(parts[1]);
    }
}
